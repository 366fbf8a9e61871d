import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Progress } from '../../domain/model/progress.ts';

/** Everything that others need in order to talk to `invoiceToPay`: names and shapes, no behaviour. Ids, codes and amounts only. */

export const invoiceToPayWorkflow = 'invoiceToPay';

/** First part of workflow ids and idempotency keys. */
export const invoiceToPayProcess = 'ap-invoice';

/** Declared in every progress; it rises with each change that a running process must not see. */
export const invoiceToPayVersion = 'invoice-to-pay/6';

/** Of the processes that were started before the version was part of what they are started with; they ask the ERP on its queue only. */
export const firstInvoiceToPayVersion = 'invoice-to-pay/1';

/** Of the processes that keep one history to the end; all later ones may go on in a new one. */
export const withOneHistory: ReadonlySet<string> = new Set([firstInvoiceToPayVersion, 'invoice-to-pay/2']);

/** Of the processes that reverse a corrected document only where they await its payment, and never one that turns out to be a duplicate. */
export const keepingPostings: ReadonlySet<string> = new Set([...withOneHistory, 'invoice-to-pay/3']);

/** Of the processes that go on with what they assessed although a decision that ends the document came in meanwhile. */
export const heedlessOfEndings: ReadonlySet<string> = new Set([...keepingPostings, 'invoice-to-pay/4']);

/** Of the processes that let nobody decide while news of a payment are parked, and whose parked step cannot be retried once they are to end. */
export const heldUpWhileParked: ReadonlySet<string> = new Set([...heedlessOfEndings, 'invoice-to-pay/5']);

export interface InvoiceToPayInput {
  entity: string;
  caseId: string;
  correlationId: string;
  receivedAt: string;
  /** The version that it was started as, which it keeps; absent: the first. */
  version?: string;
  /** The event that opened an ended case again: its money came back. */
  reopenedBy?: string;
  /** With it: what the case had come to show, so that the process does not begin as if nothing had been decided or posted. */
  shown?: Progress;
  /** With it: the events that earlier runs have heard; one of them that is delivered late is none of this run. */
  heard?: string[];
  /** With it: what the ERP has of it. */
  posted?: { key: string; supplierId: string; reference: string };
  /** Events after which it goes on in a new history at its next resting place; absent: when the server suggests it. */
  longestHistory?: number;
  /** Set when it goes on in a new history. */
  goesOn?: InvoicePosition;
}

/** Where a document stands when its process goes on in a new history; everything else is in the records and is assessed anew. */
export interface InvoicePosition {
  progress: Progress;
  /** Decisions and events that were heard. */
  heard: string[];
  /** Of its own postings; absent before the first. */
  postingNumber?: number;
  posted?: { key: string; supplierId: string; reference: string };
  paymentDeadline?: string;
  /** Who is asked has to be looked at again. */
  peopleChanged: boolean;
}

export type InvoiceToPayOutcome =
  | { state: 'paid'; settlement: 'bank-confirmed' | 'nothing-to-pay'; reference: string }
  | { state: 'credited'; reference: string }
  | { state: 'rejected'; reasonCode: string }
  | { state: 'duplicate'; of: string }
  | { state: 'withdrawn' };

/**
 * What the API says when a person has decided: the id of the decision row that it committed before.
 * The process loads that row, verifies its signed envelope and judges it; the rest only lets the validator answer early.
 */
export interface DecisionNotice {
  decisionId: string;
}

/** What the person hears at once. */
export interface DecisionReceipt {
  decisionId: string;
  /** What the process does next because of it. */
  effect: DecisionEffect;
}

export type DecisionEffect = 'recorded' | 'complete' | 'rejected' | 'withdrawn' | 'duplicate' | 'corrected' | 'resumed';

/** An event from outside that the inbox recorded; the process loads it by its id. */
export interface InboxNotice {
  eventId: string;
}

export const decide = defineUpdate<DecisionReceipt, [DecisionNotice]>('decide');
export const resolveException = defineUpdate<DecisionReceipt, [DecisionNotice]>('resolveException');
export const correct = defineUpdate<DecisionReceipt, [DecisionNotice]>('correct');
export const withdraw = defineUpdate<DecisionReceipt, [DecisionNotice]>('withdraw');

export const goodsReceived = defineSignal<[InboxNotice]>('goodsReceived');
export const paymentStatus = defineSignal<[InboxNotice]>('paymentStatus');

export const progressQuery = defineQuery<Progress>('progress');
