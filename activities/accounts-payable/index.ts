import { activity } from '../activity.ts';
import { recording } from '../recorded.ts';
import type {
  AssessmentAnswer,
  CaseRef,
  DecisionAnswer,
  DecisionCommand,
  EndCommand,
  EscalationAnswer,
  EventAnswer,
  EventCommand,
  ParkCommand,
  RefusedMessageCommand,
  PostAnswer,
  PostCommand,
  Recorded,
  ReleaseCommand,
  ReverseAnswer,
  ReverseCommand,
} from './commands.ts';
import { gatherInvoiceFacts } from './gather-invoice-facts.ts';
import { parkingOrTelling, recordResumed } from './parking.ts';
import type { PayablesParts } from './parts.ts';
import { postSupplierInvoice } from './post-supplier-invoice.ts';
import { recordAssessment, saysTheSame } from './record-assessment.ts';
import { recordEnd } from './record-end.ts';
import { recordEscalation } from './record-escalation.ts';
import { recordPaymentEvent } from './record-payment-event.ts';
import { releaseSupplierInvoice, reverseSupplierInvoice } from './reverse-and-release.ts';
import { recordRefusedMessage } from './refused-message.ts';
import { verifyAndRecordDecision } from './verify-decision.ts';

/** Activities on the queue of the company's ERP: its rate limits, its credentials and its outages stay there. */
export interface PayablesErpActivities {
  /** Reads supplier, orders and receipts of the document and keeps them as a snapshot (gather). */
  gatherInvoiceFacts(command: CaseRef): Promise<{ factsId: string }>;
  /** Posts the document once under its key (effect). */
  postSupplierInvoice(command: PostCommand): Promise<PostAnswer>;
  /** Reverses a posted document once (effect). */
  reverseSupplierInvoice(command: ReverseCommand): Promise<ReverseAnswer>;
  /** Lifts the payment block of a document that was posted blocked and approved since (effect). */
  releaseSupplierInvoice(command: ReleaseCommand): Promise<PostAnswer>;
}

/** One transaction of ours each; run as local activities (record). */
export interface PayablesRecordActivities {
  recordAssessment(command: CaseRef & { factsId: string }): Promise<AssessmentAnswer>;
  verifyAndRecordDecision(command: DecisionCommand): Promise<DecisionAnswer>;
  recordPaymentEvent(command: EventCommand): Promise<EventAnswer>;
  recordEscalation(command: CaseRef): Promise<EscalationAnswer>;
  recordParked(command: ParkCommand): Promise<Recorded>;
  recordResumed(command: CaseRef & { step: string }): Promise<Recorded>;
  recordRefusedMessage(command: RefusedMessageCommand): Promise<{ exceptionId?: string }>;
  recordEnd(command: EndCommand): Promise<Recorded>;
}

export function createPayablesErpActivities(parts: PayablesParts): PayablesErpActivities {
  return {
    gatherInvoiceFacts: activity((command) => gatherInvoiceFacts(parts, command)),
    postSupplierInvoice: activity((command, { attempt }) => postSupplierInvoice(parts, command, attempt + (command.triedBefore ?? 0))),
    reverseSupplierInvoice: activity((command, { attempt }) => reverseSupplierInvoice(parts, command, attempt)),
    releaseSupplierInvoice: activity((command, { attempt }) => releaseSupplierInvoice(parts, command, attempt)),
  };
}

export function createPayablesRecordActivities(parts: PayablesParts): PayablesRecordActivities {
  return {
    recordAssessment: activity(recording(parts, recordAssessment, (kept, now) => (saysTheSame(kept, now) ? kept : { ...kept, outdated: true }))),
    verifyAndRecordDecision: activity(recording(parts, verifyAndRecordDecision)),
    recordPaymentEvent: activity(recording(parts, recordPaymentEvent)),
    recordEscalation: activity(recording(parts, recordEscalation)),
    recordParked: activity(parkingOrTelling(parts)),
    recordResumed: activity(recording(parts, recordResumed)),
    recordRefusedMessage: activity(recording(parts, recordRefusedMessage)),
    recordEnd: activity(recording(parts, recordEnd)),
  };
}
