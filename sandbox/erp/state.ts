import { exact, plus, zero, type Exact } from '../../domain/rules/decimal.ts';
import type { FactRecord } from '../shared/journal-file.ts';
import { amountText, chart, minorUnits, sum } from './books.ts';
import type { DocumentType, ErpDocument, Settlement } from './documents.ts';
import type { Company, Movement, Order, OrderChange, OrderItem, Vendor } from './vendor-model.ts';

/** What is committed. A fact carries its result (numbers, journal lines), so that rebuilding the state computes nothing anew. */
export type ErpFact =
  | { kind: 'company'; company: Company }
  | { kind: 'vendor'; companyCode: string; vendor: Vendor }
  | { kind: 'order'; companyCode: string; order: Order }
  | { kind: 'order-change'; companyCode: string; orderNo: string; change: OrderChange; document?: ErpDocument }
  | { kind: 'document'; document: ErpDocument }
  | { kind: 'inspection'; companyCode: string; documentNo: string; acceptedQty: string }
  | { kind: 'pay-block'; companyCode: string; documentNo: string; payBlock: '' | 'R'; externalRef?: string; traceRef?: string };

/** Where an order item stands: quantities, and what GR/IR holds for it (credits negative, minor units). */
export interface ItemPosition {
  received: Exact;
  invoiced: Exact;
  grir: bigint;
  grirCompany: bigint;
}

export interface Change {
  seq: number;
  type: 'GR' | 'PO';
  orderNo: string;
  at: string;
}

export interface CompanyBooks {
  company: Company;
  vendors: Map<string, Vendor>;
  orders: Map<string, Order>;
  documents: Map<string, ErpDocument>;
  /** Documents by every reference they carry; several, because duplicates are not refused. */
  byReference: Map<string, ErpDocument[]>;
  /** Documents that touch an order, in posting order. */
  byOrder: Map<string, ErpDocument[]>;
  positions: Map<string, ItemPosition>;
  changes: Change[];
  lastNumbers: Map<DocumentType, number>;
}

export type ErpState = Map<string, CompanyBooks>;

export function applyFact(state: ErpState, { seq, at, fact }: FactRecord<ErpFact>): void {
  switch (fact.kind) {
    case 'company':
      state.set(fact.company.companyCode, { ...(state.get(fact.company.companyCode) ?? emptyBooks()), company: fact.company });
      return;
    case 'vendor':
      booksOf(state, fact.companyCode).vendors.set(fact.vendor.vendorNo, fact.vendor);
      return;
    case 'order': {
      const books = booksOf(state, fact.companyCode);
      books.orders.set(fact.order.orderNo, fact.order);
      books.changes.push({ seq, type: 'PO', orderNo: fact.order.orderNo, at });
      return;
    }
    case 'order-change': {
      const books = booksOf(state, fact.companyCode);
      const order = books.orders.get(fact.orderNo);
      if (order) books.orders.set(fact.orderNo, changedOrder(order, fact.change));
      if (fact.document) addDocument(books, fact.document);
      books.changes.push({ seq, type: 'PO', orderNo: fact.orderNo, at });
      return;
    }
    case 'document': {
      const books = booksOf(state, fact.document.companyCode);
      addDocument(books, fact.document);
      const moved = fact.document.movement;
      if (moved) books.changes.push({ seq, type: 'GR', orderNo: moved.orderNo, at });
      return;
    }
    case 'inspection': {
      const books = booksOf(state, fact.companyCode);
      const movement = books.documents.get(fact.documentNo)?.movement as Movement;
      movement.acceptedQty = fact.acceptedQty;
      books.changes.push({ seq, type: 'GR', orderNo: movement.orderNo, at });
      return;
    }
    case 'pay-block': {
      const books = booksOf(state, fact.companyCode);
      const document = books.documents.get(fact.documentNo) as ErpDocument;
      document.payBlock = fact.payBlock;
      document.amendments.push({ externalRef: fact.externalRef, traceRef: fact.traceRef, payBlock: fact.payBlock, at });
      remember(books.byReference, fact.externalRef, document);
    }
  }
}

