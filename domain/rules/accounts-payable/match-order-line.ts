import type { MatchLine } from '../../model/assessment.ts';
import type { InvoiceClass } from '../../model/invoice.ts';
import type { Money } from '../../model/money.ts';
import type { PurchaseOrder, PurchaseOrderLine } from '../../model/purchase-order.ts';
import type { CumulativeCheck, ToleranceRecord } from '../../policy/tolerances.ts';
import { compareExact, dividedBy, exact, minus, plus, times, toText, zero, type Exact } from '../decimal.ts';
import { creditEffect } from '../invoice/credit.ts';
import { describeMoney, exactAmount, roundToMoney, subtractMoney, sumMoney } from '../money.ts';
import { chargesInLine } from './charges.ts';
import type { Observation } from './findings.ts';
import type { OrderPosition } from './order-position.ts';
import type { PairedLine } from './pairing.ts';
import { judgePrices } from './price-check.ts';
import { judgeVariance, type LimitCurrency, type Variance, type Verdict } from './tolerance.ts';

/** All lines of a document that bill one order line, with where that line stands. */
export interface OrderLineGroup {
  readonly order: PurchaseOrder;
  readonly target: PurchaseOrderLine;
  readonly pairs: readonly (PairedLine & { factor: Exact })[];
  readonly position: OrderPosition;
  readonly record: ToleranceRecord;
  readonly limits: LimitCurrency;
  /** Of the document: a credit note gives back what its positive amounts say (C1). */
  readonly class: InvoiceClass;
}

/** What a group takes from its order line: all of it, and the part that evidence covers (M9). */
export interface GroupMatch {
  readonly lines: Omit<MatchLine, 'status'>[];
  readonly observations: Observation[];
  /** No difference at all, not even a permitted one. */
  readonly exact: boolean;
  readonly taken: { quantity: Exact; value: Money };
  readonly covered: { quantity: Exact; value: Money };
}

/** Quantity of a group in order units, negative where it gives back. */
export function groupQuantity(group: Pick<OrderLineGroup, 'pairs' | 'class'>): Exact {
  const quantity = group.pairs.map((pair) => times(exact(pair.line.quantity), pair.factor)).reduce(plus, zero);
  return group.class === 'credit-note' ? minus(zero, quantity) : quantity;
}

/** Net value of a group without charges, which are judged on their own (M13). */
export function groupValue(group: Pick<OrderLineGroup, 'pairs' | 'class' | 'order'>): Money {
  const currency = group.pairs[0]?.line.net.currency ?? group.order.currency;
  const net = sumMoney(currency, group.pairs.map(({ line }) => line.net));
  const charges = sumMoney(currency, group.pairs.flatMap(({ line }) => chargesInLine(line).map(({ amount }) => amount)));
  return creditEffect(group, subtractMoney(net, charges));
}

/** Price, quantity, delivery and the sum over all documents, for goods that are counted (M1, M2, M7, M8, M15). */
export function matchGoods(group: OrderLineGroup): GroupMatch {
  const { position, target, record } = group;
  const invoiced = groupQuantity(group);
  const value = groupValue(group);
  const prices = judgePrices(group, invoiced, scopeOf(group));
  const quantity = judgeQuantity(group, invoiced);
  const cumulative = judgeCumulative(group, { quantity: position.invoiced, value: position.invoicedValue }, { quantity: invoiced, value }, quantity.uncovered);
  const payable = largest(zero, smallest(invoiced, quantity.expected, quantity.deliverable));
  return {
    lines: group.pairs.map((pair, index) => ({
      line: pair.line.id,
      orderNumber: group.order.number,
      orderLine: target.id,
      pairedBy: pair.by,
      ordered: toText(position.ordered),
      received: toText(position.received),
      previouslyInvoiced: toText(position.invoiced),
      expected: toText(quantity.expected),
      invoiced: toText(invoiced),
      payableQuantity: toText(payable),
      orderPrice: target.unitPrice,
      invoicePrice: toText(dividedBy(exact(pair.line.unitPrice), times(exact(pair.line.baseQuantity), pair.factor), 8)),
      priceVariance: prices.lines[index]?.variance ?? roundToMoney(pair.line.net.currency, zero),
      quantityVariance: toText(minus(invoiced, quantity.expected)),
      quantityVarianceMoney: roundToMoney(pair.line.net.currency, times(minus(invoiced, quantity.expected), exact(target.unitPrice))),
      cumulativeVariance: cumulative.variance,
      toleranceRecord: record.id,
      net: creditEffect(group, pair.line.net),
    })),
    observations: [...prices.lines.flatMap((price) => price.observations), ...prices.together, ...quantity.observations, ...cumulative.observations],
    exact: prices.lines.every((price) => price.exact) && quantity.exact,
    taken: { quantity: invoiced, value },
    covered: { quantity: payable, value: proportion(value, payable, invoiced) },
  };
}

