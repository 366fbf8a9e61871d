import { z } from 'zod';
import { inTransaction, type Trx } from '../../db/client.ts';
import { lockCase, reopenRow, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { openException } from '../../db/repositories/exceptions.ts';
import { settlingCredit } from '../../db/repositories/full-credits.ts';
import { readInbound } from '../../db/repositories/inbound.ts';
import { placeHold } from '../../db/repositories/payables.ts';
import { paymentEventSource } from '../../db/repositories/payment-events.ts';
import { postingsOf } from '../../db/repositories/postings.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import type { Transition } from '../../domain/model/transition.ts';
import type { EventAnswer, EventCommand } from './commands.ts';
import { requiredOf } from '../lookup.ts';
import { technicalDueAt } from '../technical-owner.ts';
import type { PayablesParts } from './parts.ts';
import { endOf } from './record-end.ts';
import { recordTransitions } from '../transitions.ts';

/**
 * What became of a document's payment, as the bank's messages were read. Only `confirmed` settles as paid: the bank's own books
 * said so (guarantee 3). `credited` comes from the posting of a credit note of the same amount and closes without a payment (C4).
 */
const paymentEventSchema = z.object({ caseId: z.string(), status: z.enum(['rejected', 'returned', 'confirmed', 'credited']), reference: z.string(), endToEndId: z.string().optional() }).strict();
type PaymentEvent = z.infer<typeof paymentEventSchema>;
type FailedPayment = PaymentEvent & { status: 'rejected' | 'returned' };

const actor = 'system:payments';

/** Records what the inbox knows of a payment; a notice about an event that is not there moves nothing. */
export async function recordPaymentEvent(parts: PayablesParts, { caseId, eventId, mayEnd }: EventCommand): Promise<EventAnswer> {
  const at = parts.now().toISOString();
  return inTransaction(parts.db, async (trx) => {
    const [found, event, postings] = await Promise.all([lockCase(trx, caseId), readInbound(trx, paymentEventSource, eventId), postingsOf(trx, caseId)]);
    const current = requiredOf(found, 'case', caseId);
    const payment = event && paymentEventSchema.parse(event.payload);
    if (!event || !payment || payment.caseId !== caseId) return { transitions: [] };
    const isPosted = postings.some(({ kind, status }) => kind === 'post' && status === 'posted');
    const received: Transition = { kind: 'event-received', at, source: paymentEventSource, eventId, eventKind: payment.status };
    switch (payment.status) {
      case 'confirmed':
        return confirmed(trx, current, payment, { received, isPosted, mayEnd: mayEnd === true });
      case 'credited': {
        await recordTransitions(trx, current, [received], { actor });
        const creditedBy = isPosted ? await settlingCredit(trx, caseId) : undefined;
        return { transitions: [received], ...(creditedBy ? { creditedBy } : {}) };
      }
      case 'rejected':
      case 'returned':
        return failed(trx, current, { ...payment, status: payment.status }, { received, isPosted });
    }
  });
}

/** Where the process waits for nothing else, the case ends in the transaction that heard of the money: one step, and one record of both. */
async function confirmed(trx: Trx, current: CaseWithProgress, { reference }: PaymentEvent, { received, isPosted, mayEnd }: { received: Transition; isPosted: boolean; mayEnd: boolean }): Promise<EventAnswer> {
  const ends = mayEnd && isPosted && current.case.closedAt === undefined;
  const end = ends ? await endOf(trx, current, { at: received.at, state: 'paid', reference }) : undefined;
  const transitions = [received, ...(end?.transitions ?? [])];
  await recordTransitions(trx, current, transitions, { actor, ...(end ? { change: end.change } : {}) });
  return { transitions, ...(isPosted ? { settledBy: reference } : {}), ...(end ? { ended: true } : {}) };
}

async function failed(trx: Trx, current: CaseWithProgress, payment: FailedPayment, { received, isPosted }: { received: Transition; isPosted: boolean }): Promise<EventAnswer> {
  const { at } = received;
  const { state, closedAt } = current.case;
  if (payment.status === 'rejected' && closedAt !== undefined && state !== 'paid') {
    await recordTransitions(trx, current, [received], { actor }); // nothing is owed any more
    return { transitions: [received] };
  }
  const dueAt = await technicalDueAt({ db: trx }, current.case.entity, at);
  const transitions = [...(await openAgain(trx, current, payment, at)), received, ...(await openFailedPayment(trx, current, payment, { at, dueAt }))];
  await recordTransitions(trx, current, transitions, { actor });
  return { transitions, ...(payment.status === 'returned' ? { cameBack: true } : {}), ...(isPosted ? { nextDeadline: dueAt } : {}) };
}

/** The process hears that the money of a document came back which it has just closed as paid, and goes on. */
async function openAgain(trx: Trx, { case: { id, state, closedAt } }: CaseWithProgress, { status }: PaymentEvent, at: string): Promise<Transition[]> {
  if (status !== 'returned' || closedAt === undefined || state !== 'paid') return [];
  return [await reopen(trx, id, at)];
}

/** A case that ended as paid runs again, for its money came back. */
export async function reopen(trx: Trx, caseId: string, at: string): Promise<Transition> {
  await reopenRow(trx, caseId);
  return { kind: 'reopened', at, by: 'system:payments', reason: 'payment-returned' };
}

/**
 * The document is open again and somebody looks before it is paid anew (P8): its open exception holds it. Money that came back
 * also holds the bank account, whose payee may be gone.
 */
async function openFailedPayment(trx: Trx, { case: { id, entity, workflowId, correlationId } }: CaseWithProgress, payment: FailedPayment, { at, dueAt }: { at: string; dueAt: string }): Promise<Transition[]> {
  const payee = (await latestAssessment(trx, id))?.result.payee;
  if (payment.status === 'returned' && payee?.account)
    await placeHold(trx, { id: `${id}-hold-${payment.endToEndId ?? payment.reference}`, entity, subject: 'bank-account', subjectId: `${payee.supplierId}/${payee.account.id}`, reason: `payment-returned:${payment.reference}`, setBy: 'system:payments' });
  const exceptionId = `${id}-e-${payment.status}-${(payment.endToEndId ?? payment.reference).slice(0, 12)}`;
  const code = `payment-${payment.status}`;
  await openException(trx, {
    id: exceptionId, entity, case: id, workflowId, origin: 'payment', code, reasonCode: 'PAY', actionCode: 'PIN',
    title: payment.status === 'rejected' ? `The bank rejected the payment: ${payment.reference}` : `The payment came back: ${payment.reference}`,
    suggestion: payment.status === 'rejected' ? 'Mend what the bank names, then retry: the next run pays the document again.' : 'Ask the supplier for the right account. Lift the hold on the account or have it changed, then retry: the next run pays the document again.',
    findings: [], ownerRole: 'ap-lead', dueAt, correlationId,
  });
  return [
    { kind: 'exception-opened', at, exceptionId, code, owner: 'ap-lead' },
    { kind: 'awaiting', at, stage: code, awaiting: [{ what: `resolve ${code}`, subject: exceptionId, role: 'ap-lead', since: at, dueAt }] },
  ];
}
