import type { BookingPlace } from '../../db/repositories/payments.ts';
import type { RunEndReason } from '../../workflows/contracts/payment-run.ts';
import type { Recorded } from '../accounts-payable/commands.ts';

/**
 * What passes between payment processes and their activities: ids, codes and amounts only. A run is a case: `caseId` is its id.
 */
export interface RunRef {
  entity: string;
  caseId: string;
  correlationId: string;
}

export interface ProposalAnswer extends Recorded {
  /** `empty`: nothing is due; the excluded items say why. */
  outcome: 'proposed' | 'empty';
  contentHash: string;
  nextDeadline?: string;
  /** Until then people can release it: the cut-off of the day on which the bank is to execute it (P11). Absent where nothing is to be released. */
  cutOffAt?: string;
}

export type RunDecisionKind = 'decide' | 'release' | 'removeItem' | 'cancel' | 'resolveException';

export interface RunDecisionCommand extends RunRef {
  kind: RunDecisionKind;
  decisionId: string;
}

/** One page of payees, in the order of their supplier ids. */
export interface ScreeningCommand extends RunRef {
  /** The last payee of the page before. */
  after?: string;
  limit: number;
}

export interface ScreenedPage {
  /** The last payee of this page; absent when nobody is left to be asked about. */
  screenedTo?: string;
}

export interface ScreeningAnswer extends Recorded {
  /** Payments that may go. */
  clear: number;
}

export interface FileAnswer extends Recorded {
  messageId: string;
  transfers: number;
}

export interface SendCommand extends RunRef {
  key: string;
}

export interface SendAnswer extends Recorded {
  outcome: 'sent' | 'refused';
}

/** `shown`: the stage that the process shows. Absent: nobody says. */
export type RunProgressCommand = RunRef & { shown?: string };

export interface RunProgressAnswer extends Recorded {
  /** Set when every payment has its last state. */
  ending?: 'confirmed' | 'partly-returned' | 'rejected' | 'cancelled';
  /** When silence of the bank becomes a case, if something is still awaited. */
  nextDeadline?: string;
}

export interface RunEndCommand extends RunRef {
  state: string;
  reason?: RunEndReason;
}

export interface BookCommand {
  entity: string;
  /** Where the page before ended; absent for the first one of a look. */
  after?: BookingPlace;
}

export interface BookedPage {
  booked: number;
  /** Whether another page waits in this look, which begins after `after`. */
  more: boolean;
  after?: BookingPlace;
}
