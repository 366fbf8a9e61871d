import { compareExact, exact, minus, plus, zero } from '../../domain/rules/decimal.ts';
import { Refusal } from '../shared/http.ts';
import { chart, currenciesOn, grirMovement, isValued, journalLines, minorUnits, nextNumber, type Currencies, type DraftLine } from './books.ts';
import type { DocumentType, ErpDocument, QuantityEffect } from './documents.ts';
import { changedOrder, positionOf, type CompanyBooks, type ErpFact, type ItemPosition } from './state.ts';
import type { Movement, Order, OrderChange, OrderItem } from './vendor-model.ts';

/** Receives goods or services, or returns them: Dr stock or expense, Cr GR/IR at the order's price (G1); a return the other way. */
export function postMovement(books: CompanyBooks, movement: Movement, enteredAt: string): ErpFact {
  const { order, item } = orderItemOf(books, movement.orderNo, movement.itemNo);
  const before = positionOf(books, order.orderNo, item.itemNo);
  refuseMovement(order, item, before, movement);
  const received = movement.movementType === '101' ? movement.qty : `-${movement.qty}`;
  const currencies = currenciesOn(books.company, order.currencyCode, movement.postingDate);
  const after = { ...before, received: plus(before.received, exact(received)) };
  const drafts = isValued(item) ? [...grirLines(order, item, before, after, currencies), ...deliveryCostLines(books, order)] : [];
  const type = movement.movementType === '101' ? 'GR' : 'RT';
  const document = orderDocument(books, order, type, { postingDate: movement.postingDate, enteredAt, drafts, currencies, quantities: [{ orderNo: order.orderNo, itemNo: item.itemNo, received }] });
  return { kind: 'document', document: { ...document, movement } };
}

/** Records what was accepted of a receipt (four-way matching); may be repeated, the last one counts. */
export function inspectMovement(books: CompanyBooks, documentNo: string, acceptedQty: string): ErpFact {
  const document = books.documents.get(documentNo);
  if (document?.docType !== 'GR' || !document.movement) throw new Refusal(404, 'DOC-UNKNOWN', `there is no receipt ${documentNo}`);
  if (compareExact(exact(acceptedQty), zero) < 0 || compareExact(exact(acceptedQty), exact(document.movement.qty)) > 0)
    throw new Refusal(422, 'QTY', `receipt ${documentNo} has ${document.movement.qty}; ${acceptedQty} cannot be accepted of it`);
  return { kind: 'inspection', companyCode: books.company.companyCode, documentNo, acceptedQty };
}

/** Changes an order. A new price revalues what GR/IR holds for the item, so that it still shows (Qr − Qp)·Po. */
export function changeOrder(books: CompanyBooks, orderNo: string, change: OrderChange, enteredAt: string): ErpFact {
  const order = orderOf(books, orderNo);
  const itemNo = change.item?.itemNo;
  if (itemNo !== undefined) orderItemOf(books, orderNo, itemNo);
  const changed = changedOrder(order, change);
  const item = changed.items.find((candidate) => candidate.itemNo === itemNo);
  const document = item && change.item?.netPrice !== undefined && isValued(item) ? revaluation(books, changed, item, enteredAt) : undefined;
  return { kind: 'order-change', companyCode: books.company.companyCode, orderNo, change, document };
}

export function orderItemOf(books: CompanyBooks, orderNo: string | undefined, itemNo: string | undefined): { order: Order; item: OrderItem } {
  const order = orderOf(books, orderNo);
  const item = order.items.find((candidate) => candidate.itemNo === itemNo);
  if (!item) throw new Refusal(422, 'ITEM-UNKNOWN', `order ${order.orderNo} has no item ${itemNo}`);
  return { order, item };
}

function orderOf(books: CompanyBooks, orderNo: string | undefined): Order {
  const order = books.orders.get(orderNo ?? '');
  if (!order) throw new Refusal(422, 'ORDER-UNKNOWN', `company ${books.company.companyCode} has no order ${orderNo}`);
  return order;
}

