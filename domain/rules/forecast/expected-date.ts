import { addDays, daysBetween } from '../../calendar/plain-date.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { CashItem } from '../../model/forecast.ts';
import type { ForecastPolicy } from '../../policy/close.ts';
import { compareText } from '../ledger/trial-balance.ts';

/** An invoice that a customer has settled. */
export interface SettledInvoice {
  readonly customer: string;
  readonly invoiceDate: PlainDate;
  readonly paidDate: PlainDate;
}

/** Median days from invoice to payment by customer, of those with enough history. */
export type PaymentHabits = ReadonlyMap<string, number>;

export interface Expected {
  readonly date: PlainDate;
  /** Which of the rules gave the day. */
  readonly basis: 'promise' | 'habit' | 'segment' | 'due' | 'payment-run' | 'contract' | 'invoice';
  /** The rule gave an earlier day, which has passed: the payment is still to come. */
  readonly overdue: boolean;
}

/** Habits of customers with at least `least` settled invoices; between two middle values the later counts (TF-2). */
export function paymentHabits(settled: readonly SettledInvoice[], least: number): PaymentHabits {
  const days = new Map<string, number[]>();
  for (const { customer, invoiceDate, paidDate } of settled) {
    const own = days.get(customer);
    if (own) own.push(daysBetween(invoiceDate, paidDate));
    else days.set(customer, [daysBetween(invoiceDate, paidDate)]);
  }
  const habits = [...days].filter(([, own]) => own.length >= least).map(([customer, own]): [string, number] => [customer, own.sort((a, b) => a - b)[Math.floor(own.length / 2)]!]);
  return new Map(habits.sort(([a], [b]) => compareText(a, b)));
}

/**
 * The day on which an item is expected, never before today (TF-2). Receipts: a credible promise, else the customer's
 * habit, else the due date with the shift of its segment. Payments: the approved run, else the due date; payroll,
 * tax and debt on the day of the contract.
 */
export function expectedDate(item: CashItem, habits: PaymentHabits, policy: ForecastPolicy, today: PlainDate): Expected {
  const { date: planned, basis } = item.kind === 'receivable' ? receiptDate(item, habits, policy) : paymentDate(item);
  const date = addDays(planned, item.delayDays ?? 0);
  return { date: date < today ? today : date, basis, overdue: date < today };
}

function receiptDate(item: CashItem, habits: PaymentHabits, policy: ForecastPolicy): Omit<Expected, 'overdue'> {
  if (item.promiseDate && item.promiseCredible === 'yes') return { date: item.promiseDate, basis: 'promise' };
  const habit = habits.get(item.partner);
  if (habit !== undefined && item.invoiceDate) return { date: addDays(item.invoiceDate, habit), basis: 'habit' };
  const shift = policy.segmentShifts[item.segment];
  const due = item.dueDate ?? item.invoiceDate!;
  return shift === undefined ? { date: due, basis: item.dueDate ? 'due' : 'invoice' } : { date: addDays(due, shift), basis: 'segment' };
}

function paymentDate(item: CashItem): Omit<Expected, 'overdue'> {
  const contract = { date: item.contractDate!, basis: 'contract' as const };
  if (['payroll', 'tax', 'debt'].includes(item.kind)) return contract;
  if (item.runDate) return { date: item.runDate, basis: 'payment-run' };
  if (item.dueDate) return { date: item.dueDate, basis: 'due' };
  return item.contractDate ? contract : { date: item.invoiceDate!, basis: 'invoice' };
}
