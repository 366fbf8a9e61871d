import type { CaseRef } from '../../activities/accounts-payable/commands.ts';
import type { InvoiceToPayInput, InvoiceToPayOutcome } from '../contracts/invoice-to-pay.ts';
import type { Mutex } from './decisions.ts';
import type { ProgressBoard } from './progress.ts';

/** One running invoice: what it was started with, what it shows, and what it has heard since it last looked. */
export interface InvoiceCase {
  input: InvoiceToPayInput;
  ref: CaseRef;
  board: ProgressBoard;
  mutex: Mutex;
  /** Steps at the ERP are tried where the process runs before they are queued. */
  triesAtOnce: boolean;
  /** An early version: see `keepingPostings`. */
  keepsPostings: boolean;
  /** An early version: see `heedlessOfEndings`. */
  heedsEndings: boolean;
  /** A person or an event changed the facts: look again. */
  changed: boolean;
  /** AP supplied a corrected version, which a posted document has to give way to. */
  corrected: boolean;
  resumed: boolean;
  /** It waits for the bank's word and for nothing else. */
  awaitsPayment: boolean;
  /** The bank said something of the payment, or somebody dealt with what it said. */
  paymentNews: boolean;
  /** When somebody has to have looked at a payment that failed. */
  paymentDeadline?: string;
  /** An effect outside is under way; decisions that would cross it have to wait. */
  effectUnderWay: boolean;
  /** The ERP will not reverse the posting; people decide how it goes on, even of a document that is about to end. */
  reversalRefused: boolean;
  /** Of its own postings; absent before the first, whose number the assessment says. */
  postingNumber?: number;
  posted?: { key: string; supplierId: string; reference: string };
  /** Decisions and events that it has heard. */
  known: Set<string>;
  ending?: InvoiceToPayOutcome;
  /** The ending was recorded together with the event that led to it. */
  endIsRecorded: boolean;
}
