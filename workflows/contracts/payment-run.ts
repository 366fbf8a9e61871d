import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DecisionNotice, DecisionReceipt } from './invoice-to-pay.ts';

/** Everything that others need in order to talk to `paymentRun`: names and shapes, no behaviour. */

export const paymentRunWorkflow = 'paymentRun';

/** First part of workflow ids and idempotency keys. */
export const paymentRunProcess = 'ap-payment-run';

/** Declared in every progress; it rises with each change that a running process must not see. */
export const paymentRunVersion = 'payment-run/1';

export interface PaymentRunInput {
  entity: string;
  /** The run's id, which is its case's. */
  caseId: string;
  correlationId: string;
  /** Only shows what would be paid. */
  dryRun: boolean;
  /** Set when the run goes on in a new history: the file is with the bank. */
  sent?: boolean;
}

export type PaymentRunOutcome = { state: 'confirmed' } | { state: 'partly-returned' } | { state: 'rejected' } | { state: 'cancelled'; reason: string };

/** The bank said something about payments of this run; what it said is in the records. */
export interface BankNotice {
  messageId: string;
}

export const decide = defineUpdate<DecisionReceipt, [DecisionNotice]>('decide');
export const release = defineUpdate<DecisionReceipt, [DecisionNotice]>('release');
export const removeItem = defineUpdate<DecisionReceipt, [DecisionNotice]>('removeItem');
export const cancel = defineUpdate<DecisionReceipt, [DecisionNotice]>('cancel');

export const bankStatus = defineSignal<[BankNotice]>('bankStatus');

export interface CompanyInput {
  entity: string;
}
