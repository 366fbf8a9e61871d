import type { Invoice, InvoiceItem, Movement } from './vendor-model.ts';

/** One line of the double-entry journal. Debits are positive, credits negative; `companyAmount` is the same in company currency. */
export interface JournalLine {
  account: string;
  text: string;
  currencyCode: string;
  amount: string;
  companyAmount: string;
  costCenter?: string;
  orderNo?: string;
  itemNo?: string;
}

/** What a document does to the quantities of an order item: `received` is Qr, `invoiced` is Qp. */
export interface QuantityEffect {
  orderNo: string;
  itemNo: string;
  received?: string;
  invoiced?: string;
  invoicedValue?: string;
}

/** GR receipt, RT return, INV invoice, CRM credit memo, PAY outgoing payment, REV reversal, PRC revaluation after a price change. */
export type DocumentType = 'GR' | 'RT' | 'INV' | 'CRM' | 'PAY' | 'REV' | 'PRC';

/** What a payment takes off a document: positive for an invoice, negative for a credit memo. */
export interface Settlement {
  documentNo: string;
  amount: string;
  discount: string;
  /** Owed to the tax office instead; absent in books of older versions. */
  withheld?: string;
}

/** A posted document. Its lines balance per currency and in company currency; only `status`, `payBlock` and `reversedBy` ever change. */
export interface ErpDocument {
  documentNo: string;
  companyCode: string;
  docType: DocumentType;
  status: 'POSTED' | 'REVERSED';
  enteredAt: string;
  postingDate: string;
  documentDate: string;
  currencyCode: string;
  companyCurrency: string;
  externalRef?: string;
  traceRef?: string;
  vendorNo: string;
  vendorInvoiceNo?: string;
  netDueDate?: string;
  grossValue: string;
  payableValue: string;
  openValue: string;
  payBlock: '' | 'R';
  payToBank?: string;
  items: InvoiceItem[];
  taxes: Invoice['taxes'];
  movement?: Movement;
  /** Of a payment and of its reversal. */
  settles?: Settlement[];
  reverses?: string;
  reversedBy?: string;
  reason?: string;
  quantities: QuantityEffect[];
  lines: JournalLine[];
  /** Later changes that carried a reference of their own (payment block). */
  amendments: { externalRef?: string; traceRef?: string; payBlock: '' | 'R'; at: string }[];
}