export function changedOrder(order: Order, change: OrderChange): Order {
  const { itemNo, ...fields } = change.item ?? { itemNo: undefined };
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return {
    ...order,
    releaseState: change.releaseState ?? order.releaseState,
    items: order.items.map((item) => (item.itemNo === itemNo ? { ...item, ...given } : item)),
  };
}

export function positionOf(books: CompanyBooks, orderNo: string, itemNo: string): ItemPosition {
  return books.positions.get(positionKey(orderNo, itemNo)) ?? { received: zero, invoiced: zero, grir: 0n, grirCompany: 0n };
}

/** What documents have billed on an item, reversed ones left out: the order history that a buyer would see. */
export function billingHistory(books: CompanyBooks, orderNo: string, item: OrderItem): { documentNo: string; externalRef?: string; qty: string; value: string }[] {
  return (books.byOrder.get(orderNo) ?? []).flatMap((document) => {
    if (document.status === 'REVERSED' || document.docType === 'REV') return [];
    const effects = document.quantities.filter((effect) => effect.orderNo === orderNo && effect.itemNo === item.itemNo && effect.invoicedValue !== undefined);
    return effects.map((effect) => ({ documentNo: document.documentNo, externalRef: document.externalRef, qty: effect.invoiced ?? '0', value: effect.invoicedValue ?? '0' }));
  });
}

function booksOf(state: ErpState, companyCode: string): CompanyBooks {
  const books = state.get(companyCode);
  if (!books) throw new Error(`a record names company ${companyCode} before it exists`);
  return books;
}

function emptyBooks(): Omit<CompanyBooks, 'company'> {
  return { vendors: new Map(), orders: new Map(), documents: new Map(), byReference: new Map(), byOrder: new Map(), positions: new Map(), changes: [], lastNumbers: new Map() };
}

function addDocument(books: CompanyBooks, document: ErpDocument): void {
  books.documents.set(document.documentNo, document);
  books.lastNumbers.set(document.docType, Number(document.documentNo.slice(2)));
  remember(books.byReference, document.externalRef, document);
  for (const orderNo of new Set(document.quantities.map((effect) => effect.orderNo))) remember(books.byOrder, orderNo, document);
  for (const effect of document.quantities) moveQuantities(books, effect);
  for (const line of document.lines) if (line.account === chart.grir) moveGrir(books, document, line);
  for (const settled of document.settles ?? []) settle(books, settled);
  const reversed = document.reverses === undefined ? undefined : books.documents.get(document.reverses);
  if (reversed) Object.assign(reversed, { status: 'REVERSED', reversedBy: document.documentNo, openValue: '0' });
}

/** Open values are written without sign, as the documents are. */
function settle(books: CompanyBooks, { documentNo, amount, discount, withheld = '0' }: Settlement): void {
  const document = books.documents.get(documentNo) as ErpDocument;
  const sign = document.docType === 'CRM' ? -1n : 1n;
  const { currencyCode } = document;
  document.openValue = amountText(minorUnits(document.openValue, currencyCode) - sign * sum([amount, discount, withheld].map((text) => minorUnits(text, currencyCode))), currencyCode);
}

function moveQuantities(books: CompanyBooks, effect: ErpDocument['quantities'][number]): void {
  const position = positionOf(books, effect.orderNo, effect.itemNo);
  books.positions.set(positionKey(effect.orderNo, effect.itemNo), {
    ...position,
    received: plus(position.received, exact(effect.received ?? '0')),
    invoiced: plus(position.invoiced, exact(effect.invoiced ?? '0')),
  });
}

function moveGrir(books: CompanyBooks, document: ErpDocument, line: ErpDocument['lines'][number]): void {
  const position = positionOf(books, line.orderNo ?? '', line.itemNo ?? '');
  books.positions.set(positionKey(line.orderNo ?? '', line.itemNo ?? ''), {
    ...position,
    grir: position.grir + minorUnits(line.amount, document.currencyCode),
    grirCompany: position.grirCompany + minorUnits(line.companyAmount, document.companyCurrency),
  });
}

function remember(index: Map<string, ErpDocument[]>, key: string | undefined, document: ErpDocument): void {
  if (key === undefined) return;
  const known = index.get(key) ?? [];
  if (!known.includes(document)) index.set(key, [...known, document]);
}

function positionKey(orderNo: string, itemNo: string): string {
  return `${orderNo}/${itemNo}`;
}

