import type { MatchLine, MatchStatus, ReservationRequest } from '../../model/assessment.ts';
import type { Finding, FindingCode } from '../../model/finding.ts';
import type { GoodsReceipt } from '../../model/goods-receipt.ts';
import type { InvoiceFacts, Reservation } from '../../model/invoice-facts.ts';
import type { PurchaseOrder } from '../../model/purchase-order.ts';
import type { Supplier } from '../../model/supplier.ts';
import { compareExact, exact, toText, zero } from '../decimal.ts';
import { groupedBy } from '../grouping.ts';
import { isZeroMoney } from '../money.ts';
import { chargeHolds, judgeCharges, judgeHeader } from './charges.ts';
import { givesBack, judgeSigns, kindOfCredit, matchCredit, type CreditKind } from './credits.ts';
import { compareText, stops, type Observation } from './findings.ts';
import { matchAmount, matchGoods, type GroupMatch, type OrderLineGroup } from './match-order-line.ts';
import { orderPosition } from './order-position.ts';
import { pairLines, type PairedLine } from './pairing.ts';
import { toleranceRecord, type LimitCurrency } from './tolerance.ts';

/** A document beside its orders, before it is known which findings people have accepted. */
export interface DocumentMatch {
  readonly pairs: PairedLine[];
  readonly groups: { group: OrderLineGroup; match: GroupMatch; creditKind?: CreditKind }[];
  /** Lines that no order line could be judged for. */
  readonly others: Omit<MatchLine, 'status'>[];
  readonly chargeHolds: ReservationRequest[];
  readonly observations: Observation[];
}

/** Pairs the lines, then judges each order line once for all lines that bill it, then charges and head (M1 to M16). */
export function matchDocument(facts: InvoiceFacts, supplier: Supplier | undefined, limits: LimitCurrency): DocumentMatch {
  const { pairs, observations: unpaired } = pairLines(facts.invoice, facts.orders, facts.corrections.lines);
  const billed = pairs.filter(isPaired);
  const movements = movementsOf(facts);
  const described = [...groupedBy(billed.filter(isComparable(facts)), ({ order, target }) => orderLineKey(order.number, target.id)).values()].map((members) => ({ members, group: describeGroup(facts, members, supplier, limits, movements) }));
  const groups = described.flatMap(({ group }) => (group ? [judgeGroup(facts, group)] : []));
  const observations = [
    ...unpaired,
    ...[...new Set(billed.map(({ order }) => order))].flatMap((order) => judgeOrder(facts, order, supplier)),
    ...billed.flatMap((pair) => judgePair(pair, movements)),
    ...described.flatMap(({ members: [first], group }): Observation[] => (group || !first ? [] : [{ code: 'tolerance-missing', rule: 'M3', scope: `order-line:${first.order.number}/${first.target.id}` }])),
    ...groups.flatMap(({ match }) => match.observations),
    ...judgeCharges(facts, billed, limits),
    ...judgeHeader(facts, limits),
  ];

  // By the line itself: two lines may have one number.
  const judged = new Set(groups.flatMap(({ group }) => group.pairs.map(({ line }) => line)));
  return {
    pairs,
    groups,
    others: pairs.filter((pair) => !judged.has(pair.line)).map((pair) => ({ line: pair.line.id, pairedBy: pair.by, net: pair.line.net, ...(pair.orderNumber ? { orderNumber: pair.orderNumber } : {}), ...(pair.target ? { orderLine: pair.target.id } : {}) })),
    chargeHolds: chargeHolds(facts, billed),
    observations,
  };
}

/** The result per line and for the document, once overrides are known (M17, M20). */
export function matchStatus(document: DocumentMatch, findings: readonly Finding[]): { status: MatchStatus; lines: MatchLine[] } {
  const byScope = groupedBy(findings, ({ scope }) => scope);
  const concerning = (line: NamedLine) => findingsOf(line, byScope);
  const lines: MatchLine[] = [
    ...document.groups.flatMap(({ match }) => match.lines.map((line) => ({ ...line, status: statusOf(concerning(line), match.exact) }))),
    ...document.others.map((line) => {
      const own = concerning(line);
      return { ...line, status: line.orderNumber === undefined && own.length === 0 ? ('NOT_APPLICABLE' as const) : own.some(stops) ? ('EXCEPTION' as const) : ('NOT_APPLICABLE' as const) };
    }),
  ].sort((a, b) => compareText(a.line, b.line));
  const orderBacked = lines.filter((line) => line.status !== 'NOT_APPLICABLE');
  if (orderBacked.length === 0) return { status: 'NOT_APPLICABLE', lines };
  const head = statusOf(findings.filter((finding) => headCodes.includes(finding.code)), true);
  return { status: worst([...orderBacked.map((line) => line.status), head]), lines };
}

