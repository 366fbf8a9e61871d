import type { ClosedNumber, ConfirmedAccount, CustomerFact, ItemFact, PayerRelation, PaymentFact } from './facts.ts';
import type { Judgement, Verdict } from './judge.ts';
import { Matcher } from './matcher.ts';
import { compactNumber } from './memo.ts';
import { NumberForms } from './number-series.ts';
import type { MatchSettings } from './settings.ts';
import type { Solution } from './solution.ts';

export interface CashInput {
  items: readonly ItemFact[];
  payments: readonly PaymentFact[];
  customers: readonly CustomerFact[];
  closed?: readonly ClosedNumber[];
  relations?: readonly PayerRelation[];
  confirmed?: readonly ConfirmedAccount[];
}

/** `online` uses only what was known on each day and tries again later; `batch` knows all payers' accounts from the start. */
export type CashMode = 'online' | 'batch';

export interface CashDecision {
  readonly payment: PaymentFact;
  readonly verdict: Verdict;
  /** The solution applied, or the best that is proposed. */
  readonly solution: Solution | undefined;
  readonly judgement: Judgement;
  /** What settles which item, in units of the items' currency; empty unless applied. */
  readonly allocations: readonly { item: string; amount: number }[];
  /** Applied on the day on which it was booked. */
  readonly onArrival: boolean;
}

/**
 * Decides on every payment (CA-1 to CA-5, CA-14). Deterministic and independent of the order of rows and of ids.
 * Throws a RangeError should an allocation ever exceed its receipt or item.
 */
export function applyCash(input: CashInput, settings: MatchSettings, mode: CashMode): CashDecision[] {
  const matcher = new Matcher(settings, learnForms(input));
  for (const customer of input.customers) matcher.addCustomer(customer);
  for (const relation of input.relations ?? []) matcher.addRelation(relation);
  for (const confirmed of input.confirmed ?? []) matcher.confirmAccount(confirmed);
  for (const number of input.closed ?? []) matcher.addClosed(number);
  if (mode === 'batch') for (const payment of input.payments) matcher.learnAccount(payment);
  const onArrival = new Set<PaymentFact>();
  for (const { items, payments } of daysOf(input)) {
    for (const item of items) matcher.openItem(item);
    if (mode === 'online') for (const payment of payments) matcher.learnAccount(payment);
    for (const payment of payments) matcher.arrive(payment);
    matcher.settle();
    for (const payment of payments) if (matcher.progress.get(payment)!.applied) onArrival.add(payment);
  }
  matcher.reconsider();
  matcher.settle();
  return input.payments.map((payment) => {
    const { judgement, applied, allocations } = matcher.progress.get(payment)!;
    const verdict = applied ? 'auto' : judgement.verdict === 'auto' ? 'suggest' : judgement.verdict;
    return { payment, verdict, solution: applied ?? judgement.best, judgement, allocations, onArrival: onArrival.has(payment) };
  });
}

function learnForms(input: CashInput): NumberForms {
  const forms = new NumberForms();
  for (const item of input.items) for (const { text } of item.numbers) forms.add(compactNumber(text));
  for (const { text } of input.closed ?? []) forms.add(compactNumber(text));
  forms.learn();
  return forms;
}

interface Day {
  items: ItemFact[];
  payments: PaymentFact[];
}

/** Items by document date and payments by booking date, in the order of days; within a day the order has no effect. */
function daysOf(input: CashInput): Day[] {
  const days = new Map<string, Day>();
  const dayOf = (date: string) => {
    const known = days.get(date);
    if (known) return known;
    const day: Day = { items: [], payments: [] };
    days.set(date, day);
    return day;
  };
  for (const item of input.items) dayOf(item.documentDate).items.push(item);
  for (const payment of input.payments) dayOf(payment.date).payments.push(payment);
  return [...days.keys()].sort().map((date) => days.get(date)!);
}
