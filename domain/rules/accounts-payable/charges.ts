import type { ReservationRequest } from '../../model/assessment.ts';
import type { InvoiceFacts } from '../../model/invoice-facts.ts';
import type { AllowanceCharge, Invoice, InvoiceLine } from '../../model/invoice.ts';
import type { Money } from '../../model/money.ts';
import type { PurchaseOrder } from '../../model/purchase-order.ts';
import { compareExact, exact, times } from '../decimal.ts';
import { groupedBy } from '../grouping.ts';
import { creditEffect } from '../invoice/credit.ts';
import { absoluteMoney, addMoney, compareMoney, describeMoney, exactAmount, isZeroMoney, minorOf, negateMoney, noMoney, subtractMoney, sumMoney } from '../money.ts';
import { compareText, type Observation } from './findings.ts';
import { billedLines, type PairedLine } from './pairing.ts';
import { judgeVariance, type LimitCurrency } from './tolerance.ts';

/** Freight, handling and the like: what was agreed with the order, and what nobody ordered. Never part of a unit price (M13). */
export function judgeCharges(facts: InvoiceFacts, billed: readonly PairedLine[], limits: LimitCurrency): Observation[] {
  if (billed.length === 0) return [];
  const { planned, unplanned } = sortCharges(facts, billed);
  return [...planned.flatMap((charge) => judgePlanned(facts, charge, limits)), ...judgeUnplanned(facts, unplanned, limits)];
}

/** Agreed charges are used up like quantities, under the pseudo-line `charge:CODE`, so that each is billed once. */
export function chargeHolds(facts: InvoiceFacts, billed: readonly PairedLine[]): ReservationRequest[] {
  if (billed.length === 0) return [];
  return sortCharges(facts, billed).planned.map(({ order, code, billed: value }) => ({ orderNumber: order.number, orderLine: chargeLine(code), quantity: '0', value }));
}

/** M14: the net amount of the head against its lines, charges and allowances. A small rest goes to its own account. */
export function judgeHeader(facts: InvoiceFacts, limits: LimitCurrency): Observation[] {
  const residual = headResidual(facts.invoice);
  if (isZeroMoney(residual)) return [];
  const { amount, smallDifference } = facts.policies.tolerances.content.header;
  const size = exactAmount(absoluteMoney(residual));
  const within = (limit: string): boolean => limits.rate !== undefined && compareExact(times(size, limits.rate), exact(limit)) <= 0;
  const observation = { rule: 'M14', scope: 'document', actual: describeMoney(facts.invoice.totals.net), expected: describeMoney(subtractMoney(facts.invoice.totals.net, residual)), variance: describeMoney(residual) };
  if (within(smallDifference.amount)) return [{ ...observation, code: 'small-difference', limit: `${smallDifference.amount} ${limits.currency}` }];
  const severity = within(amount) ? { severity: 'info' as const } : {};
  return [{ ...observation, code: 'header-difference', limit: `${amount} ${limits.currency}`, ...severity }];
}

/** Net of the head less what its lines, charges and allowances give. */
export function headResidual(invoice: Invoice): Money {
  const { currency } = invoice;
  const lines = sumMoney(currency, billedLines(invoice).map((line) => line.net));
  return subtractMoney(invoice.totals.net, addMoney(lines, sumMoney(currency, invoice.allowances.map(addedBy))));
}

/** A charge, or an allowance that raises what it stands beside and so is a charge under another name. */
export interface BilledCharge {
  readonly charge: AllowanceCharge;
  /** What it adds to the net amount. */
  readonly amount: Money;
}

/** All charges of a document: those of the head, and those inside the net of a line. */
export function chargesOf(invoice: Invoice): (BilledCharge & { key: string; line?: InvoiceLine })[] {
  const head = chargesAmong(invoice.allowances, invoice.totals.gross).map(({ index, ...charge }) => ({ key: `charge:${index}`, ...charge }));
  const lines = billedLines(invoice).flatMap((line) => chargesInLine(line).map(({ index, ...charge }) => ({ key: `line:${line.id}:charge:${index}`, line, ...charge })));
  return [...head, ...lines];
}

/** The charges inside the net of a line: a line that gives back is lowered by what raises another. */
export function chargesInLine(line: InvoiceLine): (BilledCharge & { index: number })[] {
  return chargesAmong(line.allowances, line.net);
}

function chargesAmong(entries: readonly AllowanceCharge[], beside: Money): (BilledCharge & { index: number })[] {
  const raises = (amount: Money): boolean => (minorOf(beside) < 0n ? minorOf(amount) < 0n : minorOf(amount) > 0n);
  return entries.map((charge, index) => ({ index, charge, amount: addedBy(charge) })).filter(({ charge, amount }) => charge.kind === 'charge' || raises(amount));
}

/** What an allowance or charge does to the net amount. */
export function addedBy({ kind, amount }: AllowanceCharge): Money {
  return kind === 'charge' ? amount : negateMoney(amount);
}

/** What was agreed with an order under one code, what other documents took of it, and what this one bills. */
interface PlannedCharge {
  readonly order: PurchaseOrder;
  readonly code: string;
  readonly agreed: Money;
  readonly taken: Money;
  billed: Money;
}

/**
 * The charge of a line belongs to the order of that line. One of the head may belong to any order of the document: it fills what is left
 * of their agreements, and the last bears the rest. What nobody agreed is summed without what lowers it, so that no charge hides another.
 */
