import type { Money } from '../../domain/model/money.ts';
import type { Transition } from '../../domain/model/transition.ts';
import type { DecisionEffect } from '../../workflows/contracts/invoice-to-pay.ts';

/**
 * What passes between `invoiceToPay` and its activities. Histories are readable by operators, so commands and answers
 * carry ids, codes, amounts and role names only; documents, names and accounts stay in the database.
 */

export interface CaseRef {
  entity: string;
  caseId: string;
  correlationId: string;
}

/** Every answer carries the transitions that were recorded, for the workflow to apply to what it shows. */
export interface Recorded {
  transitions: Transition[];
}

export type Disposition = 'duplicate' | 'exception' | 'awaiting-receipt' | 'needs-approval' | 'ready-to-post' | 'ready-to-release' | 'posted';

export interface AssessmentAnswer extends Recorded {
  disposition: Disposition;
  assessmentId: string;
  /** Parts of the posting key, and what operators see. */
  supplierId: string;
  documentNumber: string;
  class: 'invoice' | 'credit-note';
  payable: Money;
  duplicateOf?: string;
  /** What the ERP has of the document by now: a case that runs again knows it from here. */
  posted?: { key: string; reference: string };
  /** When the first reminder or escalation is due, if anything is awaited. */
  nextDeadline?: string;
}

export interface PostCommand extends CaseRef {
  assessmentId: string;
  key: string;
  /** How often it was tried elsewhere before; each may have reached the ERP. */
  triedBefore?: number;
}

export interface PostAnswer extends Recorded {
  /** `stale`: the assessment is no longer the current one (M19), nothing was sent. */
  outcome: 'posted' | 'refused' | 'stale';
  reference?: string;
  /** Policy: posted blocked for payment; an approval or a receipt is still awaited before it is released. */
  blockOutstanding?: boolean;
  nextDeadline?: string;
}

export interface ReverseCommand extends CaseRef {
  postingKey: string;
  key: string;
  reason: string;
}

export interface ReleaseCommand extends CaseRef {
  assessmentId: string;
  postingKey: string;
  key: string;
}

export type DecisionKind = 'decide' | 'resolveException' | 'correct' | 'withdraw';

export interface DecisionCommand extends CaseRef {
  kind: DecisionKind;
  decisionId: string;
}

export type DecisionAnswer =
  | ({ accepted: true; effect: DecisionEffect; reasonCode?: string; duplicateOf?: string } & Recorded)
  | { accepted: false; code: string; message: string };

export interface EventCommand extends CaseRef {
  eventId: string;
}

export interface EventAnswer extends Recorded {
  /** Set when the event settles the case: the bank's record, or the credit note that closes it without a payment. */
  settledBy?: string;
  creditedBy?: string;
  /** When somebody has to have looked at a payment that failed. */
  nextDeadline?: string;
}

export interface EscalationAnswer extends Recorded {
  nextDeadline?: string;
}

export interface ParkCommand extends CaseRef {
  step: string;
  code: string;
  message: string;
}

export interface EndCommand extends CaseRef {
  state: string;
  reference?: string;
}
