import { daysBetween } from '../../calendar/plain-date.ts';
import type { PeriodRange } from '../../calendar/period-range.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { IntercompanyPolicy } from '../../policy/close.ts';
import { isProfitAndLoss, type Chart, type LedgerLine } from '../ledger/ledger-line.ts';
import { compareText } from '../ledger/trial-balance.ts';
import { minorOf, money } from '../money.ts';
import type { IntercompanyClass } from './intercompany.ts';
import { convert } from './rates.ts';
import { rateKindOf, type TranslationContext } from './translation.ts';

/** What one company has booked under one reference with another, in one class of accounts and one currency. */
export interface IntercompanyItem {
  readonly entity: string;
  readonly partner: string;
  readonly class: IntercompanyClass;
  /** Of its first line. */
  readonly account: string;
  /** Empty where the books name none: such an entry stands for itself. */
  readonly reference: string;
  readonly currency: string;
  /** Minor units, debit positive: of the transaction, and of the entity's own currency. */
  readonly amount: bigint;
  readonly functionalCurrency: string;
  readonly functional: bigint;
  readonly date: PlainDate;
}

/** Why two companies do not say the same of one piece of business (IC-3). */
export type ItemCause = 'timing' | 'missing' | 'amount' | 'currency' | 'mapping';

export interface ItemDifference {
  readonly pair: readonly [string, string];
  readonly reference: string;
  readonly cause: ItemCause;
  /** The company that has to clear it. */
  readonly owner: string;
  readonly items: readonly IntercompanyItem[];
  /** Minor units of the group currency; the true part is what the currencies of the transactions say (IC-2). */
  readonly total: bigint;
  readonly truePart: bigint;
  readonly ratePart: bigint;
  /** First day after the period on which the other side booked its part. */
  readonly clearedOn?: PlainDate;
}

export interface MatchedItems {
  /** Pieces of business on which both sides agree, in the currency of the transaction. */
  readonly matched: number;
  readonly differences: readonly ItemDifference[];
}

interface Sum {
  item: IntercompanyItem;
  amount: bigint;
  functional: bigint;
}

/** Gathers the business within a group from its books, in any order of lines; what is dated after the period is kept apart. */
export class IntercompanyItems {
  private readonly within = new Map<string, Sum>();
  private readonly after = new Map<string, Sum>();
  private readonly chart: Chart;
  private readonly range: PeriodRange;

  constructor(chart: Chart, range: PeriodRange) {
    this.chart = chart;
    this.range = range;
  }

  add(line: LedgerLine): void {
    const account = this.chart.get(line.account)!;
    const name = account.intercompany;
    if (!name || name === 'investment' || line.partner === '' || line.source === 'closing') return;
    if (isProfitAndLoss(account) && line.date < this.range.from) return;
    const sums = line.date > this.range.to ? this.after : this.within;
    const key = [line.entity, line.partner, name, line.currency, line.reference, line.reference ? '' : line.journal].join('\u0000');
    const sum = sums.get(key);
    if (!sum) {
      const { entity, partner, reference, currency, functionalCurrency, date } = line;
      sums.set(key, { item: { entity, partner, class: name, account: line.account, reference, currency, amount: 0n, functionalCurrency, functional: 0n, date }, amount: line.amount, functional: line.functional });
      return;
    }
    sum.amount += line.amount;
    sum.functional += line.functional;
    if (line.date < sum.item.date || (line.date === sum.item.date && line.account < sum.item.account)) sum.item = { ...sum.item, date: line.date, account: line.account };
  }

  /** Items that are not settled within their own company, in a stable order. Valuations move no currency of a transaction: they are no items. */
  list(): { within: IntercompanyItem[]; after: IntercompanyItem[] } {
    return { within: itemsOf(this.within), after: itemsOf(this.after) };
  }
}

/**
 * Holds what two companies say of each other side by side: first by pair, reference, currency and opposite amount, then,
 * where a side names no reference, by the amount alone if only one fits (IC-1). What is left is a difference with its
 * cause and owner (IC-3). Throws `rate-missing`.
 */
export function matchItems(within: readonly IntercompanyItem[], after: readonly IntercompanyItem[], policy: IntercompanyPolicy, context: TranslationContext): MatchedItems {
  let matched = 0;
  const open: IntercompanyItem[][] = [];
  for (const group of groupBy(within, (item) => `${pairOf(item).join('\u0000')}\u0000${item.reference || identity(item)}`)) {
    if (agree(group)) matched++;
    else open.push(group);
  }
  const byAmount = matchByAmount(open);
  const differences = byAmount.left.map((items) => differenceOf(items, after, policy, context));
  return { matched: matched + byAmount.matched, differences };
}

/** Both sides, one class, and every currency of it adds up to nothing. */
function agree(items: readonly IntercompanyItem[]): boolean {
  if (new Set(items.map((item) => item.entity)).size < 2 || new Set(items.map((item) => item.class)).size > 1) return false;
  return items.every(({ currency }) => items.filter((item) => item.currency === currency).reduce((sum, item) => sum + item.amount, 0n) === 0n);
}

