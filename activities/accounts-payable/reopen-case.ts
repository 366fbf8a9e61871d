import { z } from 'zod';
import type { Trx } from '../../db/client.ts';
import { lockCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { decisionsOf } from '../../db/repositories/decisions.ts';
import { readInbound } from '../../db/repositories/inbound.ts';
import { enqueue } from '../../db/repositories/outbox.ts';
import { paymentEventActivity, paymentEventSource, paymentEventStep } from '../../db/repositories/payment-events.ts';
import { eventsHeard, isStepKept } from '../../db/repositories/recorded-steps.ts';
import type { Case } from '../../domain/model/case.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { findableBy } from '../../domain/rules/accounts-payable/findable-by.ts';
import { applyTransitions } from '../../domain/rules/progress.ts';
import type { InvoiceToPayInput } from '../../workflows/contracts/invoice-to-pay.ts';
import { requiredOf } from '../lookup.ts';
import { standingPosting } from './facts.ts';
import { recordTransitions } from '../transitions.ts';
import type { PayablesParts } from './parts.ts';
import { reopen } from './record-payment-event.ts';

/**
 * A signal met a process that had ended. When it told that the money of a paid document came back, the case is opened again: under the same
 * workflow id it runs once more and hears of the event that opened it; its former run stays in the history as it ended. Nothing else is lost
 * with such a signal: receipts and statuses concern only what is open.
 */
export async function reopenUnheard(trx: Trx, { invoiceToPay, now }: Pick<PayablesParts, 'invoiceToPay' | 'now'>, { caseId, payload }: UnheardSignal): Promise<void> {
  const notice = paymentNoticeSchema.safeParse(payload);
  if (caseId === null || !notice.success) return;
  const { eventId } = notice.data.input;
  const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
  if (current.case.state !== 'paid' || (await readInbound(trx, paymentEventSource, eventId))?.kind !== 'returned' || (await isStepKept(trx, caseId, paymentEventStep(eventId)))) return;
  const transitions = [await reopen(trx, caseId, now().toISOString())];
  await runAgain(trx, invoiceToPay, current, transitions, { key: eventId, actor: 'system:payments', reopenedBy: eventId });
}

/** How a case runs once more: what led to it, and what names it, so that it is started once. */
interface Anew {
  key: string;
  actor: string;
  /** The event that the new run hears first. */
  reopenedBy?: string;
}

/** Moves the case on and starts its process under the same workflow id, from what is on record of it. */
export async function runAgain(trx: Trx, invoiceToPay: PayablesParts['invoiceToPay'], current: CaseWithProgress, transitions: Transition[], { key, actor, reopenedBy }: Anew): Promise<void> {
  const { id: caseId, entity, workflowId, correlationId, acceptedAt } = current.case;
  const shown = applyTransitions(current.progress, transitions);
  // Whatever reaches it once more, late or repeated, was heard in its former life.
  const heard = [...(await eventsHeard(trx, caseId, paymentEventActivity)), ...(await decisionsOf(trx, caseId, 'accepted')).map(({ id }) => id)];
  await recordTransitions(trx, current, transitions, { actor });
  await enqueue(trx, {
    entity, caseId, kind: 'start-workflow', key: `${caseId}/${key}`, workflowId,
    payload: { ...invoiceToPay, again: true, searchAttributes: { FinProcess: invoiceToPay.workflow, FinEntity: entity, FinStage: 'reopened', FinCorrelationId: correlationId, ...documentAttributes(current.case) }, input: { entity, caseId, correlationId, receivedAt: acceptedAt, version: current.progress.workflowVersion, ...(reopenedBy === undefined ? {} : { reopenedBy }), shown, heard, ...standing(current) } },
    correlationId,
  });
}

/** What the ERP has of it: whoever takes the document back before it is looked at again takes that back, too. */
function standing(current: CaseWithProgress): Pick<InvoiceToPayInput, 'posted'> {
  const posting = standingPosting(current);
  return posting ? { posted: { key: posting.key, supplierId: current.case.supplierId ?? '', reference: posting.reference } } : {};
}

export interface UnheardSignal {
  caseId: string | null;
  payload: Record<string, unknown>;
}

const paymentNoticeSchema = z.object({ signal: z.literal('paymentStatus'), input: z.object({ eventId: z.string() }) });

/** The new run is found by what the first one was found by. */
function documentAttributes({ documentNumber, documentClass, payable, supplierId }: Case): Record<string, string | number> {
  if (documentNumber === undefined || documentClass === undefined || payable === undefined) return {};
  const found = findableBy({ number: documentNumber, class: documentClass, payable });
  return { FinDocumentRef: found.number, FinDocumentClass: found.class, FinCurrency: found.currency, ...(found.amount === undefined ? {} : { FinAmount: found.amount }), ...(supplierId === undefined ? {} : { FinCounterparty: supplierId }) };
}
