import type { Trx } from '../../db/client.ts';
import { whereabouts } from '../../db/repositories/cases.ts';
import { recordInbound, type InboundEvent } from '../../db/repositories/inbound.ts';
import { enqueueAll } from '../../db/repositories/outbox.ts';
import type { StoredInstruction } from '../../db/repositories/payments.ts';
import { paymentEventSource } from '../accounts-payable/record-payment-event.ts';
import { reopenCase } from '../accounts-payable/reopen-case.ts';
import type { MessagePlace } from './bank-case.ts';

export interface PaymentNews {
  instruction: Pick<StoredInstruction, 'endToEndId' | 'instruction'>;
  status: 'confirmed' | 'rejected' | 'returned';
  /** The statement entry that confirmed or returned it, or the bank's reason. */
  reference: string;
}

/** Whose documents hear of it and when, and how a process that has ended is started again. */
export type TellingPlace = Pick<MessagePlace, 'entity' | 'at' | 'invoiceToPay'>;

/**
 * Tells the documents of these payments what became of them, each news once. A running case gets a signal; a document that
 * was paid and whose money came back is opened again. Credits that were used up need no telling.
 */
export async function tellInvoices(trx: Trx, { entity, ...place }: TellingPlace, news: readonly PaymentNews[]): Promise<void> {
  const events = news.flatMap(({ instruction, status, reference }) =>
    instruction.instruction.items.map((caseId): InboundEvent & { caseId: string } => ({ caseId, id: `${instruction.endToEndId}/${caseId}/${status}`, kind: status, payload: { caseId, status, reference, endToEndId: instruction.endToEndId } })),
  );
  if (events.length === 0) return;
  const fresh = new Set((await recordInbound(trx, { source: paymentEventSource, entity, events: events.map(({ id, kind, payload }) => ({ id, kind, payload })) })).map(({ id }) => id));
  const told = events.filter(({ id }) => fresh.has(id));
  const cases = new Map((await whereabouts(trx, told.map(({ caseId }) => caseId))).map((found) => [found.id, found]));
  await enqueueAll(
    trx,
    told.flatMap(({ caseId, id }) => {
      const found = cases.get(caseId);
      if (!found || found.closed) return [];
      return [{ entity, caseId, kind: 'signal-workflow' as const, key: `${paymentEventSource}/${id}`, workflowId: found.workflowId, payload: { signal: 'paymentStatus', input: { eventId: id } }, correlationId: found.correlationId }];
    }),
  );
  for (const { caseId, id, kind } of told) {
    const found = cases.get(caseId);
    if (kind === 'returned' && found?.closed && found.outcome === 'paid') await reopenCase(trx, { ...place, caseId, eventId: id, reason: 'payment-returned' });
  }
}
