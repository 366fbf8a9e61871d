import type { PlainDate } from '../../model/dates.ts';

/**
 * What the matcher knows. Amounts are integers of one smallest unit per currency (`unitDigits` says how many decimals);
 * integers up to 2^53 add exactly and are the only arithmetic used here. Ids are labels: nothing but output depends on them.
 */
export interface ItemFact {
  id: string;
  customer: string;
  /** Legal entity that owns the receivable; one payment settles items of one entity only (CA-2). */
  entity: string;
  currency: string;
  /** Open amount in units; negative for a credit note. */
  amount: number;
  documentDate: PlainDate;
  dueDate: PlainDate;
  numbers: readonly ItemNumber[];
  terms?: DiscountTerms;
}

export interface ItemNumber {
  /** What the field is called towards people, e.g. `billing number`. */
  field: string;
  text: string;
}

/** Cash discount a customer may take when paying by a date. */
export interface DiscountTerms {
  /** Units that may be deducted. */
  amount: number;
  until: PlainDate;
}

/** A number that is known but not open: paid earlier, cancelled, or another company's. */
export interface ClosedNumber {
  text: string;
  field: string;
  /** Owner of the closed item, when known; a foreign number has none. */
  customer?: string;
}

export interface CustomerFact {
  id: string;
  name: string;
  aliases?: readonly string[];
}

/** An approved relation: `payer` may pay items of `customer` (CA-13). */
export interface PayerRelation {
  payer: string;
  customer: string;
}

/** An account that a person confirmed for a customer; confirmed uses count like payments under the true name. */
export interface ConfirmedAccount {
  account: string;
  customer: string;
  uses: number;
}

export interface PaymentFact {
  id: string;
  payerName: string;
  account: string;
  memo: string;
  currency: string;
  amount: number;
  date: PlainDate;
  /** Bank charges that the statement says were taken from the amount, in units. */
  charges?: number;
  /** Amount the payer ordered in the items' currency, with the rate that the bank states (CA-12). */
  instructed?: { currency: string; amount: number; rate: string };
  /** References that need no reading: RF, end-to-end id, EDI 820 or camt structured remittance. */
  references?: readonly StructuredReference[];
}

export interface StructuredReference {
  kind: 'creditor-reference' | 'end-to-end' | 'remittance-line';
  text: string;
  /** Units paid for this document by its remittance line. */
  amount?: number;
}
