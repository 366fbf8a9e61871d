import { addDays } from '../../calendar/plain-date.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { InvoiceFacts } from '../../model/invoice-facts.ts';
import type { Supplier } from '../../model/supplier.ts';
import type { Observation } from './findings.ts';

/** The date to pay by: corrected, stated, or from the supplier's terms. */
export function dueDateOf({ invoice, corrections, receivedOn, policies }: InvoiceFacts, supplier: Supplier | undefined): PlainDate {
  if (corrections.dueDate !== undefined) return corrections.dueDate;
  if (invoice.dueDate !== undefined) return invoice.dueDate;
  const from = policies.posting.content.termsFrom === 'issue-date' ? invoice.issueDate : receivedOn;
  return addDays(from, supplier?.paymentTermsDays ?? 0);
}

/**
 * The receipt or service date decides the period, not the invoice date or its arrival (G3). In a closed period the
 * document is posted on the first day of the first open one, keeps its service date and is flagged.
 */
export function datesOf(facts: InvoiceFacts, receiptDates: readonly PlainDate[]): { serviceDate: PlainDate; postingDate: PlainDate; observations: Observation[] } {
  const { invoice, corrections, today, openFrom } = facts;
  const lastReceipt = [...receiptDates].sort().at(-1);
  const serviceDate = corrections.serviceDate ?? lastReceipt ?? invoice.delivery?.date ?? invoice.period?.end ?? invoice.taxPointDate ?? invoice.issueDate;
  const observations: Observation[] = invoice.issueDate > today ? [{ code: 'issue-date-in-future', rule: 'G3', scope: 'document', expected: `not after ${today}`, actual: invoice.issueDate }] : [];
  const wanted = serviceDate > today ? today : serviceDate;
  if (openFrom === undefined || wanted >= openFrom) return { serviceDate, postingDate: wanted, observations };
  return { serviceDate, postingDate: openFrom, observations: [...observations, { code: 'period-closed', rule: 'G3', scope: 'document', expected: openFrom, actual: serviceDate }] };
}
