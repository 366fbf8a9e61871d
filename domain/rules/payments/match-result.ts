import type { PlainDate } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import type { PaymentState } from './bank-status.ts';

export interface Confirmation {
  endToEndId: string;
  identity: string;
  amount: Money;
  bookedOn?: PlainDate;
  by: 'entry' | 'detail' | 'batch';
  /** `returned` where the return was told before the debit was booked. */
  state: Extract<PaymentState, 'confirmed' | 'returned'>;
}

export interface ReturnedPayment {
  endToEndId: string;
  /** Absent for a message about a return that is not booked yet (pacs.004). */
  identity?: string;
  amount: Money;
  reasonCode: string;
  reasonText?: string;
  bookedOn?: PlainDate;
}

export type ConfirmationCaseCode =
  | 'amount-differs'
  | 'paid-twice'
  | 'rejected-but-paid'
  | 'paid-without-release'
  | 'batch-unexplained'
  | 'details-differ'
  | 'return-amount-differs'
  | 'returned-twice'
  | 'return-of-rejected'
  | 'credit-unmarked'
  | 'batch-return-unexplained'
  | 'account-correction';

/** What a person has to look at; nothing was confirmed or returned by it. */
export interface ConfirmationCase {
  code: ConfirmationCaseCode;
  identity: string;
  endToEndId?: string;
  message: string;
  /** Payments of ours for which money may have left, though nothing was confirmed: their documents are not paid before somebody has looked. */
  hold?: readonly string[];
}

export type UnmatchedReason = 'not-booked' | 'not-ours' | 'no-reference' | 'unknown-end-to-end-id' | 'return-before-debit' | 'return-of-unknown';

/** Kept; money that came back is matched again when the debit of its payment is booked. `detail` counts the payments of a batch entry from 1. */
export interface UnmatchedEntry {
  identity: string;
  detail?: number;
  endToEndId?: string;
  reason: UnmatchedReason;
}

export interface MatchResult {
  confirmed: Confirmation[];
  returned: ReturnedPayment[];
  cases: ConfirmationCase[];
  unmatched: UnmatchedEntry[];
  /** Identities that had their effect before. */
  repeated: string[];
}