function refuseMovement(order: Order, item: OrderItem, position: ItemPosition, movement: Movement): void {
  if (movement.movementType === '122') {
    if (compareExact(exact(movement.qty), position.received) > 0) throw new Refusal(422, 'QTY', `item ${item.itemNo} of order ${order.orderNo} has received less than ${movement.qty}`);
    return;
  }
  if (order.releaseState !== 'REL') throw new Refusal(422, 'ORDER-STATE', `order ${order.orderNo} is ${order.releaseState}, not released`);
  if (item.itemState !== 'OPEN') throw new Refusal(422, 'ITEM-STATE', `item ${item.itemNo} of order ${order.orderNo} is ${item.itemState}`);
}

function grirLines(order: Order, item: OrderItem, before: ItemPosition, after: ItemPosition, currencies: Currencies): DraftLine[] {
  const { minor, companyMinor } = grirMovement(item, before, after, currencies);
  const place = { orderNo: order.orderNo, itemNo: item.itemNo };
  const returned = compareExact(after.received, before.received) < 0;
  return [
    { account: chart.grir, text: 'GR/IR clearing', minor, companyMinor, ...place },
    // What goes back leaves stock at the value it came in with; a receipt comes in at the rate of the day.
    { account: item.glAccount, text: item.text, minor: -minor, companyMinor: returned ? -companyMinor : undefined, costCenter: item.costCenter, ...place },
  ];
}

/** Planned delivery costs are accrued whole with the order's first receipt, on a clearing account of their own (G4). */
function deliveryCostLines(books: CompanyBooks, order: Order): DraftLine[] {
  const receivedBefore = (books.byOrder.get(order.orderNo) ?? []).some((document) => document.docType === 'GR');
  if (receivedBefore) return [];
  const clearing = books.company.freightClearing;
  return order.deliveryCosts.flatMap((cost) => {
    const minor = minorUnits(cost.value, order.currencyCode);
    const expense = order.items[0];
    return [
      { account: clearing, text: `${cost.conditionType} accrued`, minor: -minor, orderNo: order.orderNo },
      { account: expense?.glAccount ?? clearing, text: cost.conditionType, minor, costCenter: expense?.costCenter, orderNo: order.orderNo },
    ];
  });
}

function revaluation(books: CompanyBooks, order: Order, item: OrderItem, enteredAt: string): ErpDocument | undefined {
  const postingDate = enteredAt.slice(0, 10);
  const currencies = currenciesOn(books.company, order.currencyCode, postingDate);
  const position = positionOf(books, order.orderNo, item.itemNo);
  const { minor } = grirMovement(item, position, position, currencies);
  if (minor === 0n) return undefined;
  const place = { orderNo: order.orderNo, itemNo: item.itemNo };
  const drafts = [
    { account: chart.grir, text: 'GR/IR at the new price', minor, ...place },
    { account: chart.priceDifference, text: 'price change', minor: -minor, ...place },
  ];
  return orderDocument(books, order, 'PRC', { postingDate, enteredAt, drafts, currencies, quantities: [place] });
}

interface Posting {
  postingDate: string;
  enteredAt: string;
  drafts: DraftLine[];
  currencies: Currencies;
  quantities: QuantityEffect[];
}

function orderDocument(books: CompanyBooks, order: Order, docType: DocumentType, posting: Posting): ErpDocument {
  return {
    documentNo: nextNumber(books, docType),
    companyCode: books.company.companyCode,
    docType,
    status: 'POSTED',
    enteredAt: posting.enteredAt,
    postingDate: posting.postingDate,
    documentDate: posting.postingDate,
    currencyCode: order.currencyCode,
    companyCurrency: books.company.currencyCode,
    vendorNo: order.vendorNo,
    grossValue: '0',
    payableValue: '0',
    openValue: '0',
    payBlock: '',
    items: [],
    taxes: [],
    quantities: posting.quantities,
    lines: journalLines(posting.drafts, posting.currencies),
    amendments: [],
  };
}
