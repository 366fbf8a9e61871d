import { inTransaction, type Trx } from '../../db/client.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { peopleOf } from '../../db/repositories/directory.ts';
import { openException, readException, reopenException, resolveException } from '../../db/repositories/exceptions.ts';
import { changeInstructions, instructionsOf, toldByBank } from '../../db/repositories/payments.ts';
import { markSend } from '../../db/repositories/payment-runs.ts';
import type { SubmissionAnswer } from '../../adapters/ports/bank.ts';
import { KontorError } from '../../domain/errors.ts';
import type { ExceptionCase } from '../../domain/model/exception-case.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { heldRole } from '../../domain/rules/accounts-payable/authority.ts';
import { duplicateReasons } from '../../domain/rules/payments/bank-status.ts';
import { requiredOf } from '../lookup.ts';
import { recordTransitions } from '../transitions.ts';
import { openBankCase } from './bank-case.ts';
import type { BankAccess, PaymentParts } from './parts.ts';
import { bankSource } from './take-bank-messages.ts';
import { tellInvoices } from './tell-invoices.ts';

export type RefusedFile = Extract<SubmissionAnswer, { outcome: 'refused' }>;

/** A run's file on its way, and the case about a refusal that proves nothing, where there is or was one. */
export interface SentFile {
  parts: Pick<PaymentParts, 'db'>;
  bank: BankAccess;
  entity: string;
  caseId: string;
  correlationId: string;
  messageId: string;
  at: string;
  dueAt: string;
  doubt: ExceptionCase | undefined;
}

const doubtCode = 'repeat-refused';
const doubtOwner = 'treasurer';

export async function readDoubt(db: PaymentParts['db'], runId: string): Promise<ExceptionCase | undefined> {
  return readException(db, doubtId(runId));
}

function doubtId(runId: string): string {
  return `${runId}-e-${doubtCode}`;
}

export function refusalId(runId: string): string {
  return `${runId}-e-refused`;
}

/**
 * What the bank knows of the file: its own record under the message id, or what its messages have said of the payments in it, which no refusal
 * outweighs. Only a refusal that is not about a repeat says that nothing was taken (P7); `answer` is the one that it gave to a send just now.
 * @throws KontorError `outcome-unknown` where it names nothing but a repeat that it refused
 */
export async function knownAtBank(sent: SentFile, answer?: RefusedFile): Promise<SubmissionAnswer | undefined> {
  const { parts, bank, caseId, correlationId, messageId } = sent;
  const found = await bank.port.findSubmission(messageId, { correlationId });
  if (found?.outcome === 'received') return found;
  const refusal = [found, answer].find((said) => said !== undefined && !isDuplicate(said));
  const told = await toldByBank(parts.db, caseId);
  if (told === 'rejected') return refusal ?? { outcome: 'received', reference: messageId };
  if (told === 'received') {
    if (refusal) await openContradiction(sent, refusal);
    return { outcome: 'received', reference: messageId };
  }
  if (found && isDuplicate(found)) throw await doubted(sent, found);
  return found;
}

/** A refusal of the file that was just sent: it counts unless it may be that of a repeat, the first of which the bank may have taken (P7). */
export async function judgedRefusal(sent: SentFile, answer: RefusedFile, isRepeat: boolean): Promise<SubmissionAnswer> {
  const known = await knownAtBank(sent, answer).catch((error: unknown) => {
    if (error instanceof KontorError && error.code === 'outcome-unknown') throw error;
    throw new KontorError('outcome-unknown', `The bank refused ${sent.messageId} (${answer.code}) and cannot be asked what it has of it.`, { cause: error });
  });
  if (known) return known;
  if (isRepeat || isDuplicate(answer)) throw await doubted(sent, answer);
  return answer;
}

/** Nothing is sent while somebody has to find out what became of an earlier send. */
export function refuseWhileDoubted({ doubt, messageId }: SentFile): void {
  if (doubt?.state === 'open') throw new KontorError('outcome-unknown', `The bank refused ${messageId} as a repeat and has not said what became of the file; it is asked again, and nothing is sent.`);
}

/**
 * What a person has said about the doubt is good for one send: the case is open again until that has its answer. True where the owner said that
 * the bank has nothing; whoever else had it tried again has not asked the bank.
 */
export async function isConfirmedUnsent(sent: SentFile): Promise<boolean> {
  const { parts, entity, doubt } = sent;
  if (doubt?.state !== 'resolved') return false;
  await openDoubt(sent, doubt);
  sent.doubt = { ...doubt, state: 'open' };
  const person = (await peopleOf(parts.db, entity)).find(({ id }) => id === doubt.resolvedBy);
  return person !== undefined && heldRole(person, { entity, role: doubtOwner }) !== undefined;
}

