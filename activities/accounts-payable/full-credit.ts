import type { Db, Trx } from '../../db/client.ts';
import { lockCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { fullCreditEventId, settlingCredit } from '../../db/repositories/full-credits.ts';
import { recordInbound } from '../../db/repositories/inbound.ts';
import { enqueue } from '../../db/repositories/outbox.ts';
import { isGivenUp, openPayables, paymentUnderWay } from '../../db/repositories/payables.ts';
import { paymentEventSource } from '../../db/repositories/payment-events.ts';
import type { Assessment } from '../../domain/model/assessment.ts';
import { requiredOf } from '../lookup.ts';
import type { PostAnswer } from './commands.ts';

/**
 * C4: a full credit of an unpaid invoice closes both; the invoice hears of it as of any other settlement. To be
 * called when the credit counts: with its posting, or with its release where it was posted blocked and may still be rejected.
 * Much may have happened since the credit was assessed: one that nobody wants any more closes nothing, and one whose invoice is
 * not open as it was posted, or whose payment the bank has, is offset like any other.
 */
export async function tellOfFullCredit(trx: Trx, { case: { id, entity, correlationId } }: CaseWithProgress, credit: Assessment['credit'], reference: string): Promise<void> {
  if (!credit?.against || credit.settlement !== 'closes-both') return;
  const { against } = credit;
  const { workflowId } = requiredOf(await lockCase(trx, against), 'case', against).case;
  if ((await isGivenUp(trx, id)) || !(await isOpenAsPosted(trx, entity, against))) return;
  const eventId = fullCreditEventId(id);
  const payload = { caseId: against, status: 'credited', reference };
  const fresh = await recordInbound(trx, { source: paymentEventSource, entity, events: [{ id: eventId, kind: 'credited', payload }] });
  if (fresh.length === 0) return;
  await enqueue(trx, {
    entity, caseId: against, kind: 'signal-workflow', key: `${paymentEventSource}/${eventId}`, workflowId,
    payload: { signal: 'paymentStatus', input: { eventId } }, correlationId,
  });
}

/** Nobody has paid, corrected or given up the invoice, and nobody can while it is locked. */
async function isOpenAsPosted(trx: Trx, entity: string, caseId: string): Promise<boolean> {
  const [payable] = await openPayables(trx, entity, [caseId]);
  return payable?.current === true && (await paymentUnderWay(trx, caseId)) === undefined;
}

/** A credit may settle an invoice whose posting, or release, is still being recorded by its process: it is closed by that credit then. */
export async function withFullCredit(db: Db, caseId: string, answer: PostAnswer): Promise<PostAnswer> {
  if (answer.outcome !== 'posted' || answer.blockOutstanding) return answer;
  const creditedBy = await settlingCredit(db, caseId);
  return creditedBy === undefined ? answer : { ...answer, creditedBy };
}
