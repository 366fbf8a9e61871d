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
/** `withheld`: we refused it ourselves, and the bank was never sent anything. */
export type BankOrOwnAnswer = SubmissionAnswer | (RefusedFile & { withheld: true });

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
  /** The owner of the doubt has said that the bank has nothing: no duplicate stops the one send that follows, nor keeps its documents. */
  isConfirmedUnsent: boolean;
}

const doubtCode = 'repeat-refused';
const doubtOwner = 'treasurer';

/** Whoever else had it tried again has not asked the bank. */
export async function readDoubt(db: PaymentParts['db'], entity: string, runId: string): Promise<Pick<SentFile, 'doubt' | 'isConfirmedUnsent'>> {
  const doubt = await readException(db, doubtId(runId));
  if (doubt?.state !== 'resolved') return { doubt, isConfirmedUnsent: false };
  const person = (await peopleOf(db, entity)).find(({ id }) => id === doubt.resolvedBy);
  return { doubt, isConfirmedUnsent: person !== undefined && heldRole(person, { entity, role: doubtOwner }) !== undefined };
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
 * @throws KontorError `outcome-unknown` where it names nothing but a repeat that it refused, and nobody has asked it about that
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
  if (found && !isDuplicate(found)) return found;
  if ((found ?? told === 'repeated') && !sent.isConfirmedUnsent) throw await doubted(sent, found ?? { code: 'DUPL' });
  return undefined;
}

/** A refusal of the file that was just sent: it counts unless it may be that of a repeat, the first of which the bank may have taken and has not denied to the treasurer (P7). */
export async function judgedRefusal(sent: SentFile, answer: RefusedFile, isRepeat: boolean): Promise<SubmissionAnswer> {
  const known = await knownAtBank(sent, answer).catch((error: unknown) => {
    if (error instanceof KontorError && error.code === 'outcome-unknown') throw error;
    throw new KontorError('outcome-unknown', `The bank refused ${sent.messageId} (${answer.code}) and cannot be asked what it has of it.`, { cause: error });
  });
  if (known) return known;
  if (!sent.isConfirmedUnsent && (isRepeat || isDuplicate(answer))) throw await doubted(sent, answer);
  return answer;
}

/** Nothing is sent while somebody has to find out what became of an earlier send; where it was tried again without that, the owner is asked again. */
export async function refuseWhileDoubted(sent: SentFile): Promise<void> {
  if (!sent.doubt || sent.isConfirmedUnsent) return;
  await openDoubt(sent, sent.doubt);
  throw stillDoubted(sent);
}

/** The owner's word is good for one send: the case is open again until that has its answer. */
export async function useConfirmation(sent: SentFile): Promise<void> {
  const { doubt } = sent;
  if (!doubt) return;
  if (!(await openDoubt(sent, doubt))) throw stillDoubted(sent); // another attempt has used it meanwhile
  sent.doubt = { ...doubt, state: 'open' };
}

/** The bank was not reached: the owner's word stands, and nobody is asked again. */
export async function giveConfirmationBack({ parts, bank, caseId, at, doubt }: SentFile): Promise<void> {
  if (!doubt?.resolvedBy) return;
  const { resolution = 'retry', resolvedBy: by, resolutionDetail: detail } = doubt;
  await inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    if (await resolveException(trx, doubt.id, { resolution, by, ...(detail ? { detail } : {}) }))
      await recordTransitions(trx, current, [{ kind: 'exception-closed', at, exceptionId: doubt.id, code: doubtCode, resolution, by }], { actor: `counterpart:${bank.system}` });
  });
}

function stillDoubted({ messageId }: SentFile): KontorError {
  return new KontorError('outcome-unknown', `The bank refused ${messageId} as a repeat and has not said what became of the file; it is asked again, and nothing is sent.`);
}

/** What ends the doubt when the bank has answered after all. */
export function doubtEnded({ doubt, at, caseId }: SentFile): Transition[] {
  return doubt?.state === 'open' ? [{ kind: 'exception-closed', at, exceptionId: doubtId(caseId), code: doubtCode, resolution: 'bank-answered', by: 'system:process' }] : [];
}

export async function endDoubt(trx: Trx, { doubt, caseId }: SentFile): Promise<void> {
  if (doubt) await resolveException(trx, doubtId(caseId), { resolution: 'bank-answered', by: 'system:process' });
}

/**
 * The bank wants none of it, or was never sent it: every payment is rejected and its documents are open again, under a higher revision. False, and everything is to
 * be rolled back, where the bank has said something else of one of them meanwhile.
 */
export async function refuseFile(trx: Trx, { entity, caseId, correlationId, dueAt }: SentFile, workflowId: string, answer: RefusedFile & { withheld?: true }): Promise<boolean> {
  await markSend(trx, caseId, 'refused', answer.code);
  const instructions = (await instructionsOf(trx, caseId)).filter(({ state }) => state !== 'removed' && state !== 'rejected');
  const changes = instructions.map(({ endToEndId }) => ({ endToEndId, state: 'rejected', reasonCode: answer.code }));
  const moved = await changeInstructions(trx, caseId, changes, ['filed', 'sent', 'unknown']);
  if (moved.length < changes.length) return false;
  await tellInvoices(trx, { entity }, instructions.map((instruction) => ({ instruction, status: 'rejected' as const, reference: answer.code })));
  await openException(trx, {
    id: refusalId(caseId), entity, case: caseId, workflowId, origin: 'process', code: 'counterpart-rejected', reasonCode: 'OTH', actionCode: 'NOA',
    title: `${answer.withheld ? 'The payment file was never sent' : 'The bank refused the payment file'}: ${answer.code}`, suggestion: `${answer.message} ${answer.withheld ? 'T' : 'Correct the cause; t'}he documents are open again for the next run.`, findings: [], ownerRole: 'treasurer', dueAt, correlationId,
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
async function doubted(sent: SentFile, { code }: Pick<RefusedFile, 'code'>): Promise<KontorError> {
  await openDoubt(sent, {
    title: `The bank refused a payment file that it may have: ${code}`,
    suggestion: `Ask the bank whether it has file ${sent.messageId}. Its own record, report or statement moves the run on by itself; until then nothing is sent and no document is open again. Where it confirms that it has nothing, retry: the file is sent once more under the same id, and what the bank says then counts: the documents are open again if it refuses, whatever its reason.`,
  });
  return new KontorError('outcome-unknown', `The bank refused ${sent.messageId} (${code}) and does not say what became of an earlier send; it is asked again, and nothing is sent.`);
}

/** False where it was open already. */
async function openDoubt({ parts, bank, entity, caseId, correlationId, at, dueAt }: SentFile, { title, suggestion }: Pick<ExceptionCase, 'title' | 'suggestion'>): Promise<boolean> {
  const id = doubtId(caseId);
  const said = { title, ownerRole: doubtOwner, dueAt, ...(suggestion === undefined ? {} : { suggestion }) };
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    const isNew = (await readException(trx, id)) === undefined;
    if (isNew) await openException(trx, { id, entity, case: caseId, workflowId: current.case.workflowId, origin: 'process', code: doubtCode, reasonCode: 'PAY', actionCode: 'PIN', findings: [], correlationId, ...said });
    const isOpened = isNew || (await reopenException(trx, id, said));
    if (isOpened) await recordTransitions(trx, current, [{ kind: 'exception-opened', at, exceptionId: id, code: doubtCode, owner: said.ownerRole }], { actor: `counterpart:${bank.system}` });
    return isOpened;
  });
}

function isDuplicate(answer: SubmissionAnswer): boolean {
  return answer.outcome === 'refused' && duplicateReasons.has(answer.code);
}
