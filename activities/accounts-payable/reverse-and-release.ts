import type { PostingAnswer } from '../../adapters/ports/erp.ts';
import { inTransaction, type Db, type Trx } from '../../db/client.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { lockCase, readCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { decisionsOf } from '../../db/repositories/decisions.ts';
import { postingsOf, savePosting, type StoredPosting } from '../../db/repositories/postings.ts';
import { releaseReservations } from '../../db/repositories/reservations.ts';
import { KontorError } from '../../domain/errors.ts';
import type { ErpCommand, PostAnswer, ReleaseCommand, ReverseAnswer, ReverseCommand } from './commands.ts';
import { erpEffect, erpOf, reversalOf, type Refused } from './erp-effect.ts';
import { tellOfFullCredit, withFullCredit } from './full-credit.ts';
import { tellOfLinesGivenBack } from './given-back.ts';
import { isApproved } from './post-supplier-invoice.ts';
import { requiredOf } from '../lookup.ts';
import type { ErpAccess, PayablesParts } from './parts.ts';
import { closeUnheardRefusals, openRefusal, refusalId, refusalTransitions, type Refusal } from './refusals.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { recordTransitions } from '../transitions.ts';

/**
 * Reverses a posted document once. Only the ERP's confirmation gives the order lines back and lets the next posting number be used; a document
 * that somebody has reversed in the ERP itself is confirmed by the ERP's own record. A refusal is for people, who decide how it goes on.
 */
export async function reverseSupplierInvoice(parts: PayablesParts, command: ReverseCommand, attempt: number): Promise<ReverseAnswer> {
  const { entity, caseId, key, postingKey, correlationId, reason } = command;
  const erp = await erpOf(parts, entity);
  const { system } = erp;
  const documentNumber = (await postingUnder(parts, command)).reference ?? '';
  const at = parts.now().toISOString();
  const request = { entity, documentNumber, externalReference: key, correlationId, reason };
  const confirmed = (reference: string): ReverseAnswer => ({ transitions: [{ kind: 'posting', at, system, key: postingKey, status: 'reversed', reference }] });
  let dueAt = at;
  const refusalOf = ({ code, message }: Refused): Refusal => ({ caseId, code, at, dueAt, title: `The ERP refused the reversal of ${documentNumber}: ${code}`, suggestion: `${message} Mend in the ERP what it names, or reverse the document there, then retry.` });

  const answer = await erpEffect<ReverseAnswer>(parts, erp, command, attempt, {
    request,
    enquire: () => erp.port.findByExternalReference(entity, key, { correlationId }),
    async send() {
      const answered = await erp.port.reverseDocument(request, { correlationId });
      if (answered.outcome !== 'refused') return answered;
      const reversed = await reversedByHand(erp, command);
      if (!reversed) dueAt = await technicalDueAt(parts, entity, at).catch(() => at);
      return reversed ?? answered;
    },
    outcomeOf: (document) => confirmed(document.documentNumber),
    async write(trx, current, answered) {
      if (answered.outcome === 'refused') {
        if (command.hearsRefusal) await openRefused(trx, current, command, refusalOf(answered), `counterpart:${system}`);
        return;
      }
      const reference = answered.document.documentNumber;
      await savePosting(trx, { key: postingKey, entity, caseId, system, kind: 'post', status: 'reversed' });
      await savePosting(trx, { key, entity, caseId, system, kind: 'reverse', status: 'posted', reference });
      await tellOfLinesGivenBack(trx, current, await releaseReservations(trx, caseId, 'confirmed-reversal'));
      await recordTransitions(trx, current, [...(await closeUnheardRefusals(trx, current, command, at)), ...confirmed(reference).transitions], { actor: `counterpart:${system}` });
    },
  });
  if (!('code' in answer)) return answer;
  // A failure stays in the history, where the ERP's own words have no place.
  if (!command.hearsRefusal) throw new KontorError('counterpart-rejected', `The ERP refuses the reversal (${answer.code}).`);
  return { outcome: 'refused', nextDeadline: dueAt, transitions: refusalTransitions(refusalOf(answer)) };
}

/** What the ERP will not reverse it may have reversed already, for somebody who did so there: its document under our key says so, and by what. */
async function reversedByHand({ port }: ErpAccess, { entity, postingKey, correlationId }: ReverseCommand): Promise<PostingAnswer | undefined> {
  return reversalOf(await port.findByExternalReference(entity, postingKey, { correlationId }));
}

