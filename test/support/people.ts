import { createHash, randomUUID } from 'node:crypto';
import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { Db } from '../../db/client.ts';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { readCase } from '../../db/repositories/cases.ts';
import { proposeDecision, readDecision } from '../../db/repositories/decisions.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { markDoneByKey } from '../../db/repositories/outbox.ts';
import type { Approval } from '../../domain/model/approval.ts';
import type { Decision, DecisionUpdate } from '../../domain/model/decision.ts';
import { canonicalJson } from '../../domain/rules/canonical-json.ts';
import { signStatement } from '../../temporal-config/decision-envelope.ts';
import { signingKey } from '../../temporal-config/keys.ts';
import type { DecisionReceipt } from '../../workflows/contracts/invoice-to-pay.ts';

interface Said {
  update: DecisionUpdate;
  decision: string;
  person: string;
  onBehalfOf?: string;
  task?: Approval;
  exception?: string;
  reasonCode?: string;
  payload?: Record<string, unknown>;
  /** What the person saw, where it differs from the task's own version. */
  decisionHash?: string;
}

/** People of a test house: they decide as the API lets them, with signed envelopes, and hear the process's answer. */
export function people(house: { db: Db; client: Client; settings: { stateDir: string } }, { relayAfterMs = 60_000 } = {}) {
  const key = signingKey(house.settings.stateDir, 'decisions');

  /** Commits the decision as the API does; the relay would carry it a minute later. */
  async function propose(caseId: string, said: Said): Promise<Decision> {
    const found = await readCase(house.db, caseId);
    if (!found) throw new Error(`no case ${caseId}`);
    const { entity, workflowId, documentHash, correlationId } = found.case;
    const payload = said.payload ?? {};
    const decisionHash = said.decisionHash ?? said.task?.decisionHash ?? '';
    const id = `d-${randomUUID()}`;
    const policyVersion = said.task?.policyVersion;
    const common = {
      entity, workflowId, update: said.update, decision: said.decision, person: said.person, documentHash, decisionHash,
      ...(said.onBehalfOf ? { onBehalfOf: said.onBehalfOf } : {}),
      ...(said.reasonCode ? { reasonCode: said.reasonCode } : {}),
      ...(policyVersion ? { policyVersion } : {}),
    };
    const envelope = await signStatement(
      {
        ...common, decisionId: id, caseId, issuer: 'kontor-development', authenticatedAt: 0, decidedAt: new Date().toISOString(),
        payloadHash: createHash('sha256').update(canonicalJson(payload)).digest('hex'),
        ...(said.task ? { task: said.task.id } : {}),
        ...(said.exception ? { exception: said.exception } : {}),
      },
      key,
    );
    await proposeDecision(
      house.db,
      { ...common, id, case: caseId, payload, envelope, correlationId, ...(said.task ? { approval: said.task.id } : {}), ...(said.exception ? { exception: said.exception } : {}) },
      { relayAfterMs },
    );
    return (await readDecision(house.db, id)) as Decision;
  }

  /** Carries it to the process at once; the relay then has nothing left to do, whatever the answer was. */
  async function carry(decision: Decision): Promise<DecisionReceipt> {
    try {
      const handle = house.client.workflow.getHandle(decision.workflowId);
      return await untilTaken(handle, () => handle.executeUpdate<DecisionReceipt, [{ decisionId: string }]>(decision.update, { updateId: decision.id, args: [{ decisionId: decision.id }] }));
    } catch (error) {
      // Recorded by an attempt whose answer was given up: the process may have gone on and ended.
      if (error instanceof WorkflowNotFoundError && (await readDecision(house.db, decision.id))?.state === 'accepted') return { decisionId: decision.id, effect: 'recorded' };
      throw error;
    } finally {
      await markDoneByKey(house.db, 'update-workflow', decision.id);
    }
  }

  async function say(caseId: string, said: Said): Promise<DecisionReceipt> {
    return carry(await propose(caseId, said));
  }

  return {
    propose,
    carry,
    say,
    async openTask(caseId: string): Promise<Approval> {
      const [task] = await tasksOf(house.db, caseId, 'open');
      if (!task) throw new Error(`nobody is asked about ${caseId}`);
      return task;
    },
    async decide(caseId: string, person: string, decision: 'approve' | 'reject', more: Partial<Said> = {}): Promise<DecisionReceipt> {
      const task = more.task ?? (await this.openTask(caseId));
      const rejection = decision === 'reject' ? { reasonCode: 'PRI', payload: { target: 'supplier' } } : {};
      return whenFree(() => say(caseId, { update: 'decide', decision, person, task, ...rejection, ...more }));
    },
    async resolve(caseId: string, person: string, decision: 'override' | 'retry' | 'reject' | 'duplicate', more: Partial<Said> = {}): Promise<DecisionReceipt> {
      const [exception] = await openExceptionsOf(house.db, caseId);
      if (!exception) throw new Error(`${caseId} has no open exception`);
      return whenFree(() => say(caseId, { update: 'resolveException', decision, person, exception: exception.id, payload: { reason: 'Agreed with the supplier by phone' }, ...more }));
    },
    correct: (caseId: string, person: string, correction: Record<string, unknown>) => whenFree(() => say(caseId, { update: 'correct', decision: 'correct', person, payload: { correction } })),
    withdraw: (caseId: string, person: string) => whenFree(() => say(caseId, { update: 'withdraw', decision: 'withdraw', person })),
  };
}

/** Of gRPC. */
const failedPrecondition = 9;

/**
 * The engine gives an update up together with a task that an event overtook, as a receipt that comes in meanwhile, and knows nothing of a process that is
 * about to be started; the relay then brings it again.
 */
export async function untilTaken(handle: WorkflowHandle, said: () => Promise<DecisionReceipt>): Promise<DecisionReceipt> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await said();
    } catch (error) {
      const comesAgain = (error as { cause?: { code?: number } }).cause?.code === failedPrecondition || (error instanceof WorkflowNotFoundError && !(await exists(handle)));
      if (tries > 100 || !comesAgain) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const exists = (handle: WorkflowHandle) => handle.describe().then(() => true, (error: unknown) => !(error instanceof WorkflowNotFoundError));

/** Says it again while the ERP is being asked, as a person who is told to wait does. */
async function whenFree(said: () => Promise<DecisionReceipt>): Promise<DecisionReceipt> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await said();
    } catch (error) {
      if (tries > 100 || (error as { cause?: { type?: string } }).cause?.type !== 'step-in-progress') throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The code with which the process refused, or `accepted`. */
export async function outcomeOf(said: Promise<unknown>): Promise<string> {
  try {
    await said;
    return 'accepted';
  } catch (error) {
    const cause = (error as { cause?: { type?: string } }).cause;
    if (cause?.type) return cause.type;
    if (error instanceof WorkflowNotFoundError) return 'already-decided'; // the process ended meanwhile
    throw error;
  }
}