/** Services and limit orders are matched by amount; a service entry is the receipt (M16). */
export function matchAmount(group: OrderLineGroup): GroupMatch {
  const { position, target, order, record } = group;
  const value = groupValue(group);
  const invoiced = exactAmount(value);
  const before = exactAmount(position.invoicedValue);
  const limit = target.limit ? exactAmount(target.limit) : times(position.ordered, exact(target.unitPrice));
  const evidence = target.matching === 'two-way' ? limit : smallest(limit, times(position.received, exact(target.unitPrice)));
  const expected = minus(evidence, before);
  const difference = minus(invoiced, expected);
  const remaining = minus(limit, before);
  const shown = describe(value.currency);
  const observations: Observation[] = [];
  const verdict: Verdict = compareExact(difference, zero) <= 0 ? { outcome: 'equal' } : judgeVariance({ ...record.quantity, upperUnits: undefined, lowerUnits: undefined }, amountVariance(difference, expected), group.limits);
  const nothingLeft = compareExact(expected, zero) <= 0 && compareExact(invoiced, zero) > 0;
  const coverable = target.matching !== 'two-way' && compareExact(invoiced, remaining) <= 0;
  const facts = { ...scopeOf(group), expected: shown(expected), actual: shown(invoiced), variance: shown(difference) };
  const exceeded = nothingLeft || verdict.outcome === 'exceeded';
  if (exceeded && coverable && (nothingLeft || record.beforeReceipt === 'wait')) observations.push({ ...facts, code: 'awaiting-receipt', rule: 'M16', ownerPerson: target.receiver });
  else if (exceeded) observations.push({ ...facts, code: 'order-amount-exceeded', rule: 'M16', ownerPerson: order.buyer, ...(verdict.outcome === 'exceeded' ? { limit: verdict.limit } : {}) });
  // Nothing else bounds an amount: units say nothing about it, and a bound below says nothing about more (M3).
  else if (verdict.outcome === 'unconfigured' || verdict.outcome === 'untested') observations.push({ ...facts, code: 'tolerance-missing', rule: 'M3' });
  const covered = largest(zero, smallest(invoiced, expected));
  const quantity = groupQuantity(group);
  return {
    lines: group.pairs.map((pair) => ({
      line: pair.line.id, orderNumber: order.number, orderLine: target.id, pairedBy: pair.by,
      ordered: toText(position.ordered), received: toText(position.received), previouslyInvoiced: toText(position.invoiced),
      orderPrice: target.unitPrice, invoiced: toText(quantity), cumulativeVariance: roundToMoney(value.currency, minus(plus(before, invoiced), evidence)),
      toleranceRecord: record.id, net: creditEffect(group, pair.line.net),
    })),
    observations,
    exact: compareExact(difference, zero) <= 0,
    taken: { quantity, value },
    covered: { quantity: compareExact(covered, invoiced) === 0 ? quantity : zero, value: roundToMoney(value.currency, covered) },
  };
}

interface Judged {
  observations: Observation[];
  exact: boolean;
}

/** M2, M7, M15: what is expected, what over-delivery allows, and what is missing. `uncovered`: the difference is judged here, not again in the sum. */
function judgeQuantity(group: OrderLineGroup, invoiced: Exact): Judged & { expected: Exact; deliverable: Exact; uncovered: boolean } {
  const { position, target, record, order } = group;
  const twoWay = target.matching === 'two-way';
  const expected = minus(twoWay ? position.ordered : position.received, position.invoiced);
  const deliverable = minus(withPercent(position.ordered, exact(record.overDeliveryPercent)), position.invoiced);
  const difference = minus(invoiced, expected);
  const facts = { ...scopeOf(group), expected: toText(expected), actual: toText(invoiced), variance: toText(difference), ownerPerson: target.receiver };
  const base = { expected, deliverable };
  const observations: Observation[] = [];

  const excess = minus(smallest(invoiced, expected), deliverable);
  if (!twoWay && compareExact(excess, zero) > 0 && compareExact(invoiced, zero) > 0)
    observations.push({ ...facts, code: 'over-delivery', rule: 'M15', expected: toText(largest(zero, deliverable)), variance: toText(excess), limit: `${record.overDeliveryPercent} %` });

  const orderCovers = compareExact(invoiced, deliverable) <= 0;
  const outstanding = !twoWay && compareExact(position.received, position.ordered) < 0;
  if (compareExact(expected, zero) <= 0 && compareExact(invoiced, zero) > 0) {
    const nothingYet = compareExact(expected, zero) === 0 && outstanding;
    if (nothingYet) observations.push({ ...facts, code: 'awaiting-receipt', rule: 'M7' });
    if (nothingYet && !orderCovers) observations.push({ ...facts, code: 'quantity-variance', rule: 'M2', expected: toText(deliverable), variance: toText(minus(invoiced, deliverable)) });
    if (!nothingYet) observations.push({ ...facts, code: 'nothing-to-invoice', rule: 'M7' });
    return { ...base, observations, exact: false, uncovered: true };
  }
  const variance: Variance = {
    amount: { numerator: times(difference, exact(target.unitPrice)), denominator: exact('1') },
    units: difference,
    ...(compareExact(expected, zero) > 0 ? { ratio: { numerator: difference, denominator: expected } } : {}),
  };
  const verdict = judgeVariance(record.quantity, variance, group.limits);
  const more = compareExact(difference, zero) > 0;
  switch (verdict.outcome) {
    case 'unconfigured': return { ...base, exact: false, uncovered: more, observations: [...observations, { ...facts, code: 'tolerance-missing', rule: 'M3', ownerPerson: order.buyer }] };
    case 'exceeded':
      if (!more) observations.push({ ...facts, code: 'quantity-below-expected', rule: 'M2', severity: 'block', limit: verdict.limit });
      else if (outstanding && orderCovers && record.beforeReceipt === 'wait') observations.push({ ...facts, code: 'awaiting-receipt', rule: 'R3' });
      else observations.push({ ...facts, code: 'quantity-variance', rule: 'M2', limit: verdict.limit, ...(outstanding && orderCovers ? { reason: 'DEL' as const } : {}) });
      return { ...base, observations, exact: false, uncovered: more };
    case 'recorded': observations.push({ ...facts, code: 'quantity-below-expected', rule: 'M6', limit: verdict.limit }); return { ...base, observations, exact: false, uncovered: false };
    // A part of what was received is an ordinary partial invoice.
    case 'equal':
    case 'within':
    case 'untested': return { ...base, observations, exact: !more, uncovered: false };
  }
}

