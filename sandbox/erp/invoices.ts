import { exact, plus, toText } from '../../domain/rules/decimal.ts';
import { isCurrency } from '../../domain/rules/money.ts';
import { Refusal } from '../shared/http.ts';
import { amountText, chart, currenciesOn, grirMovement, isValued, journalLines, nextNumber, readAmount, sum, type Currencies, type DraftLine } from './books.ts';
import type { ErpDocument, QuantityEffect } from './documents.ts';
import { orderItemOf } from './movements.ts';
import { positionOf, type CompanyBooks, type ErpFact, type ItemPosition } from './state.ts';
import type { Invoice, InvoiceItem } from './vendor-model.ts';

/**
 * Posts a supplier invoice or credit memo: Dr GR/IR at receipt value, accounts and tax, the variance to price differences,
 * the rate's effect to exchange differences, Cr payable (G1). The external reference is kept and never compared: a second
 * post of the same makes a second document, as with the real ones.
 */
export function postInvoice(books: CompanyBooks, invoice: Invoice, enteredAt: string): ErpFact {
  if (!isCurrency(invoice.currencyCode)) throw new Refusal(422, 'CURRENCY', `there is no currency ${invoice.currencyCode}`);
  refuseVendor(books, invoice.vendorNo);
  for (const item of invoice.items) if (item.itemType === 'PO') refuseBilling(books, invoice, item);
  const sign = invoice.docType === 'CRM' ? -1n : 1n;
  const currencies = currenciesOn(books.company, invoice.currencyCode, invoice.postingDate);
  const entry = invoiceEntry(books, invoice, sign, currencies);
  const document: ErpDocument = {
    ...invoice,
    documentNo: nextNumber(books, invoice.docType),
    companyCode: books.company.companyCode,
    status: 'POSTED',
    enteredAt,
    companyCurrency: currencies.company,
    openValue: invoice.payableValue,
    quantities: entry.quantities,
    lines: journalLines(entry.drafts, currencies),
    amendments: [],
  };
  return { kind: 'document', document };
}

/** Posts the opposite at the rate of the original; GR/IR takes the value it has today, the rest falls to price differences. */
export function reverseInvoice(books: CompanyBooks, documentNo: string, marks: Pick<ErpDocument, 'externalRef' | 'traceRef' | 'reason'>, enteredAt: string): ErpFact {
  const original = invoiceDocument(books, documentNo);
  if (original.status === 'REVERSED') throw new Refusal(409, 'ALREADY-REVERSED', `document ${documentNo} was reversed by ${original.reversedBy}`);
  if (original.openValue !== original.payableValue) throw new Refusal(422, 'PAID', `document ${documentNo} has payments; reverse them first`);
  const opposite = original.docType === 'CRM' ? 1n : -1n;
  const currencies = currenciesOn(books.company, original.currencyCode, original.postingDate);
  const entry = invoiceEntry(books, original, opposite, currencies);
  const document: ErpDocument = {
    ...original,
    ...marks,
    documentNo: nextNumber(books, 'REV'),
    docType: 'REV',
    enteredAt,
    postingDate: enteredAt.slice(0, 10),
    grossValue: signed(original.grossValue, opposite, original.currencyCode),
    payableValue: signed(original.payableValue, opposite, original.currencyCode),
    openValue: '0',
    payBlock: '',
    reverses: documentNo,
    quantities: entry.quantities,
    lines: journalLines(entry.drafts, currencies),
    amendments: [],
  };
  return { kind: 'document', document };
}

export function setPayBlock(books: CompanyBooks, documentNo: string, change: { payBlock: '' | 'R'; externalRef?: string; traceRef?: string }): ErpFact {
  const document = invoiceDocument(books, documentNo);
  if (document.status === 'REVERSED') throw new Refusal(409, 'ALREADY-REVERSED', `document ${documentNo} was reversed by ${document.reversedBy}`);
  return { kind: 'pay-block', companyCode: books.company.companyCode, documentNo, ...change };
}

export function invoiceDocument(books: CompanyBooks, documentNo: string): ErpDocument {
  const document = books.documents.get(documentNo);
  if (document?.docType !== 'INV' && document?.docType !== 'CRM') throw new Refusal(404, 'DOC-UNKNOWN', `there is no invoice document ${documentNo}`);
  return document;
}

function refuseVendor(books: CompanyBooks, vendorNo: string): void {
  const vendor = books.vendors.get(vendorNo);
  if (!vendor) throw new Refusal(422, 'VENDOR-UNKNOWN', `company ${books.company.companyCode} has no vendor ${vendorNo}`);
  if (vendor.accountStatus !== 'ACT') throw new Refusal(422, 'VENDOR-STATUS', `vendor ${vendorNo} is ${vendor.accountStatus}`);
}

