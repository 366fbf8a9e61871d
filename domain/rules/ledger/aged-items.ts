import { daysBetween } from '../../calendar/plain-date.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import { money } from '../money.ts';
import type { LedgerLine } from './ledger-line.ts';
import { compareText } from './trial-balance.ts';

/** What is still open under one reference of an account, in its transaction currency. */
export interface OpenItem {
  readonly entity: string;
  readonly account: string;
  readonly reference: string;
  readonly open: Money;
  readonly dueDate: PlainDate;
  /** Days past the due date; zero or less means not yet due. */
  readonly overdueDays: number;
  /** Index into the bounds: 0 is not due, then 1–30, 31–60 … with the default bounds. */
  readonly bucket: number;
}

export interface AgedBalance {
  readonly entity: string;
  readonly account: string;
  readonly currency: string;
  readonly buckets: readonly Money[];
  readonly total: Money;
}

export const defaultAgeBounds = [0, 30, 60, 90];

interface Sum {
  entity: string;
  account: string;
  reference: string;
  currency: string;
  open: bigint;
  dueDate: PlainDate;
}

/**
 * Items of the given accounts still open at `asOf`. An item falls due on the due date of its first line (by date, then
 * due date): later payments do not make it younger. Lines without a reference stand for themselves, by journal.
 */
export function openItems(lines: Iterable<LedgerLine>, accounts: ReadonlySet<string>, asOf: PlainDate, bounds: readonly number[] = defaultAgeBounds): OpenItem[] {
  const sums = new Map<string, Sum & { first: PlainDate }>();
  for (const line of lines) {
    if (!accounts.has(line.account) || line.date > asOf) continue;
    const reference = line.reference || line.journal;
    const key = `${line.entity}\u0000${line.account}\u0000${reference}\u0000${line.currency}`;
    const due = line.dueDate || line.date;
    const sum = sums.get(key);
    if (!sum) {
      sums.set(key, { entity: line.entity, account: line.account, reference, currency: line.currency, open: line.amount, dueDate: due, first: line.date });
      continue;
    }
    sum.open += line.amount;
    if (line.date < sum.first || (line.date === sum.first && due < sum.dueDate)) [sum.first, sum.dueDate] = [line.date, due];
  }
  return [...sums.values()]
    .filter((sum) => sum.open !== 0n)
    .map((sum) => {
      const overdueDays = daysBetween(sum.dueDate, asOf);
      return { entity: sum.entity, account: sum.account, reference: sum.reference, open: money(sum.currency, sum.open), dueDate: sum.dueDate, overdueDays, bucket: bucketOf(overdueDays, bounds) };
    })
    .sort((a, b) => compareText(a.entity, b.entity) || compareText(a.account, b.account) || compareText(a.dueDate, b.dueDate) || compareText(a.reference, b.reference) || compareText(a.open.currency, b.open.currency));
}

/** Per entity, account and currency; the buckets always add up to the total. */
export function agedBalances(items: readonly OpenItem[], bounds: readonly number[] = defaultAgeBounds): AgedBalance[] {
  const rows = new Map<string, { entity: string; account: string; currency: string; buckets: bigint[] }>();
  for (const { entity, account, open, bucket } of items) {
    const key = `${entity}\u0000${account}\u0000${open.currency}`;
    const row = rows.get(key) ?? { entity, account, currency: open.currency, buckets: Array.from({ length: bounds.length + 1 }, () => 0n) };
    row.buckets[bucket]! += BigInt(open.minor);
    rows.set(key, row);
  }
  return [...rows.values()]
    .sort((a, b) => compareText(a.entity, b.entity) || compareText(a.account, b.account) || compareText(a.currency, b.currency))
    .map(({ entity, account, currency, buckets }) => ({
      entity,
      account,
      currency,
      buckets: buckets.map((sum) => money(currency, sum)),
      total: money(currency, buckets.reduce((total, sum) => total + sum, 0n)),
    }));
}

function bucketOf(overdueDays: number, bounds: readonly number[]): number {
  const index = bounds.findIndex((bound) => overdueDays <= bound);
  return index < 0 ? bounds.length : index;
}
