import { onOrAfter, onOrBefore, type BusinessCalendar } from '../../calendar/business-days.ts';
import { addDays, toDayNumber } from '../../calendar/plain-date.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Decimal, Money } from '../../model/money.ts';
import type { Payable, ProposedItem } from '../../model/payment.ts';
import type { PaymentPolicy } from '../../policy/payments.ts';
import { compareExact, dividedBy, exact, minus, ofInteger, times, toText, zero } from '../decimal.ts';
import { describeMoney, minorOf, money } from '../money.ts';

type Explanation = ProposedItem['explanation'][number];

/** When a document wants to be paid, and what may be taken off on the day of execution. */
export interface Terms {
  /** Last day on which the bank settles and the discount, or the net term, is still kept. */
  payBy: PlainDate;
  discount?: { percent: Decimal; amount: Money; until: PlainDate };
  explanation: Explanation[];
}

export interface TermsSetting {
  executionDate: PlainDate;
  calendar: BusinessCalendar;
  policy: Pick<PaymentPolicy, 'grace' | 'netDateOnDayOff' | 'discount'>;
}

interface Tier {
  percent: Decimal;
  /** As agreed, without days of grace. */
  until: PlainDate;
  lastDay: PlainDate;
  amount: Money;
}

const hundred = exact('100');

/**
 * The highest discount that is still reachable, large enough and worth paying early for, else net (P4), and the last day for
 * it (P2). A credit has no discount of its own.
 */
export function termsOf(payable: Payable, setting: TermsSetting): Terms {
  const { policy, calendar } = setting;
  const graced = addDays(payable.dueDate, policy.grace.netDays);
  const netDay = policy.netDateOnDayOff === 'previous' ? onOrBefore(calendar, graced) : onOrAfter(calendar, graced);
  const explanation: Explanation[] = [];
  const taken = tiersOf(payable, setting).find((tier) => {
    const refusal = refusalOf(tier, payable, setting);
    explanation.push({ rule: 'P4', inputs: { percent: tier.percent, until: tier.until, execution: setting.executionDate, net: payable.dueDate, yield: yieldText(tier, payable), hurdle: policy.discount.hurdlePercent, minimum: policy.discount.minimumPercent }, result: refusal ?? `takes ${describeMoney(tier.amount)} off` });
    return refusal === undefined;
  });
  const payBy = taken?.lastDay ?? netDay;
  explanation.push({ rule: 'P2', inputs: { term: taken?.until ?? payable.dueDate, graceDays: String(taken ? policy.grace.discountDays : policy.grace.netDays), kind: taken ? 'discount' : 'net' }, result: payBy });
  return { payBy, explanation, ...(taken ? { discount: { percent: taken.percent, amount: taken.amount, until: taken.until } } : {}) };
}

/** Include now what the next run would pay too late, and whatever is late already (P3). */
export function isDue(payBy: PlainDate, executionDate: PlainDate, nextExecutionDate: PlainDate): boolean {
  return payBy < nextExecutionDate || payBy <= executionDate;
}

/** Highest rate first; of equal rates the one that lasts longest. */
function tiersOf(payable: Payable, { calendar, policy }: TermsSetting): Tier[] {
  if (minorOf(payable.open) <= 0n) return [];
  return payable.discounts
    .flatMap((tier): Tier[] => {
      const until = tier.until ?? (tier.days === undefined ? undefined : addDays(payable.baselineDate, tier.days));
      if (until === undefined) return [];
      const base = tier.base ?? (policy.discount.base === 'gross' ? payable.gross : payable.net);
      return [{ percent: tier.percent, until, lastDay: onOrBefore(calendar, addDays(until, policy.grace.discountDays)), amount: discountOf(payable, base, tier.percent) }];
    })
    .sort((a, b) => compareExact(exact(b.percent), exact(a.percent)) || (a.until < b.until ? 1 : a.until > b.until ? -1 : Number(minorOf(b.amount) - minorOf(a.amount))));
}

/** base · percent, for the part of the document that is still open, rounded half up once. */
function discountOf({ gross, open }: Payable, base: Money, percent: Decimal): Money {
  if (base.currency !== open.currency || gross.currency !== open.currency || minorOf(gross) <= 0n) return money(open.currency, 0n);
  const whole = minorOf(gross);
  const part = minorOf(open) < whole ? minorOf(open) : whole;
  const counted = minorOf(base) < whole ? minorOf(base) : whole;
  return money(open.currency, dividedBy(times(ofInteger(counted * part), exact(percent)), ofInteger(100n * whole), 0).unscaled);
}

function refusalOf(tier: Tier, payable: Payable, { executionDate, policy }: TermsSetting): string | undefined {
  const rate = exact(tier.percent);
  if (minorOf(tier.amount) <= 0n) return 'takes nothing off';
  if (minorOf(tier.amount) >= minorOf(payable.open) || compareExact(rate, hundred) >= 0) return 'leaves nothing to pay';
  if (compareExact(rate, exact(policy.discount.minimumPercent)) < 0) return 'below the least rate';
  if (tier.lastDay < executionDate) return `over since ${tier.lastDay}`;
  if (!isWorth(tier, payable, policy.discount.hurdlePercent)) return 'not worth paying early for';
  return undefined;
}

/** d/(100−d) · 365/days ≥ hurdle/100 as a product over both sides, so that nothing is rounded; without days in between it costs nothing. */
function isWorth(tier: Tier, payable: Payable, hurdle: Decimal): boolean {
  const days = daysEarly(tier, payable);
  if (days <= 0) return true;
  const rate = exact(tier.percent);
  return compareExact(times(times(rate, exact('365')), hundred), times(times(exact(hurdle), minus(hundred, rate)), ofInteger(BigInt(days)))) >= 0;
}

/** The yearly yield in percent as people read it: `37.24` for 2 % in 10 days, net in 30. */
function yieldText(tier: Tier, payable: Payable): string {
  const days = daysEarly(tier, payable);
  const left = minus(hundred, exact(tier.percent));
  if (days <= 0 || compareExact(left, zero) <= 0) return 'unlimited';
  return toText(dividedBy(times(times(exact(tier.percent), exact('365')), hundred), times(left, ofInteger(BigInt(days))), 2));
}

function daysEarly(tier: Tier, { dueDate }: Payable): number {
  return toDayNumber(dueDate) - toDayNumber(tier.until);
}
