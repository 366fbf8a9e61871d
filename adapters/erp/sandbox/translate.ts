import { KontorError } from '../../../domain/errors.ts';
import type { GoodsReceipt } from '../../../domain/model/goods-receipt.ts';
import type { Decimal, Money } from '../../../domain/model/money.ts';
import type { PostedDocument, PostingLine, SupplierInvoiceCommand } from '../../../domain/model/posting.ts';
import type { PurchaseOrder, PurchaseOrderLine } from '../../../domain/model/purchase-order.ts';
import type { Supplier } from '../../../domain/model/supplier.ts';
import { exact, toText } from '../../../domain/rules/decimal.ts';
import { CurrencyError, moneyFromDecimal, negateMoney, toDecimalText } from '../../../domain/rules/money.ts';
import type { ErpChange, ErpChanges, OpenDocument, OpenPayables, PaymentBookingCommand, SupplierQuery } from '../../ports/erp.ts';
import { changeKindSchema, changeSchema, documentSchema, type WireChanges, type WireDocument, type WireMovement, type WireOpenItem, type WireOrder, type WireVendor } from './wire.ts';

/** Canonical ↔ wire, without I/O. A status word that is not listed takes the careful meaning: never posted, never payable, never open. */

export function supplierQuery(query: SupplierQuery): [name: string, value: string][] {
  const marks: [string, string | undefined][] = [['vatRegNo', query.vatId], ['taxNo', query.taxNumber], ['registerNo', query.legalId], ['name', query.name]];
  const single = marks.filter((mark): mark is [string, string] => mark[1] !== undefined);
  const codes = (query.externalIds ?? []).map((code): [string, string] => ['partnerCode', code]);
  return [...single, ...codes, ...(query.ibans ?? []).map((iban): [string, string] => ['iban', iban])];
}

export function toSupplier(entity: string, vendor: WireVendor): Supplier {
  return {
    schemaVersion: 1,
    id: vendor.vendorNo,
    entity,
    name: vendor.legalName,
    aliases: vendor.searchNames,
    group: vendor.corporateGroup ?? vendor.vendorNo,
    vatId: vendor.vatRegNo,
    taxNumber: vendor.taxNo,
    legalId: vendor.registerNo,
    externalIds: vendor.partnerCodes,
    country: vendor.countryCode,
    currency: vendor.currencyCode,
    category: vendor.commodityGroup,
    risk: word({ A: 'low', B: 'medium', C: 'high' }, vendor.riskClass, 'high'),
    status: word({ ACT: 'active', BLK: 'blocked', INA: 'inactive' }, vendor.accountStatus, 'blocked'),
    paymentTermsDays: vendor.netDays,
    relations: vendor.partnerFunctions.flatMap(({ function: role, vendorNo }) => {
      const kind = word({ PAYEE: 'payee', FACTOR: 'factor', AFFIL: 'affiliate' }, role, undefined);
      return kind === undefined ? [] : [{ kind, supplierId: vendorNo }];
    }),
    defaultCoding: vendor.standardCoding && { account: vendor.standardCoding.glAccount, costCentre: vendor.standardCoding.costCenter },
    bankAccounts: vendor.banking.map((bank) => ({
      id: bank.bankKey,
      version: bank.revision,
      iban: bank.iban,
      account: bank.accountNo,
      routingNumber: bank.routingNo,
      bic: bank.swift,
      kind: word<'checking' | 'savings', undefined>({ CHK: 'checking', SAV: 'savings' }, bank.accountType ?? '', undefined),
      holder: bank.holder,
      country: bank.countryCode,
      status: word({ V: 'verified', U: 'unverified', H: 'on-hold', C: 'closed' }, bank.state, 'on-hold'),
      changedOn: bank.changedOn,
      changedBy: bank.changedBy,
    })),
  };
}

export function toPurchaseOrder(entity: string, order: WireOrder): PurchaseOrder {
  return {
    schemaVersion: 1,
    number: order.orderNo,
    entity,
    supplierId: order.vendorNo,
    currency: order.currencyCode,
    buyer: order.purchaser,
    requester: order.requisitioner,
    orderedOn: order.orderDate,
    status: word({ DRAFT: 'draft', REL: 'approved', CLSD: 'closed', CANC: 'cancelled' }, order.releaseState, 'draft'),
    plannedCharges: order.deliveryCosts.map((cost) => ({ code: cost.conditionType, amount: moneyFromDecimal(order.currencyCode, cost.value) })),
    lines: order.items.map((item) => toOrderLine(order.currencyCode, item)),
  };
}

