import { activity } from '../activity.ts';
import { recording } from '../recorded.ts';
import type { Recorded } from '../accounts-payable/commands.ts';
import type { AcceptedAnswer, Refused } from '../decisions.ts';
import { withBankPlaces } from './bank-places.ts';
import { bookPayments } from './book-payments.ts';
import type { BookCommand, BookedPage, FileAnswer, ProposalAnswer, RunDecisionCommand, RunEndCommand, RunProgressAnswer, RunProgressCommand, RunRef, ScreenedPage, ScreeningAnswer, ScreeningCommand, SendAnswer, SendCommand } from './commands.ts';
import { createPaymentFile } from './create-payment-file.ts';
import { gatherPayables } from './gather-payables.ts';
import { openScheduledRun } from './open-scheduled-run.ts';
import type { PaymentParts } from './parts.ts';
import { reconcilePayments } from './reconcile-payments.ts';
import { recordProposal } from './record-proposal.ts';
import { recordRunEnd, recordRunProgress } from './record-run.ts';
import { recordScreening } from './record-screening.ts';
import { screenPayees } from './screen-payees.ts';
import { sendPaymentFile } from './send-payment-file.ts';
import { takeBankMessages } from './take-bank-messages.ts';
import { verifyAndRecordRunDecision } from './verify-run-decision.ts';

/** Activities on the queue of the company's ERP. */
export interface PaymentErpActivities {
  /** Reads the payees of everything that is open and keeps them as a snapshot (gather). */
  gatherPayables(command: RunRef): Promise<{ factsId: string }>;
  /** Books what the bank has confirmed and takes back what it returned, a page a call (effect). */
  bookPayments(command: BookCommand): Promise<BookedPage>;
  /** Holds bank entries, payments and the ERP's open items against each other (gather and record). */
  reconcilePayments(command: { entity: string }): Promise<{ differences: number }>;
}

/** Activities on the queue of the company's bank. */
export interface BankActivities {
  createPaymentFile(command: RunRef): Promise<FileAnswer>;
  /** Sends the file once under its key (effect). */
  sendPaymentFile(command: SendCommand): Promise<SendAnswer>;
  /** Takes new messages of the bank into the records (gather and record). */
  takeBankMessages(command: { entity: string }): Promise<{ taken: number; toBook: boolean }>;
}

export interface ScreeningActivities {
  /** Asks about a page of payees; what is not clear leaves the run (gather and record). */
  screenPayees(command: ScreeningCommand): Promise<ScreenedPage>;
}

/** One transaction of ours each; those that touch one row run as local activities (record). */
export interface PaymentRecordActivities {
  openScheduledRun(command: { entity: string; slot: string }): Promise<{ opened: string[] }>;
  recordProposal(command: RunRef & { factsId: string; dryRun: boolean }): Promise<ProposalAnswer>;
  recordScreening(command: RunRef): Promise<ScreeningAnswer>;
  verifyAndRecordRunDecision(command: RunDecisionCommand): Promise<AcceptedAnswer | Refused>;
  recordRunProgress(command: RunProgressCommand): Promise<RunProgressAnswer>;
  recordRunEnd(command: RunEndCommand): Promise<Recorded>;
}

export function createPaymentErpActivities(parts: PaymentParts): PaymentErpActivities {
  return {
    gatherPayables: activity((command, { beat }) => gatherPayables(parts, command, beat)),
    bookPayments: activity((command, call) => bookPayments(parts, command, call)),
    reconcilePayments: activity((command, call) => reconcilePayments(parts, command, call)),
  };
}

export function createBankActivities(parts: PaymentParts): BankActivities {
  const placed = withBankPlaces(parts);
  return {
    createPaymentFile: activity((command, { beat }) => createPaymentFile(parts, command, beat)),
    sendPaymentFile: activity((command, call) => sendPaymentFile(placed, command, call)),
    takeBankMessages: activity((command, { beat }) => takeBankMessages(placed, command, beat)),
  };
}

export function createScreeningActivities(parts: PaymentParts): ScreeningActivities {
  return { screenPayees: activity((command) => screenPayees(parts, command)) };
}

export function createPaymentRecordActivities(parts: PaymentParts): PaymentRecordActivities {
  return {
    openScheduledRun: activity((command) => openScheduledRun(parts, command)),
    recordProposal: activity((command, { beat }) => recording(parts, (own: PaymentParts, proposal: Parameters<typeof recordProposal>[1]) => recordProposal(own, proposal, beat))(command)),
    recordScreening: activity(recording(parts, recordScreening)),
    verifyAndRecordRunDecision: activity(recording(parts, verifyAndRecordRunDecision)),
    recordRunProgress: activity(recording(parts, recordRunProgress, ({ ending: _then, ...kept }, { ending }) => ({ ...kept, ...(ending ? { ending } : {}) }))),
    recordRunEnd: activity(recording(parts, recordRunEnd)),
  };
}
