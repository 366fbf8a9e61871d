import { format } from 'node:util';
import { eventStep } from './recorded-steps.ts';

/** End-to-end id, document and status, as both our own and the database's `format` fill them in. */
export const paymentEvent = '%s/%s/%s';

/** Of what a document hears about its payment. */
export const paymentEventSource = 'payments';

/** Under which a document hears, once, what became of its payment. */
export function paymentEventId({ endToEndId, caseId, status }: { endToEndId: string; caseId: string; status: string }): string {
  return format(paymentEvent, endToEndId, caseId, status);
}

/** The activity in which it hears it. */
export const paymentEventActivity = 'recordPaymentEvent';

/** The step in which it hears it. */
export function paymentEventStep(eventId: string): string {
  return eventStep(paymentEventActivity, eventId);
}
