import { setTimeout as pause } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import type { Logger } from 'pino';
import { invoiceWithoutProcess } from '../activities/accounts-payable/process-missing.ts';
import { openMissingCase, type ProcessWithoutCase, type ShownByProcess } from '../activities/case-missing.ts';
import type { PaymentParts } from '../activities/payments/parts.ts';
import { runWithoutProcess } from '../activities/payments/process-missing.ts';
import type { CaseWithoutProcess } from '../activities/process-missing.ts';
import { inTransaction } from '../db/client.ts';
import { appendAudit, INSTALLATION } from '../db/repositories/audit.ts';
import { markCompared, openCasesBefore, uncomparedLoss, withoutCase, type OpenCase } from '../db/repositories/lost-records.ts';
import { enterEpoch } from '../db/repositories/once.ts';
import { processStanding } from '../db/repositories/outbox.ts';
import { searchAttributes as attribute } from '../temporal-config/search-attributes.ts';
import { invoiceToPayWorkflow } from '../workflows/contracts/invoice-to-pay.ts';
import { paymentRunProcess, paymentRunWorkflow } from '../workflows/contracts/payment-run.ts';

/** Looks whether records were lost, as long as the program runs, and compares processes and cases then. */
export interface Comparison {
  stop(): Promise<void>;
}

export interface ComparisonParts {
  parts: PaymentParts;
  client: Client;
  logger: Logger;
}

const batch = 500;
const askDeadlineMs = 20_000;
const firstPauseMs = 2_000;
const longestPauseMs = 5 * 60_000;
/** A failover leaves our programs running. */
const lookEveryMs = 60_000;
const stopMs = 5_000;

/**
 * After a restore or a failover (F6, F25) the engine may run processes whose cases are lost, and cases may be open whose processes have ended since; neither
 * ERP nor bank knows of them, so that no other comparison finds them. Each is dealt with by itself, and the round is made again until nothing is left that could not be judged.
 */