/** Lifts the payment block of a document that was posted blocked, once everything that it waited for is there. A refusal is for people. */
export async function releaseSupplierInvoice(parts: PayablesParts, command: ReleaseCommand, attempt: number): Promise<PostAnswer> {
  const { entity, caseId, key, postingKey, correlationId } = command;
  const erp = await erpOf(parts, entity);
  const { system } = erp;
  if (!(await mayBeReleased(parts.db, command))) return { outcome: 'stale', transitions: [] };
  const posted = await postingUnder(parts, command);
  const documentNumber = posted.reference ?? '';
  const at = parts.now().toISOString();
  if (await correctedSince(parts.db, caseId, posted)) return refuseToRelease(parts, command, { caseId, code: 'CORRECTED', at, dueAt: await technicalDueAt(parts, entity, at), ...outdated(documentNumber) });
  const { setPaymentBlock } = erp.port;
  if (!setPaymentBlock) throw new KontorError('counterpart-rejected', 'This ERP has no payment blocks; approve before posting (policy posting.order).');
  const released: PostAnswer = { outcome: 'posted', reference: documentNumber, transitions: [{ kind: 'posting', at, system, key: postingKey, status: 'released', reference: documentNumber }] };
  let dueAt = at;
  const refusalOf = ({ code, message }: Refused): Refusal => ({ caseId, code, at, dueAt, title: `The ERP refused to release ${documentNumber} for payment: ${code}`, suggestion: `${message} Mend in the ERP what it names, then retry; or reject the document, which reverses it there.` });

  const answer = await erpEffect<PostAnswer>(parts, erp, command, attempt, {
    request: { entity, documentNumber, blocked: false },
    async enquire() {
      const document = await erp.port.findByExternalReference(entity, postingKey, { correlationId });
      return document && !document.paymentBlocked ? document : undefined;
    },
    async send() {
      const answered = await setPaymentBlock.call(erp.port, { entity, documentNumber, externalReference: postingKey, blocked: false }, { correlationId });
      if (answered.outcome === 'refused') dueAt = await technicalDueAt(parts, entity, at).catch(() => at);
      return answered;
    },
    outcomeOf: () => released,
    async write(trx, current, answered) {
      if (answered.outcome === 'refused') return openRefused(trx, current, command, refusalOf(answered), `counterpart:${system}`);
      await savePosting(trx, { key, entity, caseId, system, kind: 'release', status: 'posted', reference: answered.document.documentNumber });
      await tellOfFullCredit(trx, current, (await latestAssessment(trx, caseId))?.result.credit, documentNumber);
      await recordTransitions(trx, current, [...(await closeUnheardRefusals(trx, current, command, at)), ...released.transitions], { actor: `counterpart:${system}`, change: { onHold: false } });
    },
  });
  return 'code' in answer ? refusedAnswer(refusalOf(answer)) : withFullCredit(parts.db, caseId, answer);
}

/** What is released is the assessment that everybody has approved, and nothing newer is known of the document (M19). */
async function mayBeReleased(db: Db, { caseId, assessmentId }: ReleaseCommand): Promise<boolean> {
  const [stored, found] = await Promise.all([latestAssessment(db, caseId), readCase(db, caseId)]);
  const { closedAt, documentHash } = requiredOf(found, 'case', caseId).case;
  return stored?.id === assessmentId && closedAt === undefined && documentHash === stored.documentHash && (await isApproved(db, stored));
}

/** Early versions leave a document posted when it is corrected while blocked: what would be released is not what was approved. */
async function correctedSince(db: Db, caseId: string, { settledAt = '' }: StoredPosting): Promise<boolean> {
  return (await decisionsOf(db, caseId, 'accepted')).some((decision) => decision.update === 'correct' && Date.parse(decision.settledAt ?? '') > Date.parse(settledAt));
}

function outdated(documentNumber: string): Pick<Refusal, 'title' | 'suggestion'> {
  return {
    title: `The document was corrected after it had been posted as ${documentNumber}`,
    suggestion: 'The ERP has it as it was before, and keeps it blocked: it is not paid. Reject the document, which reverses it there, and have it entered again as it is to be.',
  };
}

async function refuseToRelease(parts: PayablesParts, command: ErpCommand, refusal: Refusal): Promise<PostAnswer> {
  await inTransaction(parts.db, async (trx) => openRefused(trx, requiredOf(await lockCase(trx, refusal.caseId), 'case', refusal.caseId), command, refusal, 'system:process'));
  return refusedAnswer(refusal);
}

async function openRefused(trx: Trx, current: CaseWithProgress, command: ErpCommand, refusal: Refusal, actor: string): Promise<void> {
  const unheard = await closeUnheardRefusals(trx, current, command, refusal.at);
  await openRefusal(trx, current, refusal);
  await recordTransitions(trx, current, [...unheard, ...refusalTransitions(refusal)], { actor });
}

function refusedAnswer(refusal: Refusal): PostAnswer {
  return { outcome: 'refused', reference: refusalId(refusal), nextDeadline: refusal.dueAt, transitions: refusalTransitions(refusal) };
}

/** The document that was posted under a key, with the ERP's number of it. */
async function postingUnder({ db }: PayablesParts, { caseId, postingKey }: { caseId: string; postingKey: string }): Promise<StoredPosting> {
  return requiredOf((await postingsOf(db, caseId)).find(({ key }) => key === postingKey), 'posting', postingKey);
}
