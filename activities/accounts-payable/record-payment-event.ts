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
import { recordTransitions } from '../transitions.ts';

/**
 * What became of a document's payment, as the bank's messages were read. Only `confirmed` settles as paid: the bank's own books
 * said so (guarantee 3). `credited` comes from the posting of a credit note of the same amount and closes without a payment (C4).
 */
const paymentEventSchema = z.object({ caseId: z.string(), status: z.enum(['rejected', 'returned', 'confirmed', 'credited']), reference: z.string(), endToEndId: z.string().optional() }).strict();
type PaymentEvent = z.infer<typeof paymentEventSchema>;

/** Records what the inbox knows of a payment; a notice about an event that is not there moves nothing. */
export async function recordPaymentEvent(parts: PayablesParts, { entity, caseId, eventId }: EventCommand): Promise<EventAnswer> {
  const at = parts.now().toISOString();
  const dueAt = await technicalDueAt(parts, entity, at);
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    const event = await readInbound(trx, paymentEventSource, eventId);
    const payment = event && paymentEventSchema.parse(event.payload);
    if (!event || !payment || payment.caseId !== caseId) return { transitions: [] };
    const isPosted = (await postingsOf(trx, caseId)).some(({ kind, status }) => kind === 'post' && status === 'posted');
    const transitions: Transition[] = [...(await openAgain(trx, current, payment, at)), { kind: 'event-received', at, source: paymentEventSource, eventId, eventKind: payment.status }];
    const received = transitions.length;
    if (payment.status === 'rejected' || payment.status === 'returned') transitions.push(...(await openFailedPayment(trx, current, { ...payment, status: payment.status }, { at, dueAt })));
    await recordTransitions(trx, current, transitions, { actor: 'system:payments' });
    const answer: EventAnswer = { transitions, ...(payment.status === 'returned' ? { cameBack: true } : {}) };
    if (!isPosted) return answer;
    const creditedBy = payment.status === 'credited' ? await settlingCredit(trx, caseId) : undefined;
    return {
      ...answer,
      ...(transitions.length > received ? { nextDeadline: dueAt } : {}),
      ...(payment.status === 'confirmed' ? { settledBy: payment.reference } : {}),
      ...(creditedBy ? { creditedBy } : {}),
    };
  });
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
async function openFailedPayment(trx: Trx, { case: { id, entity, workflowId, correlationId } }: CaseWithProgress, payment: PaymentEvent & { status: 'rejected' | 'returned' }, { at, dueAt }: { at: string; dueAt: string }): Promise<Transition[]> {
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
