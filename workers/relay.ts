import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, WorkflowUpdateFailedError, type Client, type WorkflowHandle } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, TypedSearchAttributes } from '@temporalio/common';
import type { Logger } from 'pino';
import { inTransaction, type Db, type Trx } from '../db/client.ts';
import { listen } from '../db/listen.ts';
import { refuseDecision } from '../db/repositories/decisions.ts';
import { uncomparedLoss } from '../db/repositories/lost-records.ts';
import { claimOutbox, markDone, markFailed, markRefused, OUTBOX_CHANNEL, processStanding, type ClaimedMessage } from '../db/repositories/outbox.ts';
import { mayBeAskedAgain, nextUpdateId } from '../temporal-config/decision-update.ts';
import { searchAttributes } from '../temporal-config/search-attributes.ts';

/**
 * Carries committed messages to the process engine: starts, updates, signals. Each may be delivered more than once and counts
 * once: a start meets its workflow id, an update its update id, a signal an event that the inbox knows. Several relays
 * share the outbox without waiting for each other.
 */
export interface Relay {
  stop(): Promise<void>;
}

export interface RelayParts {
  db: Db;
  /** For LISTEN, which needs a connection of its own. */
  databaseUrl: string;
  client: Client;
  logger: Logger;
  /** What has to become of a signal whose process has ended; in the transaction that closes the message. */
  unheard?: (trx: Trx, signal: ClaimedMessage) => Promise<void>;
}

const batch = 64;
/** Decisions that wait for their processes' answers, at most; they hold nothing else up. */
const updatesAtOnce = 64;
const leaseMs = 30_000;
/** Without a notification the relay looks by itself: a lost connection must not stop it. */
const idleMs = 1_000;
const updateDeadlineMs = 20_000;
/** So often an open case is asked for its process, some two minutes long, before what it should hear is given up. */
const triesWithoutProcess = 12;
/** So often a decision is brought to a process that fails to judge it for a reason that nobody knows. */
const triesOfFault = 8;

export async function startRelay(parts: RelayParts): Promise<Relay> {
  const relay = `relay-${process.pid}-${randomUUID().slice(0, 8)}`;
  const bell = new Bell();
  const underWay = new Set<Promise<void>>();
  const listener = await listen(parts.databaseUrl, OUTBOX_CHANNEL, () => bell.ring());
  let stopping = false;
  const loop = (async () => {
    while (!stopping) {
      const again = await deliverBatch(parts, relay, { underWay, bell }).catch((error: unknown) => {
        parts.logger.warn({ err: error }, 'relay: the outbox cannot be read; trying again');
        return false;
      });
      if (!again && !stopping) await bell.wait(idleMs);
    }
  })();
  return {
    async stop() {
      stopping = true;
      bell.ring();
      await loop;
      await Promise.all(underWay);
      await listener.close();
    },
  };
}

/** True when more may be due than it took, or by what it did; whatever comes meanwhile rings the bell. */
async function deliverBatch(parts: RelayParts, relay: string, { underWay, bell }: { underWay: Set<Promise<void>>; bell: Bell }): Promise<boolean> {
  const messages = await claimOutbox(parts.db, { relay, limit: batch, leaseMs, updates: underWay.size < updatesAtOnce });
  // A process that does not answer (it is being judged, or its build is broken) keeps the next starts waiting otherwise.
  for (const message of messages.filter(({ kind }) => kind === 'update-workflow')) {
    const answered = settle(parts, [message])
      .then((again) => void ((again || underWay.size >= updatesAtOnce) && bell.ring()), (error: unknown) => parts.logger.warn({ err: error }, 'relay: what became of a decision cannot be written; it is asked again'))
      .finally(() => underWay.delete(answered));
    underWay.add(answered);
  }
  return (await settle(parts, messages.filter(({ kind }) => kind !== 'update-workflow'))) || messages.length === batch;
}

/** Delivers and writes what became of each; true when others may be due by that. */
async function settle(parts: RelayParts, messages: readonly ClaimedMessage[]): Promise<boolean> {
  const done: string[] = [];
  let refused = false;
  await Promise.all(
    messages.map(async (message) => {
      const answer = await deliver(parts.client, message);
      const outcome = answer === 'not-there' ? await judgeAbsence(parts, message).catch((error: unknown) => ({ failed: String(error) })) : answer;
      if (outcome === 'done') done.push(message.id);
      else if ('refused' in outcome) await close(parts, message, outcome.refused).then(() => (refused = true), (error: unknown) => markFailed(parts.db, message.id, String(error)));
      else await markFailed(parts.db, message.id, outcome.failed);
    }),
  );
  const followed = done.length > 0 && (await markDone(parts.db, done));
  return followed || refused;
}

type Delivery = 'done' | Undelivered;
type Undelivered = { refused: Refusal } | { failed: string };
interface Refusal {
  code: string;
  message: string;
}