/**
 * What to reserve (M9): min(Qi, E) while somebody must still act. Once the document goes to the ledger all that it bills
 * is taken, so that a tolerance or an override cannot be used a second time by the next document. An order that is not
 * this supplier's, or not open, is left to those whom it concerns (M11).
 */
export function reservationsToHold(document: DocumentMatch, lines: readonly MatchLine[], findings: readonly Finding[], willPost: boolean): ReservationRequest[] {
  const stopped = new Set(findings.filter(stops).map(({ scope }) => scope));
  const entitled = document.groups.filter(({ group }) => !stopped.has(`order:${group.order.number}`));
  const entitledOrders = new Set(entitled.map(({ group }) => group.order.number));
  const judged = groupedBy(lines, ({ line }) => line);
  const holds = entitled.map(({ group, match }) => {
    const statuses = match.lines.flatMap(({ line }) => judged.get(line) ?? []).map(({ status }) => status);
    const open = statuses.includes('EXCEPTION') || (statuses.includes('AWAITING_RECEIPT') && !willPost);
    const part = open ? match.covered : match.taken;
    return { orderNumber: group.order.number, orderLine: group.target.id, quantity: toText(part.quantity), value: part.value };
  });
  return [...holds, ...document.chargeHolds.filter(({ orderNumber }) => entitledOrders.has(orderNumber))]
    .filter((hold) => compareExact(exact(hold.quantity), zero) !== 0 || !isZeroMoney(hold.value))
    .sort((a, b) => compareText(a.orderNumber, b.orderNumber) || compareText(a.orderLine, b.orderLine));
}

type Billed = PairedLine & { order: PurchaseOrder; target: NonNullable<PairedLine['target']> };
type Comparable = Billed & { factor: NonNullable<PairedLine['factor']> };

function isPaired(pair: PairedLine): pair is Billed {
  return pair.order !== undefined && pair.target !== undefined;
}

/** Hard stops of the order itself (M11): no tolerance helps. */
function judgeOrder({ invoice }: InvoiceFacts, order: PurchaseOrder, supplier: Supplier | undefined): Observation[] {
  const scope = { scope: `order:${order.number}`, orderNumber: order.number, rule: 'M11', ownerPerson: order.buyer };
  const observations: Observation[] = [];
  const related = supplier?.relations.some((relation) => relation.supplierId === order.supplierId) ?? false;
  if (supplier && order.supplierId !== supplier.id && !related) observations.push({ ...scope, code: 'order-supplier-differs', expected: order.supplierId, actual: supplier.id });
  if (order.currency !== invoice.currency) observations.push({ ...scope, code: 'order-currency-differs', expected: order.currency, actual: invoice.currency });
  if (order.status === 'draft') observations.push({ ...scope, code: 'order-not-approved', actual: order.status });
  if (order.status === 'closed' || order.status === 'cancelled') observations.push({ ...scope, code: 'order-closed', actual: order.status });
  return observations;
}

function judgePair({ line, order, target, factor }: Billed, { receipts }: Movements): Observation[] {
  const scope = { scope: `line:${line.id}`, line: line.id, orderNumber: order.number, orderLine: target.id, ownerPerson: order.buyer };
  const observations: Observation[] = [];
  if (target.status !== 'open') observations.push({ ...scope, code: 'order-closed', rule: 'M11', actual: target.status });
  if (target.kind === 'consignment') observations.push({ ...scope, code: 'consignment-order', rule: 'R4' });
  if (target.kind === 'goods' && (!factor || !hasBase(line.baseQuantity))) observations.push({ ...scope, code: 'unit-not-convertible', rule: 'M11', expected: target.unit, actual: line.unit ?? '' });
  const named = line.receiptNumber;
  const isKnown = () => receipts.get(orderLineKey(order.number, target.id))?.some((receipt) => receipt.number === named) ?? false;
  if (named !== undefined && target.matching !== 'two-way' && !isKnown()) observations.push({ ...scope, code: 'receipt-unknown', rule: 'R1', actual: named });
  return observations;
}