function toOrderLine(currency: string, item: WireOrder['items'][number]): PurchaseOrderLine {
  return {
    id: item.itemNo,
    description: item.text,
    buyerItemId: item.buyerMaterial,
    sellerItemId: item.vendorMaterial,
    standardItemId: item.gtin,
    category: item.commodityGroup,
    kind: known({ STD: 'goods', SRV: 'service', LIM: 'limit', KON: 'consignment' }, item.itemCategory, 'item category'),
    matching: known({ '2W': 'two-way', '3W': 'three-way', '4W': 'four-way' }, item.verification, 'invoice verification'),
    quantity: item.orderedQty,
    unit: item.orderUnit,
    unitFactors: item.altUnits.map(({ unit, orderUnits }) => ({ unit, factor: orderUnits })),
    unitPrice: pricePerUnit(item.netPrice, item.pricePer),
    limit: item.valueLimit === undefined ? undefined : moneyFromDecimal(currency, item.valueLimit),
    taxRate: item.taxRate,
    account: item.glAccount,
    costCentre: item.costCenter,
    plant: item.plantCode,
    receiver: item.goodsRecipient,
    status: word({ OPEN: 'open', DONE: 'closed', CANC: 'cancelled' }, item.itemState, 'closed'),
    invoiced: item.billing.map(({ externalRef, qty, value }) => ({ externalReference: externalRef, quantity: qty, value: moneyFromDecimal(currency, value) })),
  };
}

/** Price units are powers of ten, so the price of one unit is exact. */
function pricePerUnit(netPrice: string, pricePer: string): Decimal {
  const price = exact(netPrice);
  return toText({ unscaled: price.unscaled, scale: price.scale + pricePer.length - 1 });
}

export function toGoodsReceipt(entity: string, movement: WireMovement): GoodsReceipt {
  const sign = known({ '101': '', '122': '-' }, movement.movementType, 'movement type');
  return {
    schemaVersion: 1,
    number: movement.documentNo,
    entity,
    orderNumber: movement.orderNo,
    orderLine: movement.itemNo,
    receivedOn: movement.postingDate,
    quantity: `${sign}${movement.qty}`,
    accepted: movement.acceptedQty,
    receiver: movement.postedBy,
  };
}

/** A credit memo is written in positive amounts and quantities there. */
export function toInvoiceBody(command: SupplierInvoiceCommand): object {
  const credit = command.class === 'credit-note';
  const value = (amount: SupplierInvoiceCommand['gross']): string => toDecimalText(credit ? negateMoney(amount) : amount);
  return {
    docType: credit ? 'CRM' : 'INV',
    externalRef: command.externalReference,
    traceRef: command.correlationId,
    vendorNo: command.supplierId,
    vendorInvoiceNo: command.supplierInvoiceNumber,
    documentDate: command.documentDate,
    postingDate: command.postingDate,
    netDueDate: command.dueDate,
    currencyCode: command.currency,
    items: command.lines.map((line) => ({
      itemType: itemTypes[line.kind],
      orderNo: line.orderNumber,
      itemNo: line.orderLine,
      qty: line.quantity === undefined ? undefined : credit ? negated(line.quantity) : line.quantity,
      glAccount: line.account,
      costCenter: line.costCentre,
      netValue: value(line.net),
      text: line.text,
    })),
    taxes: command.taxes.map((tax) => ({ taxCode: tax.category, rate: tax.rate, baseValue: value(tax.base), taxValue: value(tax.amount) })),
    grossValue: value(command.gross),
    payableValue: value(command.payable),
    payBlock: payBlockOf(command.paymentBlocked),
    payToBank: command.bankAccountId,
  };
}

const itemTypes = { order: 'PO', account: 'GL', charge: 'DC', 'small-difference': 'SD' } as const satisfies Record<PostingLine['kind'], string>;

export function payBlockOf(blocked: boolean): '' | 'R' {
  return blocked ? 'R' : '';
}

