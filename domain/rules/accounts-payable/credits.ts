import type { CreditEffect } from '../../model/assessment.ts';
import type { DuplicateCandidate, InvoiceFacts } from '../../model/invoice-facts.ts';
import type { Invoice } from '../../model/invoice.ts';
import type { Money } from '../../model/money.ts';
import { compareExact, dividedBy, exact, minus, times, toText, zero, type Exact } from '../decimal.ts';
import { absoluteMoney, addMoney, compareMoney, describeMoney, exactAmount, isZeroMoney, minorOf, negateMoney, noMoney, roundToMoney, subtractMoney, sumMoney } from '../money.ts';
import { creditEffect, lowersWhatWeOwe } from '../invoice/credit.ts';
import { identifyingKeys } from './document-number.ts';
import type { Observation } from './findings.ts';
import { groupQuantity, groupValue, judgeCumulative, largest, scopeOf, type GroupMatch, type OrderLineGroup } from './match-order-line.ts';
import { judgeVariance, type Fraction } from './tolerance.ts';

export type CreditKind = CreditEffect['kind'];

/** A credit note, or an invoice with a negative amount (C1). */
export function isCredit(invoice: Invoice): boolean {
  return invoice.class === 'credit-note' || lowersWhatWeOwe(invoice);
}

/**
 * What a credit refers to and whether it may count: a known invoice of the same supplier or a credit to the account (C1),
 * not more than the invoice in all (C2). Returns the credited invoice for the settlement (C4).
 */
export function judgeCreditReference(facts: InvoiceFacts, group: string | undefined): { observations: Observation[]; credited?: DuplicateCandidate } {
  const { invoice, corrections } = facts;
  const observations: Observation[] = [];
  if (minorOf(creditEffect(invoice, invoice.totals.gross)) > 0n) observations.push({ code: 'credit-sign', rule: 'C1', scope: 'document', actual: describeMoney(invoice.totals.gross) });
  const references = invoice.references.preceding;
  if (references.length === 0 && corrections.creditOf === undefined) {
    if (corrections.creditKind !== 'goodwill') observations.push({ code: 'credit-without-reference', rule: 'C1', scope: 'document' });
    return { observations };
  }
  const credited = findCredited(facts, group);
  if (!credited) {
    observations.push({ code: 'credit-of-unknown-invoice', rule: 'C1', scope: 'document', actual: corrections.creditOf ?? references.map((reference) => reference.number).sort().join(', ') });
    return { observations };
  }
  const amount = absoluteMoney(invoice.totals.gross);
  if (credited.gross.currency === amount.currency) {
    const total = addMoney(credited.credited ?? noMoney(amount.currency), amount);
    if (compareMoney(total, absoluteMoney(credited.gross)) > 0)
      observations.push({ code: 'credit-exceeds-invoice', rule: 'C2', scope: `case:${credited.caseId}`, relatedCase: credited.caseId, expected: describeMoney(credited.gross), actual: describeMoney(total) });
  }
  return { observations, credited };
}

/** How the credit settles: it closes an unpaid invoice that is posted, lowers what is open or will be, or leaves a debit balance (C4). */
export function settlementOf(facts: InvoiceFacts, kind: CreditKind, credited: DuplicateCandidate | undefined): CreditEffect {
  const amount = absoluteMoney(facts.invoice.totals.gross);
  const open = credited?.open;
  const against = credited ? { against: credited.caseId } : {};
  if (!credited || !open || open.currency !== amount.currency || isZeroMoney(open) || minorOf(open) < 0n) return { kind, ...against, settlement: 'debit-balance' };
  return { kind, ...against, settlement: compareMoney(amount, open) > 0 ? 'debit-balance' : compareMoney(amount, open) === 0 && credited.state === 'posted' ? 'closes-both' : 'reduces-open' };
}

/**
 * Price, quantity or goodwill (C3): as a person said, else from the numbers. An open return makes it a quantity credit,
 * a variance that is at least as large a price credit; where both or neither fit, a person must say.
 */
