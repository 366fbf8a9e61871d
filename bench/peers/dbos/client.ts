import { DBOS } from '@dbos-inc/dbos-sdk';
import { ApplicationFailure, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import type { DecisionKind } from '../../../activities/accounts-payable/commands.ts';
import type { InvoiceToPayInput, InvoiceToPayOutcome } from '../../../workflows/contracts/invoice-to-pay.ts';
import { topic, type Heard, type News } from './invoice-to-pay.ts';

const answerWithinSeconds = 20;

/**
 * The few calls that API and relay make of a process engine, made of DBOS: a start, a signal, an update that answers. So intake,
 * decisions and outbox are the same code for all contenders.
 */
export function clientOf(invoiceToPay: (input: InvoiceToPayInput) => Promise<InvoiceToPayOutcome>): Client {
  const client = {
    withDeadline: <Answer>(_deadline: number, work: () => Promise<Answer>) => work(),
    workflow: {
      start: (_name: string, { workflowId, args: [input] }: { workflowId: string; args: [InvoiceToPayInput] }) => DBOS.startWorkflow(invoiceToPay, { workflowID: workflowId })(input),
      getHandle: (workflowId: string) => ({
        signal: (kind: 'goodsReceived' | 'paymentStatus', { eventId }: { eventId: string }) => DBOS.send<News>(workflowId, { kind, eventId }, topic, `${kind}/${eventId}`),
        executeUpdate: (kind: DecisionKind, { updateId, args: [{ decisionId }] }: { updateId: string; args: [{ decisionId: string }] }) => update(workflowId, { kind, decisionId, answerAs: updateId }),
      }),
    },
  };
  return client as unknown as Client;
}

async function update(workflowId: string, news: Extract<News, { answerAs: string }>): Promise<Heard> {
  await DBOS.send<News>(workflowId, news, topic, news.answerAs);
  const heard = await DBOS.getEvent<Heard>(workflowId, news.answerAs, answerWithinSeconds);
  if (!heard) throw new Error('The process did not answer in time.');
  if ('refused' in heard) throw new WorkflowUpdateFailedError('refused', ApplicationFailure.nonRetryable(heard.refused.message, heard.refused.code));
  return heard;
}