/** `undefined` = the ERP has it, but has not finished with it: neither posted nor absent. */
export function toPostedDocument(document: WireDocument, externalReference: string): PostedDocument | undefined {
  const status = word({ POSTED: 'posted', REVERSED: 'reversed' }, document.status, undefined);
  if (status === undefined) return undefined;
  const amount = (text: string) => {
    const value = moneyFromDecimal(document.currencyCode, text);
    return document.docType === 'CRM' ? negateMoney(value) : value;
  };
  return {
    documentNumber: document.documentNo,
    externalReference,
    postedOn: document.postingDate,
    status,
    gross: amount(document.grossValue),
    open: amount(document.openValue),
    paymentBlocked: document.payBlock !== '',
    reversedBy: document.reversedBy,
  };
}

export function toPaymentBody(command: PaymentBookingCommand): object {
  return {
    externalRef: command.externalReference,
    traceRef: command.correlationId,
    vendorNo: command.supplierId,
    postingDate: command.bookedOn,
    currencyCode: command.amount.currency,
    bankRef: command.bankReference,
    settles: command.documents.map(({ documentNumber, amount, discount, withheld }) => ({ documentNo: documentNumber, amount: toDecimalText(amount), discount: toDecimalText(discount), withheld: toDecimalText(withheld) })),
  };
}

export function toOpenPayables(items: readonly WireOpenItem[]): OpenPayables {
  const read = items.map((item) => ({ item, document: toOpenDocument(item) }));
  return {
    documents: read.flatMap(({ document }) => document ?? []),
    unreadable: read.flatMap(({ item, document }) => (document ? [] : [item.documentNo])),
  };
}

/** Undefined for a line that is no document, or whose amount is none in its currency. */
function toOpenDocument(item: WireOpenItem): OpenDocument | undefined {
  const { data: document } = documentSchema.safeParse(item);
  const open = document && amountIn(document.currencyCode, document.openValue);
  if (!document || !open) return undefined;
  return { documentNumber: document.documentNo, externalReference: document.externalRef, open: document.docType === 'CRM' ? negateMoney(open) : open, paymentBlocked: document.payBlock !== '' };
}

function amountIn(currency: string, text: Decimal): Money | undefined {
  try {
    return moneyFromDecimal(currency, text);
  } catch (error) {
    if (error instanceof RangeError || error instanceof CurrencyError) return undefined;
    throw error;
  }
}

/** Of several documents with one reference, the live one; it is the caller's duty that there is but one. */
export function liveDocument(documents: WireDocument[]): WireDocument | undefined {
  return documents.find((document) => document.status !== 'REVERSED') ?? documents.at(-1);
}

/** Kinds of changes that Kontor does not know concern nobody here, whatever they hold, but the cursor passes them. */
export function toChanges(company: string, page: WireChanges): ErpChanges {
  const changes: ErpChange[] = [];
  const unread: string[] = [];
  for (const [index, entry] of page.items.entries()) {
    const read = toChange(company, entry);
    if (read === undefined) continue;
    if ('field' in read) unread.push(`entry ${index + 1} of the page up to ${page.next}, field "${read.field}"`);
    else changes.push(read);
  }
  return { changes, unread, cursor: page.next };
}

function toChange(company: string, entry: unknown): ErpChange | { field: string } | undefined {
  const head = changeKindSchema.safeParse(entry);
  if (!head.success) return { field: 'type' };
  const kind = word({ GR: 'goods-receipt', PO: 'purchase-order' }, head.data.type, undefined);
  if (kind === undefined) return undefined;
  const read = changeSchema.safeParse(entry);
  if (!read.success) return { field: read.error.issues[0]?.path.join('.') ?? '' };
  const { seq, orderNo, at } = read.data;
  return { id: `${company}-${seq}`, kind, orderNumber: orderNo, at };
}

function negated(quantity: Decimal): Decimal {
  const value = exact(quantity);
  return toText({ unscaled: -value.unscaled, scale: value.scale });
}

function word<Meaning extends string, Careful>(meanings: Record<string, Meaning>, vendorWord: string, careful: Careful): Meaning | Careful {
  return Object.hasOwn(meanings, vendorWord) ? (meanings[vendorWord] as Meaning) : careful;
}

/** For words that decide what an object is and have no careful meaning: reading stops instead of guessing. */
function known<Meaning extends string>(meanings: Record<string, Meaning>, vendorWord: string, what: string): Meaning {
  const meaning = word(meanings, vendorWord, undefined);
  if (meaning === undefined) throw new KontorError('counterpart-unreadable', `the ERP uses a ${what} that this adapter does not know`);
  return meaning;
}
