import type { GoodsReceipt } from '../../domain/model/goods-receipt.ts';
import type { Money } from '../../domain/model/money.ts';
import type { PostedDocument, SupplierInvoiceCommand } from '../../domain/model/posting.ts';
import type { PurchaseOrder } from '../../domain/model/purchase-order.ts';
import type { Supplier } from '../../domain/model/supplier.ts';
import type { CallContext, Operation } from './definition.ts';

export type { CallContext } from './definition.ts';

/**
 * What Kontor asks of an ERP. Every call may throw a KontorError of the categories upstream-throttled,
 * upstream-unavailable or outcome-unknown (a send that got no answer); a refusal by the ERP's own rules is a value.
 * An adapter keeps no state, does not retry and logs no payload. An absent capability is an absent function.
 */
export interface ErpPort {
  /** Suppliers of the company that share any of the given marks; the caller decides which of them it is. */
  findSuppliers(query: SupplierQuery, context: CallContext): Promise<Supplier[]>;

  /** The suppliers with these ids as they are now; unknown ids are absent from the answer. */
  getSuppliers(entity: string, ids: string[], context: CallContext): Promise<Supplier[]>;

  /** The orders with these numbers; unknown numbers are absent from the answer. */
  getPurchaseOrders(entity: string, numbers: string[], context: CallContext): Promise<PurchaseOrder[]>;

  /** All receipts and returns of these orders. */
  getGoodsReceipts(entity: string, orderNumbers: string[], context: CallContext): Promise<GoodsReceipt[]>;

  /** The rate that the company's books use for a day; undefined when the ERP has none. Never assumed to be 1. */
  getExchangeRate?(query: RateQuery, context: CallContext): Promise<RateAnswer | undefined>;

  /** Posts once per call: two calls make two documents, so only `once` may call it. */
  postSupplierInvoice(command: SupplierInvoiceCommand, context: CallContext): Promise<PostingAnswer>;

  /** The document carrying our reference, if the ERP has one by now. */
  findByExternalReference(entity: string, externalReference: string, context: CallContext): Promise<PostedDocument | undefined>;

  /** Reverses a posted document; the answer names the reversal document. */
  reverseDocument(command: ReverseCommand, context: CallContext): Promise<PostingAnswer>;

  /** Lifts or sets the payment block of a posted document. */
  setPaymentBlock?(command: PaymentBlockCommand, context: CallContext): Promise<PostingAnswer>;

  /** Books a payment that the bank has confirmed, and clears the documents that it settles. Only `once` may call it. */
  bookPayment?(command: PaymentBookingCommand, context: CallContext): Promise<PostingAnswer>;

  /** Takes a booked payment back after the money was returned: what it settled is open again. */
  reversePayment?(command: ReverseCommand, context: CallContext): Promise<PostingAnswer>;

  /** Every payable of the company that is open in its books. A document whose amount cannot be read is told by its number, and spoils no other. */
  getOpenPayables?(entity: string, context: CallContext): Promise<OpenPayables>;

  /** Receipts and order changes after `cursor` (exclusive), oldest first; an absent cursor starts at the beginning. */
  changesSince(entity: string, cursor: string | undefined, context: CallContext): Promise<ErpChanges>;
}

/** Which functions of the port only ask and which ones change something at the ERP. */
export const erpOperations = {
  findSuppliers: 'read',
  getPurchaseOrders: 'read',
  getGoodsReceipts: 'read',
  getExchangeRate: 'read',
  postSupplierInvoice: 'effect',
  findByExternalReference: 'read',
  reverseDocument: 'effect',
  setPaymentBlock: 'effect',
  getSuppliers: 'read',
  bookPayment: 'effect',
  reversePayment: 'effect',
  getOpenPayables: 'read',
  changesSince: 'read',
} as const satisfies Record<keyof ErpPort, Operation>;

export interface SupplierQuery {
  entity: string;
  vatId?: string;
  taxNumber?: string;
  legalId?: string;
  externalIds?: string[];
  ibans?: string[];
  name?: string;
}

export interface RateQuery {
  entity: string;
  from: string;
  to: string;
  /** Business date. */
  date: string;
}

/** Units of `to` for one unit of `from`, as valid on `date`. */
export interface RateAnswer {
  from: string;
  to: string;
  rate: string;
  date: string;
}

export interface ReverseCommand {
  entity: string;
  documentNumber: string;
  externalReference: string;
  correlationId: string;
  reason: string;
}

export interface PaymentBlockCommand {
  entity: string;
  documentNumber: string;
  externalReference: string;
  blocked: boolean;
}

/** One transfer: amounts are what was paid, signed as the documents (credits negative); discounts were taken off, and what was withheld is owed to the tax office (T6). */
export interface PaymentBookingCommand {
  entity: string;
  externalReference: string;
  correlationId: string;
  supplierId: string;
  amount: Money;
  documents: { documentNumber: string; amount: Money; discount: Money; withheld: Money }[];
  bookedOn: string;
  /** The bank's reference of the entry that confirmed it. */
  bankReference: string;
}

export interface OpenPayables {
  documents: OpenDocument[];
  /** Numbers of open documents that are not among them, because what they are open for cannot be read. */
  unreadable: string[];
}

/** `open` is signed: negative for a credit. */
export interface OpenDocument {
  documentNumber: string;
  externalReference: string | undefined;
  open: Money;
  paymentBlocked: boolean;
}

/** A refusal is an answer: the ERP's own code and text become an exception case, never a retry. */
export type PostingAnswer =
  | { outcome: 'posted'; document: PostedDocument }
  | { outcome: 'refused'; code: string; message: string };

export interface ErpChange {
  /** Unique within the ERP; the inbox accepts each once. */
  id: string;
  kind: 'goods-receipt' | 'purchase-order';
  orderNumber: string;
  at: string;
}

export interface ErpChanges {
  changes: ErpChange[];
  /** Where entries stand that may concern us and cannot be read, without their content. The cursor passes them; a person is told. */
  unread: string[];
  /** Moves with every entry, also with those of kinds that concern nobody here; it stays where it is when there is nothing more. */
  cursor: string;
}
