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
  /** Of the case, which they made. Absent where nothing moved, and of steps that nothing can overtake. */
  revision?: number;
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
  /** Of a document that may be posted now: one more than the highest number of its key that is used up (A13). Absent: 1. */
  postingNumber?: number;
  duplicateOf?: string;
  /** What the ERP has of the document by now: a case that runs again knows it from here. */
  posted?: { key: string; reference: string };
  /** When the first reminder or escalation is due, if anything is awaited. */
  nextDeadline?: string;
  /** What was recorded is not what would be concluded now. */
  outdated?: boolean;
}

/** Something that the ERP is asked for. */
export interface ErpCommand extends CaseRef {
  /** Exceptions that the process shows: of a refusal that is open and not among them it never heard. Absent: nobody says. */
  heardOf?: string[];
}

export interface PostCommand extends ErpCommand {
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
  /** A credit had settled the document in full before it was posted or released (C4). */
  creditedBy?: string;
  nextDeadline?: string;
}

export interface ReverseCommand extends ErpCommand {
  postingKey: string;
  key: string;
  reason: string;
  /** The process goes on with people when the ERP refuses; absent: it is parked and asks again, as early versions are. */
  hearsRefusal?: true;
}

export interface ReverseAnswer extends Recorded {
  /** The ERP will not reverse it: the posting stands, and an exception has an owner. Absent: reversed. */
  outcome?: 'refused';
  nextDeadline?: string;
}

export interface ReleaseCommand extends ErpCommand {
  assessmentId: string;
  postingKey: string;
  key: string;
}

export type DecisionKind = 'decide' | 'resolveException' | 'correct' | 'withdraw';

export interface DecisionCommand extends CaseRef {
  kind: DecisionKind;
  decisionId: string;
  /** The ERP is being asked to post, reverse or release the document: nothing may take it away meanwhile. */
  effectUnderWay?: true;
}

export type DecisionAnswer =
  | ({ accepted: true; effect: DecisionEffect; reasonCode?: string; duplicateOf?: string } & Recorded)
  | { accepted: false; code: string; message: string };

export interface EventCommand extends CaseRef {
  eventId: string;
  /** The process waits for nothing else: a payment that the bank confirms ends the case at once. */
  mayEnd?: true;
}

export interface EventAnswer extends Recorded {
  /** Set when the event settles the case: the bank's record, or the credit note that closes it without a payment. */
  settledBy?: string;
  creditedBy?: string;
  /** The end is on record together with the event: nothing is left to close. */
  ended?: true;
  /** Money that the bank had booked came back: what was paid is open again. */
  cameBack?: true;
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

/** A message to the process of a case that was not let in; with what came of it where it may be let in later. */
export interface RefusedMessageCommand extends ParkCommand {
  args?: unknown[];
}

export interface EndCommand extends CaseRef {
  state: string;
  reference?: string;
}