async function deliver(client: Client, message: ClaimedMessage): Promise<Delivery | 'not-there'> {
  try {
    switch (message.kind) {
      case 'start-workflow':
        await start(client, message);
        return 'done';
      case 'signal-workflow':
        await client.workflow.getHandle(message.workflowId).signal(String(message.payload['signal']), message.payload['input']);
        return 'done';
      case 'update-workflow':
        await update(client, client.workflow.getHandle(message.workflowId), message);
        return 'done';
    }
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'done';
    if (error instanceof WorkflowNotFoundError) return 'not-there';
    if (mayBeAskedAgain(error)) return { failed: `${error.cause.type}: ${error.cause.message}` };
    if (isRefusal(error)) return { refused: { code: error.cause.type ?? 'rule-violation', message: error.cause.message } };
    const failure = failureOf(error);
    if (failure === 'lasting' || (failure === 'unknown' && message.attempts >= triesOfFault)) return { refused: { code: 'internal-error', message: 'The process could not take the decision.' } };
    return { failed: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' };
  }
}

/** The engine knows no such process: it has ended, is about to be started, or is gone although its case is open, which somebody must hear of. */
async function judgeAbsence({ db, logger }: RelayParts, { workflowId, caseId, correlationId, kind, key, attempts }: ClaimedMessage): Promise<Undelivered> {
  const standing = await processStanding(db, workflowId);
  if (standing === 'ended') return { refused: { code: 'already-decided', message: 'The process has ended.' } };
  // While processes are compared with cases after a loss of records, some are about to be started again.
  if (standing === 'to-be-started' || attempts < triesWithoutProcess || (await uncomparedLoss(db)) !== undefined) return { failed: `process-missing: ${standing}` };
  logger.error({ workflowId, caseId, correlationId, kind, key }, 'relay: a case is open and its process is gone; what it should hear is given up');
  return { refused: { code: 'process-missing', message: 'The case is open, but its process is not running any more.' } };
}

async function start(client: Client, message: ClaimedMessage): Promise<void> {
  const payload = message.payload as { workflow: string; queue: string; input: unknown; searchAttributes?: Record<string, unknown>; again?: boolean };
  await client.workflow.start(payload.workflow, {
    workflowId: message.workflowId,
    taskQueue: payload.queue,
    args: [payload.input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    // Only a case that was opened again may run a second time under its id.
    workflowIdReusePolicy: payload.again ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
    typedSearchAttributes: typedAttributes(payload.searchAttributes ?? {}),
    staticSummary: message.workflowId,
    requestEagerStart: true,
  });
}

async function update(client: Client, handle: WorkflowHandle, message: ClaimedMessage): Promise<void> {
  const { update: name, input } = message.payload as { update: string; input: unknown };
  const deadline = Date.now() + updateDeadlineMs;
  const ask = (updateId: string) => client.withDeadline(deadline, () => handle.executeUpdate(name, { updateId, args: [input] }));
  await ask(message.key).catch((error: unknown) => (mayBeAskedAgain(error) || mayHaveJudged.has(failureOf(error)) ? ask(nextUpdateId(message.key)) : Promise.reject(error as Error)));
}

/** The process has judged it. */
function isRefusal(error: unknown): error is WorkflowUpdateFailedError & { cause: ApplicationFailure } {
  return error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure;
}

/**
 * Why a process that took a decision could not judge it: for a reason that lasts; for one that nobody knows, which may be a database in a failover; or because it
 * tried for minutes, as without a database. In the last two whether it was recorded is unknown, and its row says so when it is asked again.
 */
function failureOf(error: unknown): 'lasting' | 'unknown' | 'passing' | undefined {
  if (!(error instanceof WorkflowUpdateFailedError) || isRefusal(error)) return undefined;
  const cause = error.cause instanceof ActivityFailure ? error.cause.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.nonRetryable !== true) return 'passing';
  return cause.type === 'internal-error' ? 'unknown' : 'lasting';
}

const mayHaveJudged: ReadonlySet<ReturnType<typeof failureOf>> = new Set(['unknown', 'passing'] as const);

/** Refused for good: the row is closed and so is the decision behind it, so that its author learns why. */
async function close({ db, unheard }: RelayParts, message: ClaimedMessage, refusal: Refusal): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (message.kind === 'update-workflow') await refuseDecision(trx, message.key, refusal);
    if (message.kind === 'signal-workflow') await unheard?.(trx, message);
    await markRefused(trx, message.id, `${refusal.code}: ${refusal.message}`);
  });
}


/** Attributes travel as JSON by their wire names; instants as text. */
function typedAttributes(values: Record<string, unknown>): TypedSearchAttributes {
  const pairs = Object.values(searchAttributes).flatMap((key) => {
    const value = values[key.name];
    if (value === undefined || value === null) return [];
    return [{ key, value: key.type === 'DATETIME' ? new Date(String(value)) : value }];
  });
  return new TypedSearchAttributes(pairs as ConstructorParameters<typeof TypedSearchAttributes>[0]);
}

/** Wakes a sleeper once; a ring while nobody sleeps is remembered. */
class Bell {
  private rung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  async wait(ms: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.rung = false;
    this.wake = undefined;
  }
}
