import type { Trx } from '../../db/client.ts';
import { whereabouts } from '../../db/repositories/cases.ts';
import { recordInbound, type InboundEvent } from '../../db/repositories/inbound.ts';
import { enqueueAll } from '../../db/repositories/outbox.ts';
import { paymentEventId, paymentEventSource } from '../../db/repositories/payment-events.ts';
import type { StoredInstruction } from '../../db/repositories/payments.ts';

export interface PaymentNews {
  instruction: Pick<StoredInstruction, 'endToEndId' | 'instruction'>;
  status: 'confirmed' | 'rejected' | 'returned';
  /** The statement entry that confirmed or returned it, or the bank's reason. */
  reference: string;
}

/**
 * Tells the documents of these payments what became of them, each news once, by a signal to their process. That the money of a paid document came
 * back is told even when the case is closed: its process may be about to end, and where it has ended the case is opened again. Credits that were used
 * up need no telling.
 */
export async function tellInvoices(trx: Trx, { entity }: { entity: string }, news: readonly PaymentNews[]): Promise<void> {
  const events = news.flatMap(({ instruction, status, reference }) =>
    instruction.instruction.items.map((caseId): InboundEvent & { caseId: string } => ({ caseId, id: paymentEventId({ endToEndId: instruction.endToEndId, caseId, status }), kind: status, payload: { caseId, status, reference, endToEndId: instruction.endToEndId } })),
  );
  if (events.length === 0) return;
  const fresh = new Set((await recordInbound(trx, { source: paymentEventSource, entity, events: events.map(({ id, kind, payload }) => ({ id, kind, payload })) })).map(({ id }) => id));
  const told = events.filter(({ id }) => fresh.has(id));
  const cases = new Map((await whereabouts(trx, told.map(({ caseId }) => caseId))).map((found) => [found.id, found]));
  await enqueueAll(
    trx,
    told.flatMap(({ caseId, id, kind }) => {
      const found = cases.get(caseId);
      if (!found || (found.closed && !(kind === 'returned' && found.outcome === 'paid'))) return [];
      return [{ entity, caseId, kind: 'signal-workflow' as const, key: `${paymentEventSource}/${id}`, workflowId: found.workflowId, payload: { signal: 'paymentStatus', input: { eventId: id } }, correlationId: found.correlationId }];
    }),
  );
}