/** What ends the doubt when the bank has answered after all. */
export function doubtEnded({ doubt, at, caseId }: SentFile): Transition[] {
  return doubt?.state === 'open' ? [{ kind: 'exception-closed', at, exceptionId: doubtId(caseId), code: doubtCode, resolution: 'bank-answered', by: 'system:process' }] : [];
}

export async function endDoubt(trx: Trx, { doubt, caseId }: SentFile): Promise<void> {
  if (doubt) await resolveException(trx, doubtId(caseId), { resolution: 'bank-answered', by: 'system:process' });
}

/**
 * The bank wants none of it: every payment is rejected and its documents are open again, under a higher revision. False, and everything is to
 * be rolled back, where the bank has said something else of one of them meanwhile.
 */
export async function refuseFile(trx: Trx, { entity, caseId, correlationId, dueAt }: SentFile, workflowId: string, answer: RefusedFile): Promise<boolean> {
  await markSend(trx, caseId, 'refused', answer.code);
  const instructions = (await instructionsOf(trx, caseId)).filter(({ state }) => state !== 'removed' && state !== 'rejected');
  const changes = instructions.map(({ endToEndId }) => ({ endToEndId, state: 'rejected', reasonCode: answer.code }));
  const moved = await changeInstructions(trx, caseId, changes, ['filed', 'sent', 'unknown']);
  if (moved.length < changes.length) return false;
  await tellInvoices(trx, { entity }, instructions.map((instruction) => ({ instruction, status: 'rejected' as const, reference: answer.code })));
  await openException(trx, {
    id: refusalId(caseId), entity, case: caseId, workflowId, origin: 'process', code: 'counterpart-rejected', reasonCode: 'OTH', actionCode: 'NOA',
    title: `The bank refused the payment file: ${answer.code}`, suggestion: `${answer.message} Correct the cause; the documents are open again for the next run.`, findings: [], ownerRole: 'treasurer', dueAt, correlationId,
  });
  return true;
}

/** The bank refuses a file whose payments it has spoken of: they stay as they are, and somebody asks it. */
export async function openContradiction({ parts, entity, messageId, at, dueAt }: SentFile, { code }: RefusedFile): Promise<void> {
  await inTransaction(parts.db, (trx) =>
    openBankCase(trx, { entity, source: bankSource(entity), messageId, at, dueAt }, {
      key: 'file-refused', code: 'bank-contradiction', title: `The bank refuses file ${messageId} (${code}) and reports on payments in it`,
      suggestion: 'Ask the bank which of them holds. What it reported counts: nothing of the file is open again, and it is not sent again.', detail: { originalMessageId: messageId },
    }));
}

/** Somebody asks the bank; while it has not answered, the documents stay in the run. */
async function doubted(sent: SentFile, { code }: RefusedFile): Promise<KontorError> {
  await openDoubt(sent, {
    title: `The bank refused a payment file that it may have: ${code}`,
    suggestion: `Ask the bank whether it has file ${sent.messageId}. Its own record, report or statement moves the run on by itself; until then nothing is sent and no document is open again. Where it confirms that it has nothing, retry: the file is sent once more under the same id, and what the bank says then counts.`,
  });
  return new KontorError('outcome-unknown', `The bank refused ${sent.messageId} (${code}) and does not say what became of an earlier send; it is asked again, and nothing is sent.`);
}

async function openDoubt({ parts, bank, entity, caseId, correlationId, at, dueAt }: SentFile, { title, suggestion }: Pick<ExceptionCase, 'title' | 'suggestion'>): Promise<void> {
  const id = doubtId(caseId);
  const said = { title, ownerRole: doubtOwner, dueAt, ...(suggestion === undefined ? {} : { suggestion }) };
  await inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    const isNew = (await readException(trx, id)) === undefined;
    if (isNew) await openException(trx, { id, entity, case: caseId, workflowId: current.case.workflowId, origin: 'process', code: doubtCode, reasonCode: 'PAY', actionCode: 'PIN', findings: [], correlationId, ...said });
    if (isNew || (await reopenException(trx, id, said))) await recordTransitions(trx, current, [{ kind: 'exception-opened', at, exceptionId: id, code: doubtCode, owner: said.ownerRole }], { actor: `counterpart:${bank.system}` });
  });
}

function isDuplicate(answer: SubmissionAnswer): boolean {
  return answer.outcome === 'refused' && duplicateReasons.has(answer.code);
}
