import { Refusal } from '../shared/http.ts';
import { amountText, chart, currenciesOn, journalLines, minorUnits, nextNumber, readAmount, sum, type DraftLine } from './books.ts';
import type { ErpDocument, Settlement } from './documents.ts';
import { invoiceDocument } from './invoices.ts';
import type { CompanyBooks, ErpFact } from './state.ts';
import type { OutgoingPayment } from './vendor-model.ts';

/**
 * Books an outgoing payment: Dr payables for each document that it settles (credit memos with the opposite sign), Cr discount,
 * Cr withholding tax, Cr bank. As with invoices the external reference is kept and never compared.
 */
export function postPayment(books: CompanyBooks, payment: OutgoingPayment, enteredAt: string): ErpFact {
  const currencies = currenciesOn(books.company, payment.currencyCode, payment.postingDate);
  const settles = payment.settles.map((settled) => settlementOf(books, payment.currencyCode, settled));
  return { kind: 'document', document: paymentDocument(books, { ...payment, docType: 'PAY', documentNo: nextNumber(books, 'PAY'), enteredAt, settles, lines: journalLines(entry(settles, payment.currencyCode), currencies) }) };
}

/** The money came back: what the payment settled is open again. */
export function reversePayment(books: CompanyBooks, documentNo: string, marks: Pick<ErpDocument, 'externalRef' | 'traceRef' | 'reason'>, enteredAt: string): ErpFact {
  const original = books.documents.get(documentNo);
  if (original?.docType !== 'PAY') throw new Refusal(404, 'DOC-UNKNOWN', `there is no payment document ${documentNo}`);
  if (original.status === 'REVERSED') throw new Refusal(409, 'ALREADY-REVERSED', `document ${documentNo} was reversed by ${original.reversedBy}`);
  const { currencyCode } = original;
  const settles = (original.settles ?? []).map((settled) => ({ ...settled, amount: negated(settled.amount, currencyCode), discount: negated(settled.discount, currencyCode), withheld: negated(settled.withheld ?? '0', currencyCode) }));
  const lines = journalLines(entry(settles, currencyCode), currenciesOn(books.company, currencyCode, original.postingDate));
  return { kind: 'document', document: { ...paymentDocument(books, { ...original, ...marks, docType: 'REV', documentNo: nextNumber(books, 'REV'), enteredAt, settles, lines }), reverses: documentNo, postingDate: enteredAt.slice(0, 10) } };
}

/** Every posted document that still has something open. */
export function openItems(books: CompanyBooks): ErpDocument[] {
  return [...books.documents.values()].filter(({ docType, status, openValue, currencyCode }) => (docType === 'INV' || docType === 'CRM') && status === 'POSTED' && minorUnits(openValue, currencyCode) !== 0n);
}

function settlementOf(books: CompanyBooks, currencyCode: string, { documentNo, amount, discount, withheld }: OutgoingPayment['settles'][number]): Settlement {
  const document = invoiceDocument(books, documentNo);
  if (document.status === 'REVERSED') throw new Refusal(409, 'ALREADY-REVERSED', `document ${documentNo} was reversed by ${document.reversedBy}`);
  if (document.currencyCode !== currencyCode) throw new Refusal(422, 'CURRENCY', `document ${documentNo} is in ${document.currencyCode}`);
  const settled = readAmount('settles.amount', amount, currencyCode) + readAmount('settles.discount', discount, currencyCode) + readAmount('settles.withheld', withheld, currencyCode);
  const open = (document.docType === 'CRM' ? -1n : 1n) * minorUnits(document.openValue, currencyCode);
  if (settled === 0n || (open > 0n ? settled < 0n || settled > open : settled > 0n || settled < open))
    throw new Refusal(422, 'NOT-OPEN', `document ${documentNo} has ${amountText(open, currencyCode)} open, not ${amountText(settled, currencyCode)}`);
  return { documentNo, amount, discount, withheld };
}

function entry(settles: Settlement[], currencyCode: string): DraftLine[] {
  const minor = (text: string) => minorUnits(text, currencyCode);
  const paid = sum(settles.map(({ amount }) => minor(amount)));
  const taken = sum(settles.map(({ discount }) => minor(discount)));
  const kept = sum(settles.map(({ withheld = '0' }) => minor(withheld)));
  return [
    { account: chart.payables, text: 'payable settled', minor: paid + taken + kept },
    { account: chart.bank, text: 'bank', minor: -paid },
    { account: chart.cashDiscount, text: 'cash discount', minor: -taken },
    { account: chart.withholdingTax, text: 'tax withheld', minor: -kept },
  ];
}

function paymentDocument(books: CompanyBooks, payment: Pick<ErpDocument, 'docType' | 'documentNo' | 'enteredAt' | 'lines' | 'postingDate' | 'currencyCode' | 'externalRef' | 'traceRef' | 'vendorNo' | 'reason'> & { settles: Settlement[] }): ErpDocument {
  const paid = amountText(sum(payment.settles.map(({ amount }) => minorUnits(amount, payment.currencyCode))), payment.currencyCode);
  const { docType, documentNo, enteredAt, lines, postingDate, currencyCode, externalRef, traceRef, vendorNo, settles, reason } = payment;
  return {
    docType, documentNo, enteredAt, lines, postingDate, currencyCode, externalRef, traceRef, vendorNo, settles, reason,
    companyCode: books.company.companyCode, companyCurrency: books.company.currencyCode, status: 'POSTED', documentDate: postingDate,
    grossValue: paid, payableValue: paid, openValue: '0', payBlock: '', items: [], taxes: [], quantities: [], amendments: [],
  };
}

function negated(text: string, currencyCode: string): string {
  return amountText(-minorUnits(text, currencyCode), currencyCode);
}
