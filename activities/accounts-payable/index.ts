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
  PostAnswer,
  PostCommand,
  Recorded,
  ReleaseCommand,
  ReverseCommand,
} from './commands.ts';

/** Activities on the queue of the company's ERP: its rate limits, its credentials and its outages stay there. */
export interface PayablesErpActivities {
  /** Reads supplier, orders and receipts of the document and keeps them as a snapshot (gather). */
  gatherInvoiceFacts(command: CaseRef): Promise<{ factsId: string }>;
  /** Posts the document once under its key (effect). */
  postSupplierInvoice(command: PostCommand): Promise<PostAnswer>;
  /** Reverses a posted document once (effect). */
  reverseSupplierInvoice(command: ReverseCommand): Promise<Recorded>;
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
  recordEnd(command: EndCommand): Promise<Recorded>;
}
