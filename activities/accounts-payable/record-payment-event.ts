import { z } from 'zod';
import { inTransaction } from '../../db/client.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { readInbound } from '../../db/repositories/inbound.ts';
import { postingsOf } from '../../db/repositories/postings.ts';
import type { Transition } from '../../domain/model/transition.ts';
import type { EventAnswer, EventCommand } from './commands.ts';
import { requiredOf } from './lookup.ts';
import type { PayablesParts } from './parts.ts';
import { recordTransitions } from './transitions.ts';

/** Where confirmations of payments enter the inbox. */
export const paymentEventSource = 'payments';

/**
 * A payment's status as the payment run relays it. Only `confirmed` settles as paid: the bank's own books said so
 * (guarantee 3). `credited` comes from the posting of a credit note of the same amount and closes without a payment (C4).
 */
const paymentEventSchema = z.object({ caseId: z.string(), status: z.enum(['in-process', 'rejected', 'returned', 'confirmed', 'credited']), reference: z.string() }).strict();

/** Records what the inbox knows of a payment; a notice about an event that is not there moves nothing. */
export async function recordPaymentEvent(parts: PayablesParts, { caseId, eventId }: EventCommand): Promise<EventAnswer> {
  const at = parts.now().toISOString();
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    const event = await readInbound(trx, paymentEventSource, eventId);
    const payment = event && paymentEventSchema.parse(event.payload);
    if (!event || !payment || payment.caseId !== caseId) return { transitions: [] };
    const isPosted = (await postingsOf(trx, caseId)).some(({ kind, status }) => kind === 'post' && status === 'posted');
    const transitions: Transition[] = [{ kind: 'event-received', at, source: paymentEventSource, eventId, eventKind: payment.status }];
    await recordTransitions(trx, current, transitions, { actor: 'system:payments' });
    if (!isPosted) return { transitions };
    return { transitions, ...(payment.status === 'confirmed' ? { settledBy: payment.reference } : {}), ...(payment.status === 'credited' ? { creditedBy: payment.reference } : {}) };
  });
}