export function kindOfCredit(group: OrderLineGroup, stated: CreditKind | undefined): CreditKind | undefined {
  if (stated) return stated;
  const { position, target } = group;
  const returned = minus(position.invoicedAfterCredits, position.received);
  const openReturn = target.matching !== 'two-way' && compareExact(returned, zero) > 0;
  const variance = minus(exactAmount(position.invoicedValue), times(position.invoiced, exact(target.unitPrice)));
  const credit = minus(zero, exactAmount(groupValue(group)));
  const fitsPrice = compareExact(variance, zero) > 0 && compareExact(credit, zero) > 0 && compareExact(credit, variance) <= 0;
  const fitsReturn = openReturn && compareExact(minus(zero, groupQuantity(group)), returned) <= 0;
  if (fitsReturn && fitsPrice) return compareExact(credit, times(returned, exact(target.unitPrice))) < 0 ? undefined : 'quantity';
  if (fitsReturn || openReturn) return 'quantity';
  return fitsPrice ? 'price' : undefined;
}

/**
 * By what it does to the order line, not by the class of its document: a negative line of a credit note bills like any other, and a
 * negative line of an invoice gives back.
 */
export function givesBack(group: OrderLineGroup): boolean {
  const direction = compareExact(groupQuantity(group), zero);
  return direction < 0 || (direction === 0 && group.class === 'credit-note' && minorOf(groupValue(group)) <= 0n);
}

/** Goods that go one way while the money goes the other: no rule compares such numbers, and no ledger takes them. */
export function judgeSigns(group: OrderLineGroup): Observation[] {
  const quantity = groupQuantity(group);
  const value = groupValue(group);
  if (compareExact(quantity, zero) * compareExact(exactAmount(value), zero) >= 0) return [];
  return [{ ...scopeOf(group), code: 'credit-sign', rule: 'C1', actual: `${toText(quantity)} for ${describeMoney(value)}` }];
}

/** The part of a document that gives back on one order line: Qp and Qr fall for a return, only value for a price (C3). */
export function matchCredit(group: OrderLineGroup, kind: CreditKind | undefined): GroupMatch {
  const { position, target, order } = group;
  const value = groupValue(group);
  const quantity = kind === 'quantity' ? groupQuantity(group) : zero;
  const credited = minus(zero, groupQuantity(group));
  const evidence: Exact = target.matching === 'two-way' ? position.invoicedAfterCredits : minus(position.invoicedAfterCredits, position.received);
  const expected = largest(zero, evidence);
  const scope = scopeOf(group);
  const observations: Observation[] = judgeSigns(group);
  const agrees = observations.length === 0;
  const returned: Returned = agrees && kind === 'quantity' && target.kind === 'goods' ? judgeReturn(group) : { observations: [], exact: agrees };
  observations.push(...returned.observations);
  if (agrees && kind === undefined) observations.push({ ...scope, code: 'credit-kind-unclear', rule: 'C3', actual: describeMoney(value) });
  if (kind === 'quantity' && compareExact(credited, expected) > 0)
    observations.push({ ...scope, code: 'credit-without-return', rule: 'C3', ownerPerson: target.receiver, expected: toText(expected), actual: toText(credited), variance: toText(minus(credited, expected)) });
  return {
    lines: group.pairs.map((pair) => ({
      line: pair.line.id, orderNumber: order.number, orderLine: target.id, pairedBy: pair.by, ordered: toText(position.ordered), received: toText(position.received),
      previouslyInvoiced: toText(position.invoiced), expected: toText(minus(zero, expected)), invoiced: toText(quantity), orderPrice: target.unitPrice, toleranceRecord: group.record.id,
      ...(returned.variance ? { cumulativeVariance: returned.variance } : {}), net: creditEffect(group, pair.line.net),
    })),
    observations,
    exact: returned.exact,
    taken: { quantity, value: kind === 'goodwill' ? noMoney(value.currency) : value },
    covered: { quantity: zero, value: noMoney(value.currency) },
  };
}