/** Where currency and unit agree there are numbers to compare; everything else is a hard stop already. */
function isComparable({ invoice }: InvoiceFacts): (pair: Billed) => pair is Comparable {
  return (pair): pair is Comparable => {
    if (pair.order.currency !== invoice.currency || pair.target.kind === 'consignment') return false;
    return pair.target.kind !== 'goods' || (pair.factor !== undefined && hasBase(pair.line.baseQuantity));
  };
}

function hasBase(baseQuantity: string): boolean {
  return compareExact(exact(baseQuantity), zero) > 0;
}

/** What came in and what is taken, by order line: looked up once for each line of a document that may have many. */
interface Movements {
  receipts: ReadonlyMap<string, GoodsReceipt[]>;
  reservations: ReadonlyMap<string, Reservation[]>;
}

function movementsOf({ receipts, reservations }: InvoiceFacts): Movements {
  const byOrderLine = <Item extends { orderNumber: string; orderLine: string }>(items: readonly Item[]) => groupedBy(items, ({ orderNumber, orderLine }) => orderLineKey(orderNumber, orderLine));
  return { receipts: byOrderLine(receipts), reservations: byOrderLine(reservations) };
}

function orderLineKey(order: string, line: string): string {
  return `${order}\u0000${line}`;
}

function describeGroup(facts: InvoiceFacts, members: readonly Comparable[], supplier: Supplier | undefined, limits: LimitCurrency, { receipts, reservations }: Movements): OrderLineGroup | undefined {
  const [first] = members;
  if (!first) return undefined;
  const { order, target } = first;
  const key = orderLineKey(order.number, target.id);
  const record = toleranceRecord(facts.policies.tolerances.content, facts.entity.id, supplier?.id ?? order.supplierId, target);
  if (!record) return undefined;
  const position = orderPosition(order, target, receipts.get(key) ?? [], reservations.get(key) ?? [], facts.caseId);
  const pairs = members.map((pair) => ({ ...pair, factor: pair.factor ?? exact('1') }));
  return { order, target, pairs, position, record, limits, class: facts.invoice.class };
}

function judgeGroup(facts: InvoiceFacts, group: OrderLineGroup): DocumentMatch['groups'][number] {
  if (givesBack(group)) {
    // A negative line of an ordinary invoice takes goods back; only a credit may be for the price or goodwill (C3).
    const kind = facts.invoice.class === 'credit-note' || facts.corrections.creditKind ? kindOfCredit(group, facts.corrections.creditKind) : 'quantity';
    return { group, match: matchCredit(group, kind), ...(kind ? { creditKind: kind } : {}) };
  }
  const match = group.target.kind === 'goods' ? matchGoods(group) : matchAmount(group);
  return { group, match: { ...match, observations: [...match.observations, ...judgeSigns(group)] } };
}

const headCodes: readonly FindingCode[] = ['charge-differs', 'charge-unplanned', 'header-difference', 'small-difference'];

type NamedLine = Pick<MatchLine, 'line' | 'orderNumber' | 'orderLine'>;

/** What was found of the line itself, of its order and of its order line. */
function findingsOf({ line, orderNumber, orderLine }: NamedLine, byScope: ReadonlyMap<string, Finding[]>): Finding[] {
  const own = (byScope.get(`line:${line}`) ?? []).filter(({ rule }) => matchingRules.test(rule));
  if (orderNumber === undefined) return own;
  return [...own, ...(byScope.get(`order:${orderNumber}`) ?? []), ...(byScope.get(`order-line:${orderNumber}/${orderLine ?? ''}`) ?? [])];
}

const matchingRules = /^[MRC]\d+$/;

function statusOf(findings: readonly Finding[], isExact: boolean): MatchStatus {
  if (findings.some(stops)) return 'EXCEPTION';
  if (findings.some((finding) => finding.severity === 'wait' && !finding.overridden)) return 'AWAITING_RECEIPT';
  if (findings.some((finding) => finding.severity !== 'info' && finding.overridden)) return 'ACCEPTED_WITH_VARIANCE';
  return isExact && findings.length === 0 ? 'MATCHED' : 'MATCHED_WITHIN_TOLERANCE';
}

const worstFirst: MatchStatus[] = ['EXCEPTION', 'AWAITING_RECEIPT', 'ACCEPTED_WITH_VARIANCE', 'MATCHED_WITHIN_TOLERANCE', 'MATCHED', 'NOT_APPLICABLE'];

function worst(statuses: MatchStatus[]): MatchStatus {
  return worstFirst.find((status) => statuses.includes(status)) ?? 'NOT_APPLICABLE';
}
