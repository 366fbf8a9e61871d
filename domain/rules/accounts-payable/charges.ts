import type { ReservationRequest } from '../../model/assessment.ts';
import type { InvoiceFacts } from '../../model/invoice-facts.ts';
import type { AllowanceCharge, Invoice } from '../../model/invoice.ts';
import type { Money } from '../../model/money.ts';
import type { PurchaseOrder } from '../../model/purchase-order.ts';
import { compareExact, exact, times } from '../decimal.ts';
import { absoluteMoney, addMoney, compareMoney, describeMoney, exactAmount, isZeroMoney, minorOf, noMoney, subtractMoney, sumMoney } from '../money.ts';
import { compareText, type Observation } from './findings.ts';
import { billedLines, type PairedLine } from './pairing.ts';
import { judgeVariance, type LimitCurrency } from './tolerance.ts';

/** Freight, handling and the like: what was agreed with the order, and what nobody ordered. Never part of a unit price (M13). */
export function judgeCharges(facts: InvoiceFacts, billed: readonly PairedLine[], limits: LimitCurrency): Observation[] {
  if (billed.length === 0 || facts.invoice.class === 'credit-note') return [];
  const { planned, unplanned } = sortCharges(facts, billed);
  return [...planned.flatMap((charge) => judgePlanned(facts, charge, limits)), ...judgeUnplanned(facts, unplanned, limits)];
}

/** Agreed charges are used up like quantities, under the pseudo-line `charge:CODE`, so that each is billed once. */
export function chargeHolds(facts: InvoiceFacts, billed: readonly PairedLine[]): ReservationRequest[] {
  if (billed.length === 0 || facts.invoice.class === 'credit-note') return [];
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
  const head = invoice.allowances.reduce((total, entry) => (entry.kind === 'charge' ? addMoney(total, entry.amount) : subtractMoney(total, entry.amount)), noMoney(currency));
  return subtractMoney(invoice.totals.net, addMoney(lines, head));
}

/** All charges of a document: those of the head, and those inside the net of a line. */
export function chargesOf(invoice: Invoice): { key: string; line?: string; charge: AllowanceCharge }[] {
  const head = invoice.allowances.map((charge, index) => ({ key: `charge:${index}`, charge }));
  const lines = billedLines(invoice).flatMap((line) => line.allowances.map((charge, index) => ({ key: `line:${line.id}:charge:${index}`, line: line.id, charge })));
  return [...head, ...lines].filter(({ charge }) => charge.kind === 'charge');
}

interface PlannedCharge {
  order: PurchaseOrder;
  code: string;
  agreed: Money;
  billed: Money;
}

function sortCharges(facts: InvoiceFacts, billed: readonly PairedLine[]): { planned: PlannedCharge[]; unplanned: Money } {
  const named = new Set(billed.map(({ order }) => order));
  const orders = facts.orders.filter((order) => order.currency === facts.invoice.currency && named.has(order)).sort((a, b) => compareText(a.number, b.number));
  const planned = new Map<string, PlannedCharge>();
  let unplanned = noMoney(facts.invoice.currency);
  for (const { charge } of chargesOf(facts.invoice)) {
    const match = orders.flatMap((order) => order.plannedCharges.map((agreed) => ({ order, agreed }))).find(({ agreed }) => sameCode(agreed.code, charge));
    if (!match) {
      unplanned = addMoney(unplanned, charge.amount);
      continue;
    }
    const key = JSON.stringify([match.order.number, match.agreed.code]);
    const before = planned.get(key)?.billed ?? noMoney(charge.amount.currency);
    planned.set(key, { order: match.order, code: match.agreed.code, agreed: match.agreed.amount, billed: addMoney(before, charge.amount) });
  }
  return { planned: [...planned.values()], unplanned };
}

function judgePlanned(facts: InvoiceFacts, { order, code, agreed, billed }: PlannedCharge, limits: LimitCurrency): Observation[] {
  const others = facts.reservations.filter((entry) => entry.caseId !== facts.caseId && entry.orderNumber === order.number && entry.orderLine === chargeLine(code) && entry.value.currency === billed.currency);
  const total = addMoney(billed, sumMoney(billed.currency, others.map((entry) => entry.value)));
  if (compareMoney(total, agreed) <= 0) return [];
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
  return [charge.reasonCode, charge.reason].some((text) => text !== undefined && text.trim().toUpperCase() === agreed.trim().toUpperCase());
}