function refuseBilling(books: CompanyBooks, invoice: Invoice, billed: InvoiceItem): void {
  const { order, item } = orderItemOf(books, billed.orderNo, billed.itemNo);
  if (order.releaseState === 'DRAFT' || order.releaseState === 'CANC') throw new Refusal(422, 'ORDER-STATE', `order ${order.orderNo} is ${order.releaseState}`);
  if (item.itemState === 'CANC') throw new Refusal(422, 'ITEM-STATE', `item ${billed.itemNo} of order ${order.orderNo} is cancelled`);
  if (item.itemCategory === 'KON') throw new Refusal(422, 'CONSIGNMENT', `item ${billed.itemNo} of order ${order.orderNo} is consignment; it is settled, not invoiced`);
  if (order.currencyCode !== invoice.currencyCode) throw new Refusal(422, 'ORDER-CURRENCY', `order ${order.orderNo} is in ${order.currencyCode}`);
  const partners = books.vendors.get(order.vendorNo)?.partnerFunctions.map((partner) => partner.vendorNo) ?? [];
  if (order.vendorNo !== invoice.vendorNo && !partners.includes(invoice.vendorNo)) throw new Refusal(422, 'ORDER-VENDOR', `order ${order.orderNo} was placed with another vendor`);
  const [quantity, value] = [billed.qty ?? '0', billed.netValue];
  if (quantity.startsWith('-') !== value.startsWith('-') && /[1-9]/.test(quantity) && /[1-9]/.test(value)) throw new Refusal(422, 'SIGN', `item ${billed.itemNo}: quantity and value have opposite signs`);
}

type Amounts = Pick<Invoice, 'currencyCode' | 'items' | 'taxes' | 'grossValue' | 'payableValue'>;

interface Entry {
  drafts: DraftLine[];
  quantities: QuantityEffect[];
}

function invoiceEntry(books: CompanyBooks, invoice: Amounts, sign: bigint, currencies: Currencies): Entry {
  const amount = (field: string, text: string): bigint => sign * readAmount(field, text, invoice.currencyCode);
  const [gross, payable] = [amount('grossValue', invoice.grossValue), amount('payableValue', invoice.payableValue)];
  const taxes = invoice.taxes.map((tax) => ({ account: chart.inputTax, text: `input tax ${tax.taxCode}`, minor: amount('taxes.taxValue', tax.taxValue) }));
  const items = itemEntries(books, invoice, sign, currencies);
  const net = sum(items.drafts.map((draft) => draft.minor));
  if (net + sum(taxes.map((tax) => tax.minor)) !== gross) throw new Refusal(422, 'BALANCE', 'items and taxes do not add up to the gross value');
  const settlement = [
    { account: chart.payables, text: 'payable', minor: -payable },
    { account: chart.advances, text: 'prepaid or rounded', minor: payable - gross },
  ];
  return { drafts: [...items.drafts, ...taxes, ...settlement], quantities: items.quantities };
}

function itemEntries(books: CompanyBooks, invoice: Amounts, sign: bigint, currencies: Currencies): Entry {
  const entry: Entry = { drafts: [], quantities: [] };
  // Two items of one invoice may bill the same order item: the second continues where the first has left it.
  const moved = new Map<string, ItemPosition>();
  for (const item of invoice.items) {
    const minor = sign * readAmount('items.netValue', item.netValue, invoice.currencyCode);
    if (item.itemType !== 'PO') {
      entry.drafts.push(accountLine(books, item, minor));
      continue;
    }
    const { drafts, effect } = orderEntry(books, invoice, item, { minor, sign, currencies, moved });
    entry.drafts.push(...drafts);
    entry.quantities.push(effect);
  }
  return entry;
}

/** Delivery costs that were planned with the order clear what its receipt accrued (G4); everything else goes where it was coded. */
function accountLine(books: CompanyBooks, item: InvoiceItem, minor: bigint): DraftLine {
  const planned = item.itemType === 'DC' && (books.orders.get(item.orderNo ?? '')?.deliveryCosts.length ?? 0) > 0;
  return { account: planned ? books.company.freightClearing : item.glAccount, text: item.text ?? item.itemType, minor, costCenter: item.costCenter, orderNo: item.orderNo };
}

interface Billing {
  minor: bigint;
  sign: bigint;
  currencies: Currencies;
  moved: Map<string, ItemPosition>;
}

function orderEntry(books: CompanyBooks, invoice: Amounts, billed: InvoiceItem, { minor, sign, currencies, moved }: Billing): { drafts: DraftLine[]; effect: QuantityEffect } {
  const { order, item } = orderItemOf(books, billed.orderNo, billed.itemNo);
  const place = { orderNo: order.orderNo, itemNo: item.itemNo };
  const invoiced = billed.qty === undefined ? undefined : signedQuantity(billed.qty, sign);
  const effect = { ...place, invoiced, invoicedValue: amountText(minor, invoice.currencyCode) };
  if (!isValued(item)) return { drafts: [{ account: item.glAccount, text: item.text, minor, costCenter: item.costCenter, ...place }], effect };

  const key = `${order.orderNo}/${item.itemNo}`;
  const before = moved.get(key) ?? positionOf(books, order.orderNo, item.itemNo);
  const after = { ...before, invoiced: plus(before.invoiced, exact(invoiced ?? '0')) };
  const cleared = grirMovement(item, before, after, currencies);
  moved.set(key, { ...after, grir: before.grir + cleared.minor, grirCompany: before.grirCompany + cleared.companyMinor });
  const drafts = [
    { account: chart.grir, text: 'GR/IR clearing', ...cleared, ...place },
    { account: chart.priceDifference, text: 'price difference', minor: minor - cleared.minor, ...place },
  ];
  return { drafts, effect };
}

function signedQuantity(quantity: string, sign: bigint): string {
  const value = exact(quantity);
  return toText({ unscaled: sign * value.unscaled, scale: value.scale });
}

function signed(amount: string, sign: bigint, currencyCode: string): string {
  return amountText(sign * readAmount('amount', amount, currencyCode), currencyCode);
}
