import type { Invoice, InvoiceLine, TaxBreakdown } from '../../model/invoice.ts';
import type { Decimal, Money } from '../../model/money.ts';
import { exact, toText } from '../decimal.ts';
import { groupedBy } from '../grouping.ts';
import { absoluteMoney, addMoney, compareMoney, describeMoney, minorOf, moneyFromDecimal, subtractMoney, sumMoney } from '../money.ts';
import { addedBy } from './charges.ts';
import type { Observation } from './findings.ts';
import { billedLines } from './pairing.ts';

/** A stated tax beside what the document bills under it. */
export interface TaxOnBase {
  category: string;
  rate?: Decimal;
  amount: Money;
  /** The amount nearest to the stated base that lines, allowances and charges of this tax leave room for. */
  base: Money;
}

/** A line, allowance or charge, with what it adds to the net amount and the tax that it states. */
interface Part {
  tax: InvoiceLine['tax'];
  added: Money;
}

interface Room {
  lowest: Money;
  highest: Money;
}

/**
 * What each stated tax is on (T1). Under value added tax every part of the net has one category and rate (BR-S-08): where it is stated,
 * the base is the sum of its parts; where it is not, the part may belong to any. Several taxes may share a base, as those of state and
 * county do, only where `mayShare` says so and some part does not state its tax, or some tax is stated by no part: each is then on no more than the document bills.
 * A base that is off by one unit of the currency at most is a matter of rounding; the tax is recomputed on what is billed all the same.
 */
export function taxesOnBases(invoice: Invoice, mayShare: boolean): { taxes: TaxOnBase[]; observations: Observation[] } {
  const stated = groupedBy(invoice.taxes, keyOf);
  const parts = partsOf(invoice, stated);
  const isShared = mayShare && (parts.some(({ tax }) => tax === undefined) || [...stated.keys()].some((key) => !parts.some(({ tax }) => tax && keyOf(tax) === key)));
  const whole = roomFor(invoice, parts);
  const judged = isShared ? invoice.taxes.map((tax) => judgeBase(tax, whole)) : judgeEach(invoice, parts, stated);
  const observations = judged.flatMap(({ observation }) => observation ?? []);
  const ofSum = isShared || observations.length > 0 ? [] : judgeSum(invoice, parts);
  return { taxes: judged.map(({ onBase }) => onBase), observations: [...observations, ...ofSum] };
}

export function taxScope({ category, rate }: Pick<TaxBreakdown, 'category' | 'rate'>): string {
  return `tax:${category}/${rate ?? '-'}`;
}

/** A part that names a category without its rate, where that category has one, may belong to any. */
function partsOf(invoice: Invoice, stated: ReadonlyMap<string, TaxBreakdown[]>): Part[] {
  const parts = [...billedLines(invoice).map(({ tax, net }): Part => ({ tax, added: net })), ...invoice.allowances.map((entry): Part => ({ tax: entry.tax, added: addedBy(entry) }))];
  return parts.map(({ tax, added }) => ({ tax: tax && (tax.rate !== undefined || stated.has(keyOf(tax))) ? tax : undefined, added }));
}

/** Each category and rate once, however many breakdowns state it, those too that only the parts state. */
function judgeEach(invoice: Invoice, parts: readonly Part[], stated: ReadonlyMap<string, TaxBreakdown[]>): Judged[] {
  const { currency } = invoice;
  const owned = groupedBy(parts.filter(({ tax }) => tax !== undefined), ({ tax }) => (tax ? keyOf(tax) : ''));
  const open = roomFor(invoice, parts.filter(({ tax }) => tax === undefined));
  return [...new Set([...stated.keys(), ...owned.keys()])].flatMap((key) => {
    const breakdowns = stated.get(key) ?? [];
    const own = owned.get(key) ?? [];
    const named = breakdowns[0] ?? own[0]?.tax;
    if (!named) return [];
    const { category, rate } = named;
    const known = sumMoney(currency, own.map(({ added }) => added));
    const tax = { category, ...(rate === undefined ? {} : { rate }), base: sumMoney(currency, breakdowns.map(({ base }) => base)), amount: sumMoney(currency, breakdowns.map(({ amount }) => amount)) };
    return judgeBase(tax, { lowest: addMoney(known, open.lowest), highest: addMoney(known, open.highest) });
  });
}

interface Judged {
  onBase: TaxOnBase;
  observation?: Observation;
}

function judgeBase(tax: TaxBreakdown, { lowest, highest }: Room): Judged {
  const { category, rate, amount, base: stated } = tax;
  const base = compareMoney(stated, lowest) < 0 ? lowest : compareMoney(stated, highest) > 0 ? highest : stated;
  const onBase = { category, ...(rate === undefined ? {} : { rate }), amount, base };
  return isNear(stated, base) ? { onBase } : { onBase, observation: differs(taxScope(tax), stated, base) };
}

/** No part belongs to two taxes or to none, even where it does not say to which. */
function judgeSum({ currency, taxes }: Invoice, parts: readonly Part[]): Observation[] {
  const stated = sumMoney(currency, taxes.map(({ base }) => base));
  const billed = sumMoney(currency, parts.map(({ added }) => added));
  return taxes.length === 0 || isNear(stated, billed) ? [] : [differs('document', stated, billed)];
}

/** What these parts can make up, if any of them may be left out. */
function roomFor({ currency }: Invoice, parts: readonly Part[]): Room {
  const sumOf = (isWanted: (minor: bigint) => boolean) => sumMoney(currency, parts.map(({ added }) => added).filter((added) => isWanted(minorOf(added))));
  return { lowest: sumOf((minor) => minor < 0n), highest: sumOf((minor) => minor > 0n) };
}

function differs(scope: string, stated: Money, billed: Money): Observation {
  return { code: 'tax-base-differs', rule: 'T1', scope, expected: describeMoney(billed), actual: describeMoney(stated), variance: describeMoney(subtractMoney(stated, billed)), limit: describeMoney(moneyFromDecimal(stated.currency, '1')) };
}

function isNear(a: Money, b: Money): boolean {
  return compareMoney(absoluteMoney(subtractMoney(a, b)), moneyFromDecimal(a.currency, '1')) <= 0;
}

/** Category and rate, whether the rate is written 19 or 19.00; no rate is a rate of nothing. */
function keyOf({ category, rate }: NonNullable<InvoiceLine['tax']>): string {
  return `${category}/${toText(exact(rate ?? '0'))}`;
}