/** Single items of opposite amounts, one of them without a reference, if each fits the other only. */
function matchByAmount(groups: readonly IntercompanyItem[][]): { matched: number; left: IntercompanyItem[][] } {
  const singles = groups.flatMap((group) => (group.length === 1 ? [group[0]!] : []));
  const partnersOf = (item: IntercompanyItem): IntercompanyItem[] =>
    singles.filter((other) => other.entity === item.partner && other.partner === item.entity && other.class === item.class && other.currency === item.currency && other.amount === -item.amount && (!item.reference || !other.reference));
  const settled = new Set<IntercompanyItem>();
  for (const item of singles) {
    const [other, ...more] = partnersOf(item);
    if (other && more.length === 0 && partnersOf(other).length === 1) settled.add(item);
  }
  return { matched: settled.size / 2, left: groups.filter((group) => !settled.has(group[0]!)) };
}

function differenceOf(items: readonly IntercompanyItem[], after: readonly IntercompanyItem[], policy: IntercompanyPolicy, context: TranslationContext): ItemDifference {
  const pair = pairOf(items[0]!);
  const { reference } = items[0]!;
  const later = reference ? after.filter((item) => item.reference === reference && pairOf(item).join() === pair.join()) : [];
  const clearing = later.length > 0 && agree(merged([...items, ...later])) ? later.map(({ date }) => date).sort()[0] : undefined;
  const cause = causeOf(items, clearing, policy, context.range);
  return { pair, reference, cause, owner: ownerOf(items, later, pair, policy, context.chart), items, ...partsOf(items, context), ...(clearing ? { clearedOn: clearing } : {}) };
}

function causeOf(items: readonly IntercompanyItem[], clearing: PlainDate | undefined, policy: IntercompanyPolicy, range: PeriodRange): ItemCause {
  if (clearing) return 'timing';
  const oneSided = new Set(items.map((item) => item.entity)).size === 1;
  if (oneSided) return items.every(({ date }) => daysBetween(date, range.to) < (policy.transitDays ?? 0)) ? 'timing' : 'missing';
  if (new Set(items.map((item) => item.class)).size > 1) return 'mapping';
  return new Set(items.map((item) => item.currency)).size > 1 ? 'currency' : 'amount';
}

/** The seller, where the policy says so; else the side that booked last, or has not booked at all (IC-3). */
function ownerOf(items: readonly IntercompanyItem[], later: readonly IntercompanyItem[], pair: readonly [string, string], policy: IntercompanyPolicy, chart: Chart): string {
  const sides = new Set(items.map((item) => item.entity));
  if (policy.owner === 'seller') {
    const sells = (item: IntercompanyItem): boolean => ['asset', 'income'].includes(chart.get(item.account)!.type);
    return items.find(sells)?.entity ?? items.find((item) => !sells(item))!.partner;
  }
  if (sides.size === 1) return pair.find((entity) => !sides.has(entity))!;
  const lastOf = (entity: string): PlainDate => [...items, ...later].filter((item) => item.entity === entity).map(({ date }) => date).sort().at(-1)!;
  return lastOf(pair[0]) > lastOf(pair[1]) ? pair[0] : pair[1];
}

function partsOf(items: readonly IntercompanyItem[], { chart, rates, groupCurrency, range }: TranslationContext): Pick<ItemDifference, 'total' | 'truePart' | 'ratePart'> {
  let [total, truePart] = [0n, 0n];
  const byCurrency = new Map<string, bigint>();
  const kindOf = (item: IntercompanyItem) => rateKindOf(chart.get(item.account)!);
  for (const item of items) {
    total += minorOf(convert(rates, money(item.functionalCurrency, item.functional), groupCurrency, kindOf(item), range.to));
    byCurrency.set(item.currency, (byCurrency.get(item.currency) ?? 0n) + item.amount);
  }
  for (const [currency, amount] of byCurrency) if (amount !== 0n) truePart += minorOf(convert(rates, money(currency, amount), groupCurrency, kindOf(items[0]!), range.to));
  return { total, truePart, ratePart: total - truePart };
}

function merged(items: readonly IntercompanyItem[]): IntercompanyItem[] {
  return groupBy(items, (item) => `${item.entity}\u0000${item.class}\u0000${item.currency}`).map((group) => ({ ...group[0]!, amount: group.reduce((sum, item) => sum + item.amount, 0n) }));
}

function itemsOf(sums: ReadonlyMap<string, Sum>): IntercompanyItem[] {
  return [...sums]
    .filter(([, { amount }]) => amount !== 0n)
    .sort(([a], [b]) => compareText(a, b))
    .map(([, { item, amount, functional }]) => ({ ...item, amount, functional }));
}

function pairOf({ entity, partner }: IntercompanyItem): readonly [string, string] {
  return entity < partner ? [entity, partner] : [partner, entity];
}

/** Items without a reference stand alone. */
function identity(item: IntercompanyItem): string {
  return `\u0001${item.entity}\u0000${item.class}\u0000${item.currency}\u0000${item.date}\u0000${item.amount}\u0000${item.account}`;
}

/** Groups in the order of their keys. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups].sort(([a], [b]) => compareText(a, b)).map(([, group]) => group);
}
