import { inTransaction, type Trx } from '../../db/client.ts';
import { contentHash } from '../../db/repositories/blobs.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { markSend } from '../../db/repositories/payment-runs.ts';
import { moveAll } from '../../db/repositories/payments.ts';
import { KontorError } from '../../domain/errors.ts';
import { leaseFor, once, wasNotSent } from '../once.ts';
import { beatingMeanwhile, type Call } from '../activity.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { recordTransitions } from '../transitions.ts';
import type { SendAnswer, SendCommand } from './commands.ts';
import { changedFile, writeRunFile } from './create-payment-file.ts';
import type { PaymentParts } from './parts.ts';
import { doubtEnded, endDoubt, giveConfirmationBack, judgedRefusal, knownAtBank, openContradiction, readDoubt, refusalId, refuseFile, refuseWhileDoubted, useConfirmation, type BankOrOwnAnswer, type RefusedFile, type SentFile } from './refused-send.ts';
import { missedCutOff } from './take-out-unpayable.ts';

/**
 * Sends the run's file once. A timeout is "unknown": the run says so, the bank is asked for the message id, and nothing is sent
 * again until it has answered and its settle window has passed. What was never sent and is too late for its day stays here, as if refused (P11). A refusal opens the documents again only where it proves that the
 * bank has nothing of the file: that of a repeat does not (P7).
 */
export async function sendPaymentFile(parts: PaymentParts, command: SendCommand, { attempt, beat }: Call): Promise<SendAnswer> {
  const { entity, caseId, key, correlationId } = command;
  const company = await requiredEntity(parts.db, entity);
  const { file, run, bank } = await writeRunFile(parts, company, caseId, beat);
  if (run.fileSha256 === null) throw new KontorError('run-not-open', `Run ${caseId} has no file to send.`);
  if (run.fileSha256 !== contentHash(Buffer.from(file.text, 'utf8'))) throw changedFile(caseId);
  const at = parts.now().toISOString();
  const dueAt = await technicalDueAt(parts, entity, at);
  const sending: SentFile = { parts, bank, entity, caseId, correlationId, messageId: file.messageId, at, dueAt, ...(await readDoubt(parts.db, entity, caseId)) };
  const sent = (reference: string): SendAnswer => ({ outcome: 'sent', transitions: [{ kind: 'posting', at, system: bank.system, key, status: 'posted', reference }, ...doubtEnded(sending)] });
  const refused = (answer: RefusedFile & { withheld?: true }): SendAnswer => ({
    outcome: 'refused',
    transitions: [
      { kind: 'posting', at, system: bank.system, key, status: 'refused', reference: answer.withheld ? `never sent: ${answer.code}` : answer.code },
      { kind: 'exception-opened', at, exceptionId: refusalId(caseId), code: 'counterpart-rejected', owner: 'treasurer' },
      ...doubtEnded(sending),
    ],
  });
  const unknown = () => showUnknown(parts, command, bank.system, at);
  /** An earlier send may be with the bank; the run says so before anything is sent again. */
  let isRepeat = run.sendState === 'unknown';
  const missed = run.sendState === 'none' ? await missedCutOff(parts, company, run) : undefined;
  let isUnderWay = false;
  let crossed: RefusedFile | undefined;

  const result = await once<BankOrOwnAnswer, SendAnswer>(
    { db: parts.db, attempt, processEpoch: parts.processEpoch },
    {
      key,
      entity,
      caseId,
      system: bank.system,
      request: { messageId: file.messageId, fileHash: run.fileSha256 },
      settleWindowMs: bank.settleWindowMs,
      leaseMs: leaseFor(bank),
      async enquire() {
        isRepeat = true;
        await unknown();
        const known = await beatingMeanwhile(beat, () => knownAtBank(sending));
        if (!known) await refuseWhileDoubted(sending);
        return known;
      },
      async send() {
        await refuseWhileDoubted(sending);
        if (missed && !isRepeat) return { outcome: 'refused', withheld: true, ...missed };
        await useConfirmation(sending);
        isUnderWay = true;
        const answer = await beatingMeanwhile(beat, () => bank.port.submitFile(file, { correlationId })).catch(async (error: unknown) => {
          if (wasNotSent(error)) await giveConfirmationBack(sending);
          throw error;
        });
        return answer.outcome === 'refused' ? beatingMeanwhile(beat, () => judgedRefusal(sending, answer, isRepeat)) : answer;
      },
      // A refusal ends the run's only file: a repeat gets it as it was, whatever the bank would say by then.
      outcomeOf: (answer) => (answer.outcome === 'received' ? sent(answer.reference) : refused(answer)),
      async write(trx, answer) {
        const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
        await endDoubt(trx, sending);
        if (answer.outcome === 'received') {
          await markSend(trx, caseId, 'sent', answer.reference);
          await moveAll(trx, caseId, ['filed', 'unknown'], 'sent');
          return recordTransitions(trx, current, sent(answer.reference).transitions, { actor: `counterpart:${bank.system}` });
        }
        if (!(await refuseFile(trx, sending, current.case.workflowId, answer))) {
          crossed = answer;
          throw new KontorError('outcome-unknown', `The bank refuses ${file.messageId} and has spoken of payments in it meanwhile: it is asked again.`);
        }
        await recordTransitions(trx, current, refused(answer).transitions, { actor: 'withheld' in answer ? 'system:payments' : `counterpart:${bank.system}` });
      },
    },
  ).catch(async (error: unknown) => {
    if (crossed) await openContradiction(sending, crossed);
    if (isUnderWay && !wasNotSent(error)) await unknown();
    throw error;
  });
  return result as SendAnswer; // whatever the bank answers is an outcome
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
