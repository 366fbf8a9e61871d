import type { LineCorrection } from '../../model/invoice-facts.ts';
import type { Invoice, InvoiceLine } from '../../model/invoice.ts';
import type { MatchLine } from '../../model/assessment.ts';
import type { PurchaseOrder, PurchaseOrderLine } from '../../model/purchase-order.ts';
import { compareExact, exact, times, type Exact } from '../decimal.ts';
import type { Observation } from './findings.ts';

/** An invoice line beside the order line that it bills. Without an order it is coded to an account instead. */
export interface PairedLine {
  line: InvoiceLine;
  by: MatchLine['pairedBy'];
  /** The line names an order, rightly or wrongly. */
  orderNumber?: string;
  order?: PurchaseOrder;
  target?: PurchaseOrderLine;
  /** Order units in one unit of the document. */
  factor?: Exact;
}

/** Units that all count pieces; anything else needs a conversion on the order line. */
const pieces = ['C62', 'EA', 'H87', 'PCE'];

/** Pairs by order line, buyer's item, seller's item, standard item, then unit with price and description; never by guessing (M10). */
export function pairLines(invoice: Invoice, orders: readonly PurchaseOrder[], corrections: readonly LineCorrection[]): { pairs: PairedLine[]; observations: Observation[] } {
  const observations: Observation[] = [];
  const pairs = billedLines(invoice).map((line) => {
    const correction = corrections.find((entry) => entry.line === line.id);
    const paired = pairLine(line, invoice.references.order, orders, correction);
    if ('pair' in paired) return paired.pair;
    observations.push(paired.observation);
    return { line, by: 'none' as const, ...(paired.observation.orderNumber ? { orderNumber: paired.observation.orderNumber } : {}) };
  });
  return { pairs, observations };
}

/** Lines that count: one of status `information` is no part of the totals, sub-lines are inside their group. */
export function billedLines(invoice: Invoice): InvoiceLine[] {
  return invoice.lines.filter((line) => line.status !== 'information');
}

type Pairing = { pair: PairedLine } | { observation: Observation };

function pairLine(line: InvoiceLine, headOrder: string | undefined, orders: readonly PurchaseOrder[], correction: LineCorrection | undefined): Pairing {
  if (correction?.withoutOrder) return { pair: { line, by: 'none' } };
  const orderNumber = correction?.orderNumber ?? line.orderNumber ?? headOrder;
  if (orderNumber === undefined) return { pair: { line, by: 'none' } };
  const order = orders.find((candidate) => candidate.number === orderNumber);
  if (!order) return unpaired(line, orderNumber, 'order-unknown');
  if (correction?.orderLine !== undefined) return oneOf(line, order, [order.lines.filter((target) => target.id === correction.orderLine), 'correction']);
  if (line.orderLine !== undefined) return oneOf(line, order, [order.lines.filter((target) => sameLineNumber(target.id, line.orderLine)), 'order-line']);
  return oneOf(
    line,
    order,
    [order.lines.filter((target) => isSame(target.buyerItemId, line.item.buyerId)), 'buyer-item'],
    [order.lines.filter((target) => isSame(target.sellerItemId, line.item.sellerId)), 'seller-item'],
    [order.lines.filter((target) => isSame(target.standardItemId, line.item.standardId?.id)), 'standard-item'],
    [order.lines.filter((target) => looksLike(target, line)), 'description'],
  );
}

/** The first way that finds anything decides; it must find exactly one. */
function oneOf(line: InvoiceLine, order: PurchaseOrder, ...ways: [PurchaseOrderLine[], PairedLine['by']][]): Pairing {
  const [found, by] = ways.find(([targets]) => targets.length > 0) ?? [[], 'none' as const];
  const [target] = found;
  if (!target) return unpaired(line, order.number, 'line-unmatched');
  if (found.length > 1) return unpaired(line, order.number, 'line-ambiguous', found.map((candidate) => candidate.id).sort().join(', '));
  const factor = unitFactor(target, line.unit);
  return { pair: { line, by, orderNumber: order.number, order, target, ...(factor ? { factor } : {}) } };
}

function unpaired(line: InvoiceLine, orderNumber: string, code: 'order-unknown' | 'line-unmatched' | 'line-ambiguous', candidates?: string): Pairing {
  return { observation: { code, rule: 'M10', scope: `line:${line.id}`, line: line.id, orderNumber, actual: line.orderLine ?? line.item.sellerId ?? line.item.name ?? line.id, ...(candidates ? { expected: `one of ${candidates}` } : {}) } };
}

/** Order units in one document unit; undefined where no conversion is known (M11, t12). A line without a unit is in order units. */
export function unitFactor(target: PurchaseOrderLine, unit: string | undefined): Exact | undefined {
  if (unit === undefined || unit === target.unit) return exact('1');
  const conversion = target.unitFactors.find((entry) => entry.unit === unit);
  if (conversion) return compareExact(exact(conversion.factor), exact('0')) > 0 ? exact(conversion.factor) : undefined;
  return pieces.includes(unit) && pieces.includes(target.unit) ? exact('1') : undefined;
}

/** Order lines are numbered 10, 0010 or 00010 on different papers. */
function sameLineNumber(a: string, b: string | undefined): boolean {
  const plain = (text: string): string => text.trim().replace(/^0+(?=.)/, '');
  return b !== undefined && plain(a) === plain(b);
}

function isSame(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.trim() !== '' && a.trim().toUpperCase() === b.trim().toUpperCase();
}

function looksLike(target: PurchaseOrderLine, line: InvoiceLine): boolean {
  const factor = unitFactor(target, line.unit);
  if (!factor) return false;
  const samePrice = compareExact(exact(line.unitPrice), times(exact(target.unitPrice), times(factor, exact(line.baseQuantity)))) === 0;
  const wanted = plainWords(target.description);
  return samePrice && wanted !== '' && [line.item.name, line.item.description].some((text) => text !== undefined && plainWords(text) === wanted);
}

function plainWords(text: string): string {
  return text.normalize('NFKC').toUpperCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}