function sortCharges(facts: InvoiceFacts, billed: readonly PairedLine[]): { planned: PlannedCharge[]; unplanned: Money } {
  const { invoice } = facts;
  const orderOf = new Map(billed.map(({ line, order }) => [line, order]));
  const agreements = agreementsOf(facts, billed);
  // A credit note gives charges back, which makes no room for others; only what it bills counts.
  const charges = chargesOf(invoice).filter(({ amount }) => invoice.class === 'invoice' || minorOf(creditEffect(invoice, amount)) > 0n);
  let unplanned = noMoney(invoice.currency);
  for (const { line, charge, amount } of [...charges.filter(({ line: inside }) => inside), ...charges.filter(({ line: inside }) => !inside)]) {
    const effect = creditEffect(invoice, amount);
    const fitting = agreements.filter(({ order, code }) => sameCode(code, charge) && (line === undefined || order === orderOf.get(line)));
    if (fitting.length > 0) fill(fitting, effect);
    else if (minorOf(effect) > 0n) unplanned = addMoney(unplanned, effect);
  }
  return { planned: agreements.filter((agreement) => !isZeroMoney(agreement.billed)), unplanned };
}

function fill(agreements: readonly PlannedCharge[], amount: Money): void {
  let rest = amount;
  agreements.forEach((agreement, index) => {
    const left = subtractMoney(agreement.agreed, addMoney(agreement.taken, agreement.billed));
    const room = index === agreements.length - 1 ? rest : minorOf(left) > 0n && minorOf(rest) > 0n ? lesser(left, rest) : noMoney(rest.currency);
    agreement.billed = addMoney(agreement.billed, room);
    rest = subtractMoney(rest, room);
  });
}

/** M9: what another document takes back of an agreement makes room once it is posted, and not before. */
function agreementsOf({ invoice, reservations, caseId }: InvoiceFacts, billed: readonly PairedLine[]): PlannedCharge[] {
  const { currency } = invoice;
  const orders = [...new Set(billed.flatMap(({ order }) => (order?.currency === currency ? [order] : [])))].sort((a, b) => compareText(a.number, b.number));
  return orders.flatMap((order) =>
    [...groupedBy(order.plannedCharges, ({ code }) => plainCode(code)).values()].flatMap((agreed): PlannedCharge[] => {
      const code = agreed[0]?.code;
      if (code === undefined) return [];
      const others = reservations.filter((entry) => entry.caseId !== caseId && entry.orderNumber === order.number && entry.orderLine === chargeLine(code) && entry.value.currency === currency && (entry.state === 'posted' || minorOf(entry.value) >= 0n));
      return [{ order, code, agreed: sumMoney(currency, agreed.map(({ amount }) => amount)), taken: sumMoney(currency, others.map(({ value }) => value)), billed: noMoney(currency) }];
    }));
}

function judgePlanned(facts: InvoiceFacts, { order, code, agreed, taken, billed }: PlannedCharge, limits: LimitCurrency): Observation[] {
  const total = addMoney(billed, taken);
  if (minorOf(billed) < 0n || compareMoney(total, agreed) <= 0) return [];
  const one = exact('1');
  const difference = exactAmount(subtractMoney(total, agreed));
  const ratio = minorOf(agreed) > 0n ? { ratio: { numerator: difference, denominator: exactAmount(agreed) } } : {};
  const verdict = judgeVariance(facts.policies.tolerances.content.charges.planned, { amount: { numerator: difference, denominator: one }, ...ratio }, limits);
  if (verdict.outcome !== 'exceeded') return [];
  return [{
    code: 'charge-differs', rule: 'M13', scope: `charge:${order.number}/${code}`, orderNumber: order.number, ownerPerson: order.buyer, ownerRole: facts.policies.tolerances.content.charges.owner,
    expected: describeMoney(agreed), actual: describeMoney(total), variance: describeMoney(subtractMoney(total, agreed)), limit: verdict.limit,
  }];
}

/** Both limits count: the amount, and the share of the document's net. */
function judgeUnplanned(facts: InvoiceFacts, unplanned: Money, limits: LimitCurrency): Observation[] {
  if (minorOf(unplanned) <= 0n) return [];
  const { unplanned: policy, owner } = facts.policies.tolerances.content.charges;
  const verdict = judgeVariance(
    { upperAmount: policy.amount, upperPercent: policy.percentOfNet },
    { amount: { numerator: exactAmount(unplanned), denominator: exact('1') }, ...(minorOf(facts.invoice.totals.lineNet) > 0n ? { ratio: { numerator: exactAmount(unplanned), denominator: exactAmount(facts.invoice.totals.lineNet) } } : {}) },
    limits,
  );
  if (verdict.outcome !== 'exceeded') return [];
  return [{ code: 'charge-unplanned', rule: 'M13', scope: 'document', ownerRole: owner, expected: describeMoney(noMoney(unplanned.currency)), actual: describeMoney(unplanned), variance: describeMoney(unplanned), limit: verdict.limit }];
}

function chargeLine(code: string): string {
  return `charge:${code}`;
}

function sameCode(agreed: string, charge: AllowanceCharge): boolean {
  return [charge.reasonCode, charge.reason].some((text) => text !== undefined && plainCode(text) === plainCode(agreed));
}

function plainCode(text: string): string {
  return text.trim().toUpperCase();
}

function lesser(a: Money, b: Money): Money {
  return compareMoney(a, b) < 0 ? a : b;
}
