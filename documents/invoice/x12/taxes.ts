import type { InvoiceLine, TaxBreakdown } from '../../../domain/model/invoice.ts';
import type { Decimal, Money } from '../../../domain/model/money.ts';
import { compareExact, exact, times, toText } from '../../../domain/rules/decimal.ts';
import { absoluteMoney, compareMoney, isZeroMoney, scaleMoney, sumMoney } from '../../../domain/rules/money.ts';
import type { Segment } from '../edifact/segments.ts';
import { decimalValue } from '../values.ts';
import { amountAt, element, impliedAmountAt, isTax, type Signed } from './fields.ts';

/** One area of the document that may state taxes, with what a tax in it is on when it names no base: the document, or the line. */
export interface TaxedArea {
  segments: Segment[];
  net: Money;
}

export function lineAreas(loops: Segment[][], lines: InvoiceLine[]): TaxedArea[] {
  return lines.map((line, at) => ({ segments: loops[at] ?? [], net: line.net }));
}

/** TXI of the summary, else of the heading, else of the lines; a tax that only SAC states has no rate. */
export function taxesOf(places: TaxedArea[][], of: Signed): { breakdown: TaxBreakdown[]; total: Money } {
  const breakdown = firstStated(places, (segment) => segment.tag === 'TXI').flatMap(({ segment, net }) => taxOf(segment, of, net));
  const stated = firstStated(places, (segment) => segment.tag === 'SAC' && isTax(segment)).flatMap(({ segment, net }): TaxBreakdown[] => {
    const amount = impliedAmountAt(segment, 5, of, 'The tax (SAC05)');
    return amount ? [{ category: 'S', base: net, amount }] : [];
  });
  return { breakdown: breakdown.length > 0 ? breakdown : stated, total: sumMoney(of.currency, (stated.length > 0 ? stated : breakdown).map((tax) => tax.amount)) };
}

function firstStated(places: TaxedArea[][], isWanted: (segment: Segment) => boolean): { segment: Segment; net: Money }[] {
  const found = places.map((areas) => areas.flatMap(({ segments, net }) => segments.filter(isWanted).map((segment) => ({ segment, net }))));
  return found.find((some) => some.length > 0) ?? [];
}

function taxOf(txi: Segment, of: Signed, net: Money): TaxBreakdown[] {
  const amount = amountAt(txi, 2, of, 'The tax amount (TXI02)');
  const rate = element(txi, 3);
  if (!amount) return [];
  const base = amountAt(txi, 8, of, 'The taxable amount (TXI08)') ?? net;
  return [{ category: 'S', rate: rate === undefined ? undefined : percentOf(decimalValue(rate, 'The tax rate (TXI03)', txi.place), base, amount), base, amount }];
}

const one = exact('1');
const ten = exact('10');

/**
 * The rate in percent. The standard defines TXI03 (element 954) as a decimal fraction: .06 is 6 %. Many senders write 6 all the same: what
 * is above 1 is percent, because no tax exceeds its base, and so is what is nearer to the tax as percent than as a fraction of the base.
 */
function percentOf(text: Decimal, base: Money, amount: Money): Decimal {
  const stated = exact(text);
  const isSmall = !isZeroMoney(amount) && compareMoney(absoluteMoney(scaleMoney(amount, ten)), absoluteMoney(scaleMoney(base, stated))) < 0;
  return compareExact(stated, one) > 0 || isSmall ? text : toText(times(stated, exact('100')));
}