export function startComparison(comparison: ComparisonParts): Comparison {
  const stopped = new AbortController();
  const found: Found = { processes: new Set(), cases: new Set() };
  const work = (async () => {
    for (let pauseMs = firstPauseMs; !stopped.signal.aborted; ) {
      const done = await enterEpoch(comparison.parts.db).then(() => compare(comparison, found)).catch((error: unknown) => {
        comparison.logger.warn({ err: error }, 'records were lost, and the processes cannot be compared with the cases; trying again');
        return false;
      });
      if (done) for (const told of [found.processes, found.cases]) told.clear();
      pauseMs = done ? lookEveryMs : pauseMs === lookEveryMs ? firstPauseMs : Math.min(2 * pauseMs, longestPauseMs);
      await pause(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await Promise.race([work, pause(stopMs)]);
    },
  };
}

interface Found {
  processes: Set<string>;
  cases: Set<string>;
}

/** One round; true when it left nothing open. */
async function compare(comparison: ComparisonParts, found: Found): Promise<boolean> {
  const { parts: { db }, logger } = comparison;
  const lostAt = await uncomparedLoss(db);
  if (lostAt === undefined) return true;
  const round: Round = { ...comparison, found, running: new Set(), undecided: 0 };
  await tellOfProcessesWithoutCase(round);
  await mendCasesWithoutProcess(round, lostAt);
  if (round.undecided > 0) return false;
  const data = { processesWithoutCase: found.processes.size, casesWithoutProcess: found.cases.size };
  await inTransaction(db, async (trx) => {
    if (await markCompared(trx, lostAt)) await appendAudit(trx, INSTALLATION, [{ action: 'database.compared', actor: 'system:process', correlationId: `comparison-${lostAt}`, data }]);
  });
  logger.warn(data, 'records were lost: the processes were compared with the cases, and what differs is told to people as case-missing and process-missing');
  return true;
}

interface Round extends ComparisonParts {
  found: Found;
  /** Workflow ids of what the engine lists as running. */
  running: Set<string>;
  /** Of how many it could not be said how they stand. */
  undecided: number;
}

/** A case is committed before its process is started: a process that runs and has none has lost it. */
async function tellOfProcessesWithoutCase(round: Round): Promise<void> {
  const query = `WorkflowType in ('${invoiceToPayWorkflow}', '${paymentRunWorkflow}') and ExecutionStatus = 'Running'`;
  let listed: WorkflowExecutionInfo[] = [];
  for await (const execution of round.client.workflow.list({ query, pageSize: batch })) {
    round.running.add(execution.workflowId);
    listed.push(execution);
    if (listed.length < batch) continue;
    await tellOfThese(round, listed);
    listed = [];
  }
  await tellOfThese(round, listed);
}

async function tellOfThese(round: Round, listed: readonly WorkflowExecutionInfo[]): Promise<void> {
  const lost = await withoutCase(round.parts.db, listed.map(({ workflowId }) => workflowId));
  for (const execution of listed)
    if (lost.has(execution.workflowId))
      await byItself(round, execution.workflowId, async () => {
        if ((await standingOf(round, execution.workflowId)) !== 'runs') return true; // the list lags behind
        await openMissingCase(round.parts, lostWith(execution));
        round.found.processes.add(execution.workflowId);
        return true;
      });
}

/** The case is read first and must not have moved when something is recorded of it: its process may end, or begin, at any moment. */
async function mendCasesWithoutProcess(round: Round, lostAt: string): Promise<void> {
  for (let after = '-1'; ; ) {
    const cases = await openCasesBefore(round.parts.db, lostAt, { after, limit: batch });
    for (const one of cases) if (!round.running.has(one.workflowId)) await byItself(round, one.workflowId, () => mend(round, one));
    const last = cases.at(-1);
    if (!last) return;
    after = last.number;
  }
}

async function mend({ parts, client, found }: Round, { id: caseId, process, workflowId, revision }: OpenCase): Promise<boolean> {
  if ((await processStanding(parts.db, workflowId)) === 'to-be-started') return false;
  const standing = await standingOf({ client }, workflowId);
  if (standing === 'runs') return true;
  const lost: CaseWithoutProcess = { caseId, revision, ...standing };
  const dealtWith = await (process === paymentRunProcess ? runWithoutProcess(parts, lost) : invoiceWithoutProcess(parts, lost));
  if (dealtWith) found.cases.add(caseId);
  return dealtWith;
}

/** One that cannot be judged holds up no other. */
async function byItself(round: Round, workflowId: string, judge: () => Promise<boolean>): Promise<void> {
  const decided = await judge().catch((error: unknown) => {
    round.logger.error({ err: error, workflowId }, 'records were lost, and how this process and its case stand cannot be told yet');
    return false;
  });
  if (!decided) round.undecided += 1;
}

const ended: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TERMINATED', 'TIMED_OUT']);

/** By the engine's own record of the one process, which unlike its lists is never late. */
async function standingOf({ client }: Pick<Round, 'client'>, workflowId: string): Promise<'runs' | Pick<CaseWithoutProcess, 'endedAs'>> {
  try {
    const { status, typedSearchAttributes } = await client.withDeadline(Date.now() + askDeadlineMs, () => client.workflow.getHandle(workflowId).describe());
    if (!ended.has(status.name)) return 'runs';
    const endedAs = status.name === 'COMPLETED' ? typedSearchAttributes.get(attribute.stage) : undefined;
    return endedAs === undefined ? {} : { endedAs };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return {};
    throw error;
  }
}

function lostWith({ workflowId, typedSearchAttributes }: WorkflowExecutionInfo): ProcessWithoutCase {
  const [, entity = INSTALLATION, ...rest] = workflowId.split('/');
  return {
    entity,
    workflowId,
    // The process of a run is named by company, day and number, and its case by the same with dashes.
    caseId: workflowId.startsWith(`${paymentRunProcess}/`) ? `${entity}-run-${rest.join('-')}` : rest.join('/'),
    correlationId: typedSearchAttributes.get(attribute.correlationId) ?? workflowId,
    shown: shownBy(typedSearchAttributes),
  };
}

function shownBy(known: WorkflowExecutionInfo['typedSearchAttributes']): ShownByProcess {
  const [amount, currency] = [known.get(attribute.amount), known.get(attribute.currency)];
  const shown = {
    stage: known.get(attribute.stage),
    supplierId: known.get(attribute.counterparty),
    documentNumber: known.get(attribute.documentRef),
    documentClass: known.get(attribute.documentClass),
    amount: amount === undefined ? undefined : [currency, amount].join(' ').trim(),
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined));
}
