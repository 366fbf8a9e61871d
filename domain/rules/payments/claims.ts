import type { StatementEntry } from '../../model/bank-statement.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import { minorOf } from '../money.ts';

/** An entry of a statement or advice with its identity (SI-1). */
export interface BookedEntry {
  identity: string;
  entry: StatementEntry;
  /** Whose entry it is: the account as the statement names it. */
  account?: string;
  /** A credit may be a return though nothing marks it: the format has no such mark, or none that banks are bound to set. */
  plainReturns?: boolean;
  /** It was judged when it came and only waited for its payment: what is left of it need not be the whole entry. */
  waited?: boolean;
}

/** An entry, or one payment of a batch entry, against one payment of ours. */
export interface Claim {
  identity: string;
  /** Counts the payments of a batch entry from 1. */
  detail?: number;
  endToEndId: string | undefined;
  amount: Money;
  /** What was ordered, where the bank booked in another currency. */
  instructed?: Money | undefined;
  entry: StatementEntry;
  by: 'entry' | 'detail';
  reason?: string | undefined;
}

/** Entry or payments of it, one after the other; what a payment does not say of itself, its entry says. */
export function claimsOf({ identity, entry }: BookedEntry): Claim[] {
  if (!entry.details) return [{ identity, entry, endToEndId: entry.endToEndId, amount: entry.amount, instructed: entry.instructed, by: 'entry', reason: entry.returnReason }];
  return entry.details.map((detail, at) => ({
    identity, entry, detail: at + 1, endToEndId: detail.endToEndId, by: 'detail',
    amount: detail.amount ?? { currency: entry.amount.currency, minor: '0' },
    instructed: detail.instructed,
    reason: detail.returnReason ?? entry.returnReason,
  }));
}

/** Ids under which formats without room for the end-to-end id quote a single payment. */
export function aliasesOf({ references, details }: StatementEntry): (string | undefined)[] {
  return details ? [] : [references.trace, references.customer];
}

export function placeOf({ identity, detail }: Claim): Pick<Claim, 'identity' | 'detail'> {
  return { identity, ...(detail === undefined ? {} : { detail }) };
}

export function dateOf({ bookingDate, valueDate }: StatementEntry): { bookedOn?: PlainDate } {
  const on = bookingDate ?? valueDate;
  return on === undefined ? {} : { bookedOn: on };
}

export function sameAmount(a: Money, b: Money): boolean {
  return a.currency === b.currency && minorOf(a) === minorOf(b);
}

/** Whether it is over this signed amount: as booked, or, where the bank booked in another currency, as it was ordered. What was ordered never hides another amount in the same currency. */
export function isOver({ amount, instructed }: Pick<Claim, 'amount' | 'instructed'>, wanted: Money): boolean {
  return sameAmount(amount, wanted) || (amount.currency !== wanted.currency && instructed !== undefined && sameAmount(instructed, wanted));
}

/** Whether the payments of an entry are it together. Amounts in other currencies than that of the entry cannot be added to it: each of them counts for itself. */
export function addsUp({ amount, details }: StatementEntry): boolean {
  if (!details || details.some((detail) => detail.amount?.currency !== amount.currency)) return true;
  return details.reduce((sum, detail) => sum + BigInt(detail.amount?.minor ?? 0), 0n) === minorOf(amount);
}

/** The signed sums of what was ordered, by currency, where the bank booked any of it in another one; undefined where it did not, or does not say. */
export function instructedIn({ amount, instructed, details }: StatementEntry): Money[] | undefined {
  const sums = new Map<string, bigint>();
  for (const part of details ?? [{ amount, instructed }]) {
    const told = part.instructed ?? part.amount;
    if (told === undefined) return undefined;
    sums.set(told.currency, (sums.get(told.currency) ?? 0n) + minorOf(told));
  }
  return sums.size === 1 && sums.has(amount.currency) ? undefined : [...sums].map(([currency, minor]) => ({ currency, minor: minor.toString() }));
}
