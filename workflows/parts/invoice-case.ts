import type { CaseRef, DecisionKind } from '../../activities/accounts-payable/commands.ts';
import type { InvoiceToPayInput, InvoiceToPayOutcome } from '../contracts/invoice-to-pay.ts';
import type { Mutex, Refusal } from './decisions.ts';
import { isParked } from './parking.ts';
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
  /** An early version: see `heldUpWhileParked`. */
  heldUpWhileParked: boolean;
  /** News of payments are heard one after the other, in the order in which they came. */
  news: Mutex;
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

/** An effect is under way, or it is ending with a step that has parked. */
export function mayNotBeTakenBack({ effectUnderWay, ending, reversalRefused }: InvoiceCase): boolean {
  return effectUnderWay || (ending !== undefined && !reversalRefused);
}

const stepInProgress: Refusal = { code: 'step-in-progress', message: 'The ERP is being asked to post or reverse this document; decide again when it has answered.' };

/** Of a document that is ending, a parked step may be retried and a refused reversal dealt with; what the ERP is just being asked has an answer soon, and perhaps an owner. */
export function refusalOf(invoice: InvoiceCase, kind: DecisionKind): Refusal | undefined {
  const { ending, reversalRefused, heldUpWhileParked, effectUnderWay } = invoice;
  const resolves = kind === 'resolveException';
  if (ending && !(resolves && (reversalRefused || (!heldUpWhileParked && isParked(invoice))))) return resolves && effectUnderWay ? stepInProgress : { code: 'already-decided', message: `The document has ended as ${ending.state}.` };
  return effectUnderWay && !resolves ? stepInProgress : undefined;
}

/** What the ERP has just answered may be on record before the process has heard of it: whoever resolves that already is asked again a moment later. */
export function tooEarly(invoice: InvoiceCase, kind: DecisionKind): Refusal | undefined {
  return kind === 'resolveException' && invoice.effectUnderWay && !isParked(invoice) ? stepInProgress : undefined;
}
