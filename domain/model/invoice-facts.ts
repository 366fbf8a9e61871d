import type { TotalsFinding } from '../rules/invoice/totals.ts';
import type { AccountsPayablePolicies, ApprovalPolicy, CalendarPolicy, Versioned } from '../policy/index.ts';
import type { Instant, PlainDate } from './dates.ts';
import type { Override } from './finding.ts';
import type { GoodsReceipt } from './goods-receipt.ts';
import type { Invoice, InvoiceClass } from './invoice.ts';
import type { LegalEntity } from './legal-entity.ts';
import type { Decimal, Money } from './money.ts';
import type { Delegation, Person } from './person.ts';
import type { PurchaseOrder } from './purchase-order.ts';
import type { Supplier } from './supplier.ts';

/**
 * Everything that `assessInvoice` looks at, read in one transaction. The order of the lists does not matter.
 * The rules read no clock and no directory of their own: what is not in here does not count.
 */
export interface InvoiceFacts {
  caseId: string;
  entity: LegalEntity;
  invoice: Invoice;
  documentHash: string;
  /** Person who entered the document; absent for mail, EDI and folders. */
  submittedBy?: string;
  receivedOn: PlainDate;
  /** Business date of the company and the instant it was read at. */
  today: PlainDate;
  now: Instant;
  /** Suppliers of the company that share any mark with the seller or the payee, and the factors related to them. */
  supplierCandidates: Supplier[];
  /** The orders named by the document, its lines or a correction. */
  orders: PurchaseOrder[];
  /** All receipts and returns of those orders. */
  receipts: GoodsReceipt[];
  /** All live reservations of those orders' lines, this case's own included. */
  reservations: Reservation[];
  /** The ERP holds a posting of this document that stands: nothing but a person's decision takes it back. */
  postingStands?: true;
  /** Cases of the same company that could be the same document or that it refers to as preceding; any state, this case excluded. */
  duplicateCandidates: DuplicateCandidate[];
  overrides: Override[];
  corrections: Corrections;
  /** Invoices without an order of the same supplier received in the last days, this case excluded (A12). */
  recentInvoices: RecentInvoice[];
  /** The company's people, for the persons of a route; an empty list sends every step to the fallback queue. */
  people: Person[];
  delegations: Delegation[];
  /** In force now, but for `approval`: that is the version which this version of the document was first routed by (A9). */
  policies: AccountsPayablePolicies;
  /** The approval policy in force now, where routing is bound to another one (A9). */
  approvalInForce?: Versioned<ApprovalPolicy>;
  calendar: Versioned<CalendarPolicy>;
  /** From the document's to the company's currency at invoice date; absent: an exception, never 1.0 (F5). */
  rate?: ExchangeRate;
  /** First day of the first open period; absent: the period of the service date is open (G3). */
  openFrom?: PlainDate;
  /** Names of attachments that were quarantined at intake. */
  quarantined: string[];
  /** What the verification of the sender's totals found (F1). */
  totals: TotalsFinding[];
}

/** A part of an order line that a case has taken (M9). It ends only by release or confirmed reversal. */
export interface Reservation {
  caseId: string;
  orderNumber: string;
  orderLine: string;
  quantity: Decimal;
  value: Money;
  state: 'pending' | 'posted';
  /** Our key with the ERP, once it was sent. */
  externalReference?: string;
}

export type CaseState = 'pending' | 'parked' | 'posted' | 'paid' | 'credited' | 'cancelled' | 'rejected' | 'duplicate' | 'withdrawn';

/** Another document of the company, as the comparison needs it (D1, D4–D9). */
export interface DuplicateCandidate {
  caseId: string;
  state: CaseState;
  /** D11: false where it was found to be the repeat of another one itself, or its number was given up. */
  holdsNumber?: boolean;
  /** What a decision that counts already will end it as, without effect, while its process has yet to come to that end (D9). */
  endsAs?: 'rejected' | 'withdrawn' | 'duplicate';
  class: InvoiceClass;
  typeCode: string;
  number: string;
  k1: string;
  k2: string;
  issueDate: PlainDate;
  currency: string;
  /** As the document states it, sign of the document. */
  gross: Money;
  net?: Money;
  documentHash: string;
  /** Numbers of the documents that it refers to as preceding. */
  preceding: string[];
  sellerName: string;
  supplierId?: string;
  supplierGroup?: string;
  vatId?: string;
  /** IBANs or account numbers of its supplier's record; where the supplier is unknown, of the document (D6). */
  accounts: string[];
  /** Σ credits against it so far, positive, of cases that are not rejected (C2). */
  credited?: Money;
  /** Still to be paid, as far as we know (C4). */
  open?: Money;
}

export interface RecentInvoice {
  caseId: string;
  receivedOn: PlainDate;
  requester?: string;
  /** A1 amount in the company currency. */
  amountForAuthority: Money;
}

export interface ExchangeRate {
  from: string;
  to: string;
  /** Units of `to` for one unit of `from`. */
  rate: Decimal;
  date: PlainDate;
}

/** What people corrected about our side of the document. The sender's amounts are never corrected (F1). */
export interface Corrections {
  supplierId?: string;
  bankAccountId?: string;
  dueDate?: PlainDate;
  serviceDate?: PlainDate;
  requester?: string;
  creditKind?: 'price' | 'quantity' | 'goodwill';
  /** Case of the credited invoice. */
  creditOf?: string;
  lines: LineCorrection[];
  /** Persons who made any of these: coders for the separation of duties (A5). */
  by: string[];
}

export interface LineCorrection {
  line: string;
  orderNumber?: string;
  orderLine?: string;
  /** The line belongs to no order although the document or its head names one. */
  withoutOrder?: boolean;
  account?: string;
  costCentre?: string;
}
