import { DBOS } from '@dbos-inc/dbos-sdk';
import { ApplicationFailure } from '@temporalio/common';
import { translateError } from '../../../activities/errors.ts';
import type { AssessmentAnswer, CaseRef, DecisionAnswer, DecisionCommand, EndCommand, EscalationAnswer, EventAnswer, EventCommand, ParkCommand, PostAnswer, PostCommand, Recorded, ReleaseCommand, ReverseCommand } from '../../../activities/accounts-payable/commands.ts';
import { gatherInvoiceFacts } from '../../../activities/accounts-payable/gather-invoice-facts.ts';
import { recordParked, recordResumed } from '../../../activities/accounts-payable/parking.ts';
import type { PayablesParts } from '../../../activities/accounts-payable/parts.ts';
import { postSupplierInvoice } from '../../../activities/accounts-payable/post-supplier-invoice.ts';
import { recordAssessment } from '../../../activities/accounts-payable/record-assessment.ts';
import { recordEnd } from '../../../activities/accounts-payable/record-end.ts';
import { recordEscalation } from '../../../activities/accounts-payable/record-escalation.ts';
import { recordPaymentEvent } from '../../../activities/accounts-payable/record-payment-event.ts';
import { releaseSupplierInvoice, reverseSupplierInvoice } from '../../../activities/accounts-payable/reverse-and-release.ts';
import { verifyAndRecordDecision } from '../../../activities/accounts-payable/verify-decision.ts';
import { inTransaction } from '../../../db/client.ts';
import { keepStep, stepAnswer } from '../../../db/repositories/recorded-steps.ts';

/** Every step that the workflow takes: checkpointed by DBOS, tried again as long as that can help. */
export interface Steps {
  gatherInvoiceFacts(command: CaseRef): Promise<{ factsId: string }>;
  recordAssessment(command: CaseRef & { factsId: string }): Promise<AssessmentAnswer>;
  postSupplierInvoice(command: PostCommand): Promise<PostAnswer>;
  releaseSupplierInvoice(command: ReleaseCommand): Promise<PostAnswer>;
  reverseSupplierInvoice(command: ReverseCommand): Promise<Recorded>;
  verifyAndRecordDecision(command: DecisionCommand): Promise<DecisionAnswer>;
  recordPaymentEvent(command: EventCommand): Promise<EventAnswer>;
  recordEscalation(command: CaseRef): Promise<EscalationAnswer>;
  recordParked(command: ParkCommand): Promise<Recorded>;
  recordResumed(command: CaseRef & { step: string }): Promise<Recorded>;
  recordEnd(command: EndCommand): Promise<Recorded>;
}

const retries = { retriesAllowed: true, maxAttempts: 12, intervalSeconds: 0.5, backoffRate: 2, shouldRetry: (error: unknown) => !(error instanceof ApplicationFailure && error.nonRetryable) };

export function stepsOf(parts: PayablesParts): Steps {
  return {
    gatherInvoiceFacts: effect('gatherInvoiceFacts', (command) => gatherInvoiceFacts(parts, command)),
    postSupplierInvoice: effect('postSupplierInvoice', (command, attempt) => postSupplierInvoice(parts, command, attempt)),
    releaseSupplierInvoice: effect('releaseSupplierInvoice', (command, attempt) => releaseSupplierInvoice(parts, command, attempt)),
    reverseSupplierInvoice: effect('reverseSupplierInvoice', (command, attempt) => reverseSupplierInvoice(parts, command, attempt)),
    recordAssessment: record(parts, 'recordAssessment', recordAssessment),
    verifyAndRecordDecision: record(parts, 'verifyAndRecordDecision', verifyAndRecordDecision),
    recordPaymentEvent: record(parts, 'recordPaymentEvent', recordPaymentEvent),
    recordEscalation: record(parts, 'recordEscalation', recordEscalation),
    recordParked: record(parts, 'recordParked', recordParked),
    recordResumed: record(parts, 'recordResumed', recordResumed),
    recordEnd: record(parts, 'recordEnd', recordEnd),
  };
}

function effect<Command, Answer>(name: string, work: (command: Command, attempt: number) => Promise<Answer>): (command: Command) => Promise<Answer> {
  return (command) =>
    DBOS.runStep(async () => {
      const attempt = DBOS.stepStatus?.currentAttempt ?? 1;
      try {
        return await work(command, attempt);
      } catch (error) {
        throw translateError(error, attempt);
      }
    }, { ...retries, name });
}

/** The answer is kept in the transaction of the effect, as ours is: DBOS writes its own checkpoint only after that. */
function record<Command extends CaseRef, Answer>(parts: PayablesParts, name: string, work: (parts: PayablesParts, command: Command) => Promise<Answer>): (command: Command) => Promise<Answer> {
  return effect(name, async (command) => {
    const step = { caseId: command.caseId, entity: command.entity, kind: name, id: `${DBOS.workflowID}/${DBOS.stepID}` };
    try {
      return await inTransaction(parts.db, async (trx) => {
        const answer = await work({ ...parts, db: trx }, command);
        if (!(await keepStep(trx, step, answer))) throw new RecordedBefore();
        return answer;
      });
    } catch (error) {
      if (error instanceof RecordedBefore) return (await stepAnswer(parts.db, step)) as Answer;
      throw error;
    }
  });
}

class RecordedBefore extends Error {}
