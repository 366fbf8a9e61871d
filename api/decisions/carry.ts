import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { inTransaction, type Db } from '../../db/client.ts';
import { refuseDecision } from '../../db/repositories/decisions.ts';
import { markDoneByKey } from '../../db/repositories/outbox.ts';
import { errorCatalogue, type ErrorCode } from '../../domain/errors.ts';
import type { Decision } from '../../domain/model/decision.ts';
import type { DecisionEffect, DecisionNotice, DecisionReceipt } from '../../workflows/contracts/invoice-to-pay.ts';

export type Carried = { state: 'accepted'; effect: DecisionEffect } | { state: 'refused'; code: ErrorCode; message: string } | { state: 'unanswered' };

/**
 * Tells the process of a decision that is committed already, as the update with the decision's own id: told twice it counts
 * once. Without an answer in time the decision stays proposed and the relay carries it.
 */
export async function carry(db: Db, client: Client, decision: Decision, deadline: number): Promise<Carried> {
  const answer = await inTime(deadline, () => update(client, decision, deadline));
  if (answer.state === 'unanswered') return answer;
  if (answer.state === 'refused') await inTransaction(db, (trx) => refuseDecision(trx, decision.id, answer));
  await markDoneByKey(db, 'update-workflow', decision.id);
  return answer;
}

async function update(client: Client, { id, workflowId, update: name }: Decision, deadline: number): Promise<Carried> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const { effect } = await client.withDeadline(deadline, () => handle.executeUpdate<DecisionReceipt, [DecisionNotice]>(name, { updateId: id, args: [{ decisionId: id }] }));
    return { state: 'accepted', effect };
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return refusalOf(error);
    if (error instanceof WorkflowNotFoundError) return { state: 'refused', code: 'already-decided', message: 'The process has ended.' };
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
