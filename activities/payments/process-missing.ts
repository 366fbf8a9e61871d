import { inTransaction, type Trx } from '../../db/client.ts';
import { closeTasks } from '../../db/repositories/approvals.ts';
import type { CaseWithProgress } from '../../db/repositories/cases.ts';
import { decisionsOf } from '../../db/repositories/decisions.ts';
import { enqueue } from '../../db/repositories/outbox.ts';
import { readRun, type PaymentRun } from '../../db/repositories/payment-runs.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { applyTransitions } from '../../domain/rules/progress.ts';
import type { RunPosition } from '../../workflows/contracts/payment-run.ts';
import { leaveParked } from '../accounts-payable/parking.ts';
import { requiredOf } from '../lookup.ts';
import { lockStranded, type CaseWithoutProcess } from '../process-missing.ts';
import { isStanding, openStandingException } from '../standing-exception.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { recordTransitions } from '../transitions.ts';
import type { PaymentParts } from './parts.ts';
import { recordRunEnd } from './record-run.ts';

const code = 'process-missing';
const actor = 'system:process';

/**
 * A payment run whose process ended after the moment that the database was put back to. One that is on record as sent follows the bank again; one that had
 * ended as cancelled paid nothing and ends so; of any other a file may be at the bank that is not on record, so that it is never run again, its
 * documents stay in it, and a treasurer compares. False: it is to be looked at again.
 */
export async function runWithoutProcess(parts: PaymentParts, lost: CaseWithoutProcess): Promise<boolean> {
  const at = parts.now().toISOString();
  return inTransaction(parts.db, async (trx) => {
    const current = await lockStranded(trx, lost);
    if (!current) return false;
    const run = requiredOf(await readRun(trx, lost.caseId), 'payment run', lost.caseId);
    const left = await leaveParked(trx, current, at);
    if (run.sendState === 'sent') await followAgain(trx, parts, current, run, { left, at, revision: lost.revision });
    else if (run.sendState === 'none' && lost.endedAs === 'cancelled') await endAsCancelled(trx, parts, current, left);
    else await leaveToPeople(trx, current, { left, at, endedAs: lost.endedAs });
    return true;
  });
}

/** Everything that could send lies behind it: it waits for the bank's word and ends by it. */
async function followAgain(trx: Trx, { paymentRun }: PaymentParts, current: CaseWithProgress, { dryRun }: PaymentRun, { left, at, revision }: { left: Transition[]; at: string; revision: number }): Promise<void> {
  const { id: caseId, entity, workflowId, correlationId } = current.case;
  const awaiting = current.progress.awaiting.map(({ id, ...shown }) => ({ subject: id, ...shown }));
  const transitions: Transition[] = [...left, { kind: 'reopened', at, by: actor, reason: code }, ...(awaiting.length > 0 ? [{ kind: 'awaiting', at, stage: 'awaiting-bank', awaiting } as const] : [])];
  const heard = (await decisionsOf(trx, caseId, 'accepted')).map(({ id }) => id);
  const goesOn: RunPosition = { reached: ['proposed', 'released', 'screened', 'filed', 'sent'], released: true, heard, progress: applyTransitions(current.progress, transitions) };
  await recordTransitions(trx, current, transitions, { actor });
  await enqueue(trx, {
    entity, caseId, kind: 'start-workflow', key: `${caseId}/${code}/${revision}`, workflowId,
    payload: { workflow: paymentRun.workflow, queue: paymentRun.queue, again: true, searchAttributes: { FinProcess: paymentRun.workflow, FinEntity: entity, FinStage: 'reopened', FinCorrelationId: correlationId }, input: { entity, caseId, correlationId, dryRun, goesOn, ...(paymentRun.pace ? { pace: paymentRun.pace } : {}) } },
    correlationId,
  });
}

/** Why it was cancelled is lost with its record. */
async function endAsCancelled(trx: Trx, parts: PaymentParts, current: CaseWithProgress, left: Transition[]): Promise<void> {
  const { id: caseId, entity, correlationId } = current.case;
  if (left.length > 0) await recordTransitions(trx, current, left, { actor });
  await recordRunEnd({ ...parts, db: trx }, { entity, caseId, correlationId, state: 'cancelled' });
}

/** Nobody is asked about it any more: no decision would be heard. */
async function leaveToPeople(trx: Trx, current: CaseWithProgress, { left, at, endedAs }: { left: Transition[]; at: string; endedAs: string | undefined }): Promise<void> {
  const { id: caseId, entity, workflowId, correlationId } = current.case;
  const first = `${caseId}-t-process`;
  if (await isStanding(trx, first)) return;
  await closeTasks(trx, caseId, 'cancelled');
  await recordTransitions(trx, current, [...left, { kind: 'awaiting', at, stage: code, awaiting: [] }], { actor });
  await openStandingException(trx, first, {
    entity, case: caseId, workflowId, origin: 'payment', code, reasonCode: 'PAY', actionCode: 'PIN', ownerRole: 'treasurer', correlationId,
    title: endedAs ? `The payment run had ended as ${endedAs}, and how it got there is not on record` : 'The process of the payment run is gone, and how it ended is not known',
    suggestion: 'What was sent since the backup is not on record, so that the run is not run again, and no other run takes its documents. Ask the bank which of its payments it has, and settle in the ERP what it paid: the daily comparison lists what differs. Nobody can approve, release or cancel this run any more. Close this by a retry that says what was found.',
    dueAt: await technicalDueAt({ db: trx }, entity, at),
  });
}
