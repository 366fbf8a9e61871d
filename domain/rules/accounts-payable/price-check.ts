import type { Money } from '../../model/money.ts';
import { compareExact, dividedBy, exact, minus, plus, times, toText, zero } from '../decimal.ts';
import { describeMoney, roundToMoney } from '../money.ts';
import type { Observation } from './findings.ts';
import type { OrderLineGroup } from './match-order-line.ts';
import { judgeVariance, type Fraction, type Variance } from './tolerance.ts';

interface JudgedPrice {
  variance: Money;
  observations: Observation[];
  exact: boolean;
}

/**
 * M1 for all lines of a document that bill one order line: each by itself, and all together, because Qi and Pi are those of the document.
 * A price that is cut up into lines meets the limit that it would meet in one, and a cheap line does not pay for a dear one.
 */
export function judgePrices(group: OrderLineGroup, quantity: Fraction['numerator'], scope: Pick<Observation, 'scope' | 'line' | 'orderNumber' | 'orderLine'>): { lines: JudgedPrice[]; together: Observation[] } {
  const variances = group.pairs.map((pair) => varianceOf(group, pair));
  return { lines: group.pairs.map((pair, index) => judgePrice(group, pair, variances[index] ?? varianceOf(group, pair))), together: judgeTogether(group, quantity, scope, variances) };
}

/** v = Qi·(Pi − Po), pct = (Pi − Po)/Po, both as fractions over the base quantity. Taking back for less than Po costs as much as billing for more. */
function varianceOf(group: OrderLineGroup, { line, factor }: OrderLineGroup['pairs'][number]): Variance {
  const base = exact(line.baseQuantity);
  const ordered = times(times(exact(group.target.unitPrice), factor), base);
  const difference = minus(exact(line.unitPrice), ordered);
  const stated = exact(line.quantity);
  const quantity = group.class === 'credit-note' ? minus(zero, stated) : stated;
  const dearer = compareExact(quantity, zero) < 0 ? minus(zero, difference) : difference;
  return {
    amount: { numerator: times(quantity, difference), denominator: base },
    ...(compareExact(ordered, zero) > 0 ? { ratio: { numerator: dearer, denominator: ordered } } : {}),
  };
}

function judgePrice(group: OrderLineGroup, { line, factor }: OrderLineGroup['pairs'][number], variance: Variance): JudgedPrice {
  const ordered = times(times(exact(group.target.unitPrice), factor), exact(line.baseQuantity));
  const money = moneyOf(line.net.currency, variance.amount);
  const facts = {
    scope: `line:${line.id}`, line: line.id, orderNumber: group.order.number, orderLine: group.target.id, ownerPerson: group.order.buyer,
    expected: toText(ordered), actual: line.unitPrice, variance: describeMoney(money),
  };
  const free = compareExact(ordered, zero) === 0 && compareExact(exact(line.unitPrice), zero) > 0;
  if (free) return { variance: money, exact: false, observations: [{ ...facts, code: 'price-variance', rule: 'M7' }] };
  const verdict = judgeVariance(group.record.price, variance, group.limits);
  const below = compareExact(variance.amount.numerator, zero) < 0;
  switch (verdict.outcome) {
    case 'equal': return { variance: money, exact: true, observations: [] };
    case 'unconfigured': return { variance: money, exact: false, observations: [{ ...facts, code: 'tolerance-missing', rule: 'M3' }] };
    case 'exceeded': return { variance: money, exact: false, observations: [{ ...facts, limit: verdict.limit, ...beyond(below) }] };
    case 'recorded':
    case 'within':
    case 'untested': return { variance: money, exact: false, observations: below ? [{ ...facts, code: 'price-below-order', rule: 'M6' }] : [] };
  }
}

/** Where one line differs, it says all that there is to say. */
function judgeTogether(group: OrderLineGroup, quantity: Fraction['numerator'], scope: Pick<Observation, 'scope' | 'line' | 'orderNumber' | 'orderLine'>, variances: readonly Variance[]): Observation[] {
  const different = variances.map(({ amount }) => amount).filter(({ numerator }) => compareExact(numerator, zero) !== 0);
  if (different.length < 2) return [];
  const amount = total(different);
  const ordered = times(quantity, exact(group.target.unitPrice));
  const ratio = compareExact(ordered, zero) > 0 ? { ratio: { numerator: amount.numerator, denominator: times(amount.denominator, ordered) } } : {};
  const verdict = judgeVariance(group.record.price, { amount, ...ratio }, group.limits);
  if (verdict.outcome !== 'exceeded') return [];
  const billed = plus(ordered, dividedBy(amount.numerator, amount.denominator, 12));
  const shown = (value: Fraction['numerator']): string => describeMoney(roundToMoney(group.order.currency, value));
  return [{ ...scope, expected: shown(ordered), actual: shown(billed), variance: describeMoney(moneyOf(group.order.currency, amount)), limit: verdict.limit, ownerPerson: group.order.buyer, ...beyond(compareExact(amount.numerator, zero) < 0) }];
}

function beyond(below: boolean): Pick<Observation, 'code' | 'rule' | 'severity'> {
  return below ? { code: 'price-below-order', rule: 'M6', severity: 'block' } : { code: 'price-variance', rule: 'M1' };
}

/** Added by base quantity first: documents have many lines, and few base quantities. */
function total(fractions: readonly Fraction[]): Fraction {
  const byBase = new Map<string, Fraction>();
  for (const { numerator, denominator } of fractions) {
    const before = byBase.get(toText(denominator))?.numerator ?? zero;
    byBase.set(toText(denominator), { numerator: plus(before, numerator), denominator });
  }
  return [...byBase.values()].reduce((a, b) => ({ numerator: plus(times(a.numerator, b.denominator), times(b.numerator, a.denominator)), denominator: times(a.denominator, b.denominator) }));
}

function moneyOf(currency: string, { numerator, denominator }: Fraction): Money {
  return roundToMoney(currency, dividedBy(numerator, denominator, 12));
}
