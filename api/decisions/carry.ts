import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { inTransaction, type Db } from '../../db/client.ts';
import { readDecision, refuseDecision } from '../../db/repositories/decisions.ts';
import { markDoneByKey, processStanding } from '../../db/repositories/outbox.ts';
import { errorCatalogue, type ErrorCode } from '../../domain/errors.ts';
import type { Decision } from '../../domain/model/decision.ts';
import { mayBeAskedAgain, nextUpdateId } from '../../temporal-config/decision-update.ts';
import type { DecisionEffect, DecisionNotice, DecisionReceipt } from '../../workflows/contracts/invoice-to-pay.ts';

export type Carried = { state: 'accepted'; effect: DecisionEffect } | { state: 'refused'; code: ErrorCode; message: string } | { state: 'unanswered' };

/**
 * Tells the process of a decision that is committed already. Without an answer in time the decision stays proposed and the
 * relay carries it on; so it does when the process is busy with its counterpart for longer than a person waits.
 */
export async function carry(db: Db, client: Client, decision: Decision, deadline: number): Promise<Carried> {
  const answer = await inTime(deadline, () => ask(db, client, decision, deadline));
  if (answer.state === 'unanswered') return answer;
  if (answer.state === 'refused') await inTransaction(db, (trx) => refuseDecision(trx, decision.id, answer));
  await markDoneByKey(db, 'update-workflow', decision.id);
  return answer;
}

const shortestPauseMs = 100;
const longestPauseMs = 800;

/** Asks again while the process has a step under way that the decision would cross, or cannot read it yet. One that is not there yet is left to the relay, which starts it first. */
async function ask(db: Db, client: Client, decision: Decision, deadline: number): Promise<Carried> {
  let updateId = decision.id;
  for (let pause = shortestPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    const answer = await update(client, decision, updateId, deadline);
    if (answer === 'not-there') return (await processStanding(db, decision.workflowId)) === 'ended' ? hasEnded : { state: 'unanswered' };
    if (answer !== 'busy') return answer;
    if (Date.now() + pause >= deadline) return { state: 'unanswered' };
    await sleep(pause);
    if ((await readDecision(db, decision.id))?.state !== 'proposed') return { state: 'unanswered' }; // its row knows the answer
    updateId = nextUpdateId(decision.id);
  }
}

const hasEnded: Carried = { state: 'refused', code: 'already-decided', message: 'The process has ended.' };

async function update(client: Client, { id, workflowId, update: name }: Decision, updateId: string, deadline: number): Promise<Carried | 'busy' | 'not-there'> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const { effect } = await client.withDeadline(deadline, () => handle.executeUpdate<DecisionReceipt, [DecisionNotice]>(name, { updateId, args: [{ decisionId: id }] }));
    return { state: 'accepted', effect };
  } catch (error) {
    if (mayBeAskedAgain(error)) return 'busy';
    if (error instanceof WorkflowUpdateFailedError) return refusalOf(error);
    if (error instanceof WorkflowNotFoundError) return 'not-there';
    return { state: 'unanswered' };
  }
}

/** The codes are our own; anything else is a fault of the process, which the relay will meet again. */
function refusalOf({ cause }: WorkflowUpdateFailedError): Carried {
  if (!(cause instanceof ApplicationFailure) || !Object.hasOwn(errorCatalogue, cause.type ?? '')) return { state: 'unanswered' };
  return { state: 'refused', code: cause.type as ErrorCode, message: cause.message };
}

/** The client's own deadline covers its calls; connecting to a server that is down may take longer. */
async function inTime(deadline: number, work: () => Promise<Carried>): Promise<Carried> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Carried>((resolve) => (timer = setTimeout(() => resolve({ state: 'unanswered' }), Math.max(0, deadline - Date.now()) + 200)));
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
