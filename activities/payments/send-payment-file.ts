import { inTransaction, type Trx } from '../../db/client.ts';
import { contentHash } from '../../db/repositories/blobs.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { openException } from '../../db/repositories/exceptions.ts';
import { markSend } from '../../db/repositories/payment-runs.ts';
import { changeInstructions, instructionsOf, moveAll } from '../../db/repositories/payments.ts';
import type { SubmissionAnswer } from '../../adapters/ports/bank.ts';
import { KontorError } from '../../domain/errors.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { leaseFor, once } from '../once.ts';
import type { Call } from '../activity.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { recordTransitions } from '../transitions.ts';
import type { SendAnswer, SendCommand } from './commands.ts';
import { changedFile, writeRunFile } from './create-payment-file.ts';
import type { PaymentParts } from './parts.ts';
import { tellInvoices } from './tell-invoices.ts';

/**
 * Sends the run's file once. A timeout is "unknown": the run says so, the bank is asked for the message id, and nothing is sent
 * again until it has answered and its settle window has passed (P7).
 */
export async function sendPaymentFile(parts: PaymentParts, command: SendCommand, { attempt, beat }: Call): Promise<SendAnswer> {
  const { entity, caseId, key, correlationId } = command;
  const { file, run, bank } = await writeRunFile(parts, await requiredEntity(parts.db, entity), caseId, beat);
  if (run.fileSha256 === null) throw new KontorError('run-not-open', `Run ${caseId} has no file to send.`);
  if (run.fileSha256 !== contentHash(Buffer.from(file.text, 'utf8'))) throw changedFile(caseId);
  const at = parts.now().toISOString();
  const dueAt = await technicalDueAt(parts, entity, at);
  const sent = (reference: string): SendAnswer => ({ outcome: 'sent', transitions: [{ kind: 'posting', at, system: bank.system, key, status: 'posted', reference }] });
  let refused: SendAnswer | undefined;

  const result = await once<SubmissionAnswer, SendAnswer>(
    { db: parts.db, attempt, processEpoch: parts.processEpoch },
    {
      key,
      entity,
      caseId,
      system: bank.system,
      request: { messageId: file.messageId, fileHash: run.fileSha256 },
      settleWindowMs: bank.settleWindowMs,
      leaseMs: leaseFor(bank),
      enquire: () => bank.port.findSubmission(file.messageId, { correlationId }),
      async send() {
        const answer = await bank.port.submitFile(file, { correlationId });
        // A repeat is refused, too, where an earlier send arrived late: what the bank has under the id counts.
        return answer.outcome === 'refused' ? ((await bank.port.findSubmission(file.messageId, { correlationId })) ?? answer) : answer;
      },
      outcomeOf: (answer) => (answer.outcome === 'received' ? sent(answer.reference) : undefined),
      async write(trx, answer) {
        const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
        if (answer.outcome === 'received') {
          await markSend(trx, caseId, 'sent', answer.reference);
          await moveAll(trx, caseId, ['filed', 'unknown'], 'sent');
          return recordTransitions(trx, current, sent(answer.reference).transitions, { actor: `counterpart:${bank.system}` });
        }
        refused = await refuseFile(trx, { entity, caseId, workflowId: current.case.workflowId, correlationId, key, system: bank.system, answer, at, dueAt, invoiceToPay: parts.invoiceToPay });
        await recordTransitions(trx, current, refused.transitions, { actor: `counterpart:${bank.system}` });
      },
    },
  ).catch(async (error: unknown) => {
    if (error instanceof KontorError && error.category === 'outcome-unknown') await showUnknown(parts, command, bank.system, at);
    throw error;
  });
  return 'transitions' in result ? result : (refused as SendAnswer);
}

interface RefusedFile {
  entity: string;
  caseId: string;
  workflowId: string;
  correlationId: string;
  key: string;
  system: string;
  answer: Extract<SubmissionAnswer, { outcome: 'refused' }>;
  at: string;
  dueAt: string;
  invoiceToPay: PaymentParts['invoiceToPay'];
}

/** The bank wants none of it: every payment is rejected and its documents are open again, under a higher revision. */
async function refuseFile(trx: Trx, { entity, caseId, workflowId, correlationId, key, system, answer, at, dueAt, invoiceToPay }: RefusedFile): Promise<SendAnswer> {
  await markSend(trx, caseId, 'refused', answer.code);
  const instructions = (await instructionsOf(trx, caseId)).filter(({ state }) => state !== 'removed');
  await changeInstructions(trx, caseId, instructions.map(({ endToEndId }) => ({ endToEndId, state: 'rejected', reasonCode: answer.code })));
  await tellInvoices(trx, { entity, at, invoiceToPay }, instructions.map((instruction) => ({ instruction, status: 'rejected' as const, reference: answer.code })));
  const exceptionId = `${caseId}-e-refused`;
  await openException(trx, {
    id: exceptionId, entity, case: caseId, workflowId, origin: 'process', code: 'counterpart-rejected', reasonCode: 'OTH', actionCode: 'NOA',
    title: `The bank refused the payment file: ${answer.code}`, suggestion: `${answer.message} Correct the cause; the documents are open again for the next run.`, findings: [], ownerRole: 'treasurer', dueAt, correlationId,
  });
  const transitions: Transition[] = [
    { kind: 'posting', at, system, key, status: 'refused', reference: answer.code },
    { kind: 'exception-opened', at, exceptionId, code: 'counterpart-rejected', owner: 'treasurer' },
  ];
  return { outcome: 'refused', transitions };
}

async function showUnknown({ db }: PaymentParts, { caseId, key }: SendCommand, system: string, at: string): Promise<void> {
  await inTransaction(db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    if (current.progress.postings.some((posting) => posting.key === key)) return;
    await markSend(trx, caseId, 'unknown');
    await moveAll(trx, caseId, ['filed'], 'unknown');
    await recordTransitions(trx, current, [{ kind: 'posting', at, system, key, status: 'unknown', reference: '' }], { actor: `counterpart:${system}` });
  });
}
