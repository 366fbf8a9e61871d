import { inTransaction, type Trx } from '../../db/client.ts';
import { contentHash } from '../../db/repositories/blobs.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { openException } from '../../db/repositories/exceptions.ts';
import { markSend } from '../../db/repositories/payment-runs.ts';
import { changeInstructions, instructionsOf, moveAll } from '../../db/repositories/payments.ts';
import type { SubmissionAnswer } from '../../adapters/ports/bank.ts';
import { KontorError } from '../../domain/errors.ts';
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
  const refused = (code: string): SendAnswer => ({
    outcome: 'refused',
    transitions: [
      { kind: 'posting', at, system: bank.system, key, status: 'refused', reference: code },
      { kind: 'exception-opened', at, exceptionId: refusalId(caseId), code: 'counterpart-rejected', owner: 'treasurer' },
    ],
  });

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
      // A refusal ends the run's only file: a repeat gets it as it was, whatever the bank would say by then.
      outcomeOf: (answer) => (answer.outcome === 'received' ? sent(answer.reference) : refused(answer.code)),
      async write(trx, answer) {
        const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
        if (answer.outcome === 'received') {
          await markSend(trx, caseId, 'sent', answer.reference);
          await moveAll(trx, caseId, ['filed', 'unknown'], 'sent');
          return recordTransitions(trx, current, sent(answer.reference).transitions, { actor: `counterpart:${bank.system}` });
        }
        await refuseFile(trx, { entity, caseId, workflowId: current.case.workflowId, correlationId, answer, dueAt });
        await recordTransitions(trx, current, refused(answer.code).transitions, { actor: `counterpart:${bank.system}` });
      },
    },
  ).catch(async (error: unknown) => {
    if (error instanceof KontorError && error.category === 'outcome-unknown') await showUnknown(parts, command, bank.system, at);
    throw error;
  });
  return result as SendAnswer; // whatever the bank answers is an outcome
}

interface RefusedFile {
  entity: string;
  caseId: string;
  workflowId: string;
  correlationId: string;
  answer: Extract<SubmissionAnswer, { outcome: 'refused' }>;
  dueAt: string;
}

function refusalId(runId: string): string {
  return `${runId}-e-refused`;
}

/** The bank wants none of it: every payment is rejected and its documents are open again, under a higher revision. */
async function refuseFile(trx: Trx, { entity, caseId, workflowId, correlationId, answer, dueAt }: RefusedFile): Promise<void> {
  await markSend(trx, caseId, 'refused', answer.code);
  const instructions = (await instructionsOf(trx, caseId)).filter(({ state }) => state !== 'removed');
  await changeInstructions(trx, caseId, instructions.map(({ endToEndId }) => ({ endToEndId, state: 'rejected', reasonCode: answer.code })));
  await tellInvoices(trx, { entity }, instructions.map((instruction) => ({ instruction, status: 'rejected' as const, reference: answer.code })));
  await openException(trx, {
    id: refusalId(caseId), entity, case: caseId, workflowId, origin: 'process', code: 'counterpart-rejected', reasonCode: 'OTH', actionCode: 'NOA',
    title: `The bank refused the payment file: ${answer.code}`, suggestion: `${answer.message} Correct the cause; the documents are open again for the next run.`, findings: [], ownerRole: 'treasurer', dueAt, correlationId,
  });
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