interface Returned {
  observations: Observation[];
  exact: boolean;
  /** M8, where less than what was billed comes back. */
  variance?: Money;
}

/**
 * What comes back for returned goods: the value that was billed for them, because Qp falls with its value (C3). Less is measured against
 * that, or against the order where that is less, by the tolerance of prices (M1), and all documents of the line have their limit (M8).
 * Whoever gives back all that was billed does not worsen that sum, whatever people accepted before.
 */
function judgeReturn(group: OrderLineGroup): Returned {
  const { position, target, order, record } = group;
  const quantity = groupQuantity(group);
  const value = groupValue(group);
  const credit = negateMoney(value);
  const ordered = atPrice(group, { numerator: exact(target.unitPrice), denominator: exact('1') });
  const billed = compareExact(position.invoiced, zero) > 0 ? atPrice(group, { numerator: exactAmount(position.invoicedValue), denominator: position.invoiced }) : ordered;
  if (compareMoney(credit, billed) >= 0) return { observations: [], exact: isZeroMoney(subtractMoney(credit, billed)) };

  const due = compareMoney(billed, ordered) < 0 ? billed : ordered;
  const lost = subtractMoney(due, credit);
  const facts = { ...scopeOf(group), expected: describeMoney(due), actual: describeMoney(credit), variance: describeMoney(lost), ownerPerson: order.buyer };
  const verdict = minorOf(lost) > 0n ? judgeVariance(record.price, { amount: { numerator: exactAmount(lost), denominator: exact('1') }, ...(minorOf(due) > 0n ? { ratio: { numerator: exactAmount(lost), denominator: exactAmount(due) } } : {}) }, group.limits) : { outcome: 'equal' as const };
  const price: Observation[] = verdict.outcome === 'exceeded' ? [{ ...facts, code: 'credit-below-billed', rule: 'M1', limit: verdict.limit }] : verdict.outcome === 'unconfigured' ? [{ ...facts, code: 'tolerance-missing', rule: 'M3' }] : [];
  const { observations, variance } = judgeCumulative(group, { quantity: position.invoicedAfterCredits, value: position.invoicedValueAfterCredits }, { quantity, value }, true);
  return { observations: [...price, ...observations], exact: false, variance };
}

/** What the returned lines are worth at a price, each rounded as a line is (F3). */
function atPrice(group: OrderLineGroup, { numerator, denominator }: Fraction): Money {
  const sign = exact(group.class === 'credit-note' ? '1' : '-1');
  return sumMoney(group.order.currency, group.pairs.map((pair) => roundToMoney(group.order.currency, dividedBy(times(times(times(exact(pair.line.quantity), pair.factor), sign), numerator), denominator, 12))));
}

/** C6: while a dispute is open and a credit expected, only the disputed part is held where partial payment is allowed. */
export function payableNow(payable: Money, disputed: Money, partialPaymentAllowed: boolean): Money {
  if (isZeroMoney(disputed)) return payable;
  const rest = subtractMoney(payable, disputed);
  return partialPaymentAllowed && minorOf(rest) > 0n ? rest : noMoney(payable.currency);
}

function findCredited(facts: InvoiceFacts, group: string | undefined): DuplicateCandidate | undefined {
  const live = facts.duplicateCandidates.filter((candidate) => candidate.class === 'invoice' && !['cancelled', 'rejected', 'duplicate', 'withdrawn'].includes(candidate.state));
  if (facts.corrections.creditOf !== undefined) return live.find((candidate) => candidate.caseId === facts.corrections.creditOf && candidate.supplierGroup === group);
  const wanted = identifyingKeys(facts.invoice.references.preceding.map(({ number }) => number), facts.policies.duplicates.content.placeholders);
  const found = live.filter((candidate) => candidate.supplierGroup === group && wanted.some((keys) => keys.k1 === candidate.k1 || keys.k2 === candidate.k2));
  return found.length === 1 ? found[0] : undefined;
}