/** M8: everything billed on the line before and by this document, against what its quantities entitle to at the order price. */
export function judgeCumulative(group: OrderLineGroup, before: { quantity: Exact; value: Money }, added: { quantity: Exact; value: Money }, quantityIsJudged: boolean): { observations: Observation[]; variance: Money } {
  const { position, target, record, order } = group;
  const { value } = added;
  const billed = plus(exactAmount(before.value), exactAmount(value));
  const quantity = plus(before.quantity, added.quantity);
  const evidence = target.matching === 'two-way' ? position.ordered : position.received;
  const entitled = times(quantityIsJudged ? quantity : smallest(quantity, evidence), exact(target.unitPrice));
  const difference = minus(billed, entitled);
  const variance = roundToMoney(value.currency, difference);
  if (compareExact(difference, zero) <= 0) return { observations: [], variance };
  const check: CumulativeCheck = record.cumulative;
  const verdict = judgeVariance(check, amountVariance(difference, entitled), group.limits);
  if (verdict.outcome !== 'exceeded' && verdict.outcome !== 'unconfigured') return { observations: [], variance };
  const shown = describe(value.currency);
  const facts = { ...scopeOf(group), expected: shown(entitled), actual: shown(billed), variance: shown(difference), ownerPerson: order.buyer };
  if (verdict.outcome === 'unconfigured') return { variance, observations: [{ ...facts, code: 'tolerance-missing', rule: 'M3' }] };
  return { variance, observations: [{ ...facts, code: 'cumulative-variance', rule: 'M8', limit: verdict.limit }] };
}

export function scopeOf(group: Pick<OrderLineGroup, 'order' | 'target' | 'pairs'>): Pick<Observation, 'scope' | 'line' | 'orderNumber' | 'orderLine'> {
  const line = group.pairs.map((pair) => pair.line.id).sort()[0];
  return { scope: `order-line:${group.order.number}/${group.target.id}`, orderNumber: group.order.number, orderLine: group.target.id, ...(line !== undefined ? { line } : {}) };
}

function amountVariance(difference: Exact, expected: Exact): Variance {
  return {
    amount: { numerator: difference, denominator: exact('1') },
    ...(compareExact(expected, zero) > 0 ? { ratio: { numerator: difference, denominator: expected } } : {}),
  };
}

/** The part of `value` that `part` of `whole` bears, rounded once (F3). */
function proportion(value: Money, part: Exact, whole: Exact): Money {
  if (compareExact(part, whole) === 0 || compareExact(whole, zero) === 0) return value;
  return roundToMoney(value.currency, dividedBy(times(exactAmount(value), part), whole, 12));
}

function withPercent(quantity: Exact, percent: Exact): Exact {
  const raised = times(quantity, plus(exact('100'), percent));
  return { unscaled: raised.unscaled, scale: raised.scale + 2 };
}

function describe(currency: string): (value: Exact) => string {
  return (value) => describeMoney(roundToMoney(currency, value));
}

export function smallest(...values: [Exact, ...Exact[]]): Exact {
  return values.reduce((least, value) => (compareExact(value, least) < 0 ? value : least));
}

export function largest(...values: [Exact, ...Exact[]]): Exact {
  return values.reduce((most, value) => (compareExact(value, most) > 0 ? value : most));
}
