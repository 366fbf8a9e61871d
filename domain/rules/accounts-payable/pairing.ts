import type { LineCorrection } from '../../model/invoice-facts.ts';
import type { Invoice, InvoiceLine } from '../../model/invoice.ts';
import type { MatchLine } from '../../model/assessment.ts';
import type { PurchaseOrder, PurchaseOrderLine } from '../../model/purchase-order.ts';
import { compareExact, exact, times, type Exact } from '../decimal.ts';
import { firstBy, groupedBy } from '../grouping.ts';
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
  const corrected = firstBy(corrections, ({ line }) => line);
  const known = firstBy(orders.map(indexOrder), ({ order }) => order.number);
  const pairs = billedLines(invoice).map((line) => {
    const paired = pairLine(line, invoice.references.order, known, corrected.get(line.id));
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

function pairLine(line: InvoiceLine, headOrder: string | undefined, known: ReadonlyMap<string, OrderIndex>, correction: LineCorrection | undefined): Pairing {
  if (correction?.withoutOrder) return { pair: { line, by: 'none' } };
  const orderNumber = correction?.orderNumber ?? line.orderNumber ?? headOrder;
  if (orderNumber === undefined) return { pair: { line, by: 'none' } };
  const index = known.get(orderNumber);
  if (!index) return unpaired(line, orderNumber, 'order-unknown');
  const { order } = index;
  if (correction?.orderLine !== undefined) return oneOf(line, order, [() => index.byId(correction.orderLine), 'correction']);
  if (line.orderLine !== undefined) return oneOf(line, order, [() => index.byNumber(line.orderLine), 'order-line']);
  return oneOf(
    line,
    order,
    [() => index.byBuyerItem(line.item.buyerId), 'buyer-item'],
    [() => index.bySellerItem(line.item.sellerId), 'seller-item'],
    [() => index.byStandardItem(line.item.standardId?.id), 'standard-item'],
    [() => [...new Set([line.item.name, line.item.description].flatMap(index.byDescription))].filter((target) => samePrice(target, line)), 'description'],
  );
}

type LookUp = (text: string | undefined) => PurchaseOrderLine[];

/** The lines of an order by every mark that a document may name them by: an order may have many thousands. */
interface OrderIndex {
  order: PurchaseOrder;
  byId: LookUp;
  byNumber: LookUp;
  byBuyerItem: LookUp;
  bySellerItem: LookUp;
  byStandardItem: LookUp;
  byDescription: LookUp;
}

function indexOrder(order: PurchaseOrder): OrderIndex {
  const by = (markOf: (target: PurchaseOrderLine) => string | undefined, plain: (text: string) => string): LookUp => {
    let targets: Map<string, PurchaseOrderLine[]> | undefined;
    return (text) => {
      const key = text === undefined ? '' : plain(text);
      if (key === '') return [];
      targets ??= groupedBy(order.lines, (target) => plain(markOf(target) ?? ''));
      return targets.get(key) ?? [];
    };
  };
  return {
    order,
    byId: by(({ id }) => id, (text) => text),
    byNumber: by(({ id }) => id, plainLineNumber),
    byBuyerItem: by(({ buyerItemId }) => buyerItemId, plainItem),
    bySellerItem: by(({ sellerItemId }) => sellerItemId, plainItem),
    byStandardItem: by(({ standardItemId }) => standardItemId, plainItem),
    byDescription: by(({ description }) => description, plainWords),
  };
}

/** The first way that finds anything decides; it must find exactly one. */
function oneOf(line: InvoiceLine, order: PurchaseOrder, ...ways: [() => PurchaseOrderLine[], PairedLine['by']][]): Pairing {
  const { found, by } = firstFinding(ways);
  const [target] = found;
  if (!target) return unpaired(line, order.number, 'line-unmatched');
  if (found.length > 1) return unpaired(line, order.number, 'line-ambiguous', found.map((candidate) => candidate.id).sort().join(', '));
  const factor = unitFactor(target, line.unit);
  return { pair: { line, by, orderNumber: order.number, order, target, ...(factor ? { factor } : {}) } };
}

function firstFinding(ways: readonly [() => PurchaseOrderLine[], PairedLine['by']][]): { found: PurchaseOrderLine[]; by: PairedLine['by'] } {
  for (const [targets, by] of ways) {
    const found = targets();
    if (found.length > 0) return { found, by };
  }
  return { found: [], by: 'none' };
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
function plainLineNumber(text: string): string {
  return text.trim().replace(/^0+(?=.)/, '');
}

function plainItem(text: string): string {
  return text.trim().toUpperCase();
}

function samePrice(target: PurchaseOrderLine, line: InvoiceLine): boolean {
  const factor = unitFactor(target, line.unit);
  return factor !== undefined && compareExact(exact(line.unitPrice), times(exact(target.unitPrice), times(factor, exact(line.baseQuantity)))) === 0;
}

function plainWords(text: string): string {
  return text.normalize('NFKC').toUpperCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}
