import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Progress } from '../../domain/model/progress.ts';
import type { DecisionNotice, DecisionReceipt } from './invoice-to-pay.ts';

/** Everything that others need in order to talk to `paymentRun`: names and shapes, no behaviour. */

export const paymentRunWorkflow = 'paymentRun';

/** First part of workflow ids and idempotency keys. */
export const paymentRunProcess = 'ap-payment-run';

/** Declared in every progress; it rises with each change that a running process must not see. */
export const paymentRunVersion = 'payment-run/3';

export interface PaymentRunInput {
  entity: string;
  /** The run's id, which is its case's. */
  caseId: string;
  correlationId: string;
  /** Only shows what would be paid. */
  dryRun: boolean;
  /** How large its steps are; absent: `usualPace`. */
  pace?: RunPace;
  /** Set when the run goes on in a new history. */
  goesOn?: RunPosition;
}

export interface RunPace {
  /** Payees that are screened in one step. */
  payees: number;
  /** A run whose history is longer goes on in a new one at its next resting place. */
  events: number;
}

/** What a run is given that is opened today: a worker that takes it over has replayed so many events within 200 ms. */
export const pacePerRun: RunPace = { payees: 100, events: 300 };
/** Of runs that were opened before each was given its pace. */
export const usualPace: RunPace = { payees: 100, events: 500 };

export const runStages = ['proposed', 'released', 'screened', 'filed', 'sent'] as const;
export type RunStage = (typeof runStages)[number];

/** Where a run stands when it goes on in a new history; everything else is in the records. */
export interface RunPosition {
  /** What lies behind it. */
  reached: RunStage[];
  released: boolean;
  /** The last payee that was screened. */
  screenedTo?: string;
  nextDeadline?: string;
  /** From then on the bank would not execute it on its day any more. */
  cutOffAt?: string;
  /** Decisions that it has heard: one that is brought again counts no second time. */
  heard?: string[];
  progress: Progress;
}

/**
 * Why a run has ended without paying: nothing was due, only shown what would be paid, nobody screened clear, everything taken out, cancelled by a person, not
 * released before the cut-off of its day, or rejected for a reason code.
 */
export type RunEndReason = 'nothing-due' | 'dry-run' | 'nothing-clear' | 'nothing-left' | 'cancelled' | 'cut-off-missed' | 'rejected' | `rejected ${string}`;

export type PaymentRunOutcome = { state: 'confirmed' } | { state: 'partly-returned' } | { state: 'rejected' } | { state: 'cancelled'; reason: RunEndReason };

/** The bank said something about payments of this run; what it said is in the records. */
export interface BankNotice {
  messageId: string;
}

export const decide = defineUpdate<DecisionReceipt, [DecisionNotice]>('decide');
export const release = defineUpdate<DecisionReceipt, [DecisionNotice]>('release');
export const removeItem = defineUpdate<DecisionReceipt, [DecisionNotice]>('removeItem');
export const cancel = defineUpdate<DecisionReceipt, [DecisionNotice]>('cancel');
export const resolveException = defineUpdate<DecisionReceipt, [DecisionNotice]>('resolveException');

export const bankStatus = defineSignal<[BankNotice]>('bankStatus');

export interface CompanyInput {
  entity: string;
}
