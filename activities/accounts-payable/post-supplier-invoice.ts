import { latestAssessment, type StoredAssessment } from '../../db/repositories/assessments.ts';
import { linkCases, lockCase, readCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { inTransaction, onOneConnection, type Db, type Trx } from '../../db/client.ts';
import { erpSource, toldOfOrders } from '../../db/repositories/inbound.ts';
import { isUnderWay } from '../../db/repositories/once.ts';
import { policyByVersion } from '../../db/repositories/policies.ts';
import { savePosting } from '../../db/repositories/postings.ts';
import { markReservationsPosted } from '../../db/repositories/reservations.ts';
import { KontorError } from '../../domain/errors.ts';
import type { PostingDraft } from '../../domain/model/assessment.ts';
import type { Case } from '../../domain/model/case.ts';
import type { PostedDocument, SupplierInvoiceCommand } from '../../domain/model/posting.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { lackingApprovers } from '../../domain/rules/accounts-payable/approval-decision.ts';
import { approvalsGiven } from './approvals.ts';
import type { PostAnswer, PostCommand } from './commands.ts';
import { erpEffect, erpOf, judgedAnswer, type Refused } from './erp-effect.ts';
import { tellOfFullCredit, withFullCredit } from './full-credit.ts';
import { requiredOf } from '../lookup.ts';
import type { ErpAccess, PayablesParts } from './parts.ts';
import { closeUnheardRefusals, openRefusal, refusalId, refusalTransitions, type Refusal } from './refusals.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { recordTransitions } from '../transitions.ts';

/**
 * Posts an assessed document to the company's ERP, once under its key. What is posted is the assessment that was approved and
 * nothing newer or older (M19, guarantee 4); a refusal by the ERP becomes an exception with an owner.
 */
export async function postSupplierInvoice(parts: PayablesParts, command: PostCommand, attempt: number): Promise<PostAnswer> {
  const { entity, key, correlationId } = command;
  const [assessment, erp] = await onOneConnection(parts.db, (db) => Promise.all([currentAssessment(db, command), erpOf({ ...parts, db }, entity)]));
  if (!assessment) return { outcome: 'stale', transitions: [] };
  const at = parts.now().toISOString();
  const posting: Posting = { assessment, erp, command, at, dueAt: at };
  const request: SupplierInvoiceCommand = { ...assessment.draft, externalReference: key, correlationId };
  const enquire = () => erp.port.findByExternalReference(entity, key, { correlationId });
  const answer = await erpEffect<PostAnswer>(parts, erp, command, attempt, {
    request,
    enquire,
    async send() {
      const answered = await judgedAnswer(await erp.port.postSupplierInvoice(request, { correlationId }), key, enquire);
      if (answered.outcome === 'refused') posting.dueAt = await technicalDueAt(parts, entity, at).catch(() => at);
      return answered;
    },
    outcomeOf: (document) => postedAnswer(document, posting),
    write: (trx, current, answered) => (answered.outcome === 'posted' ? writePosted(trx, current, answered.document, posting) : writeRefused(trx, current, answered, posting)),
  }).catch(async (error: unknown) => {
    if (error instanceof KontorError && error.category === 'outcome-unknown') await showUnknown(parts, erp, command, at);
    throw error;
  });
  return 'code' in answer ? refusedAnswer(answer, posting) : withFullCredit(parts.db, command.caseId, answer);
}

interface Current {
  stored: StoredAssessment;
  draft: PostingDraft;
}

interface Posting {
  assessment: Current;
  erp: ErpAccess;
  command: PostCommand;
  at: string;
  /** When somebody has to have looked at a refusal; known once there is one. */
  dueAt: string;
}

/** A posting that waits for longer looks whether its order has changed in the ERP since it was judged (M19). */
const judgedForMs = 60_000;

/** The assessment if it is still the newest and not overtaken, may be posted, and everybody who has to approve it has done so for exactly this version. */
async function currentAssessment(db: Db, { caseId, assessmentId, key }: PostCommand): Promise<Current | undefined> {
  const [stored, found] = await Promise.all([latestAssessment(db, caseId), readCase(db, caseId)]);
  const current = requiredOf(found, 'case', caseId);
  if (!stored || stored.id !== assessmentId || current.case.closedAt !== undefined || current.case.documentHash !== stored.documentHash) return undefined;
  const { result } = stored;
  if (!result.posting || result.disposition === 'exception' || result.disposition === 'duplicate') return undefined;
  if (!result.postBeforeApproval && !(await isApproved(db, stored))) return undefined;
  if (stored.ageMs > judgedForMs && (await orderChangedSince(db, current.case, stored)) && !(await isUnderWay(db, key))) return undefined;
  return { stored, draft: result.posting };
}

/** What the ERP said of its orders about when it was judged, or after: the ERP was asked a moment before. */
function orderChangedSince(db: Db, { entity, orderNumbers }: Case, { createdAt }: StoredAssessment): Promise<boolean> {
  return toldOfOrders(db, erpSource(entity), orderNumbers, new Date(Date.parse(createdAt) - judgedForMs).toISOString());
}

/** Everybody who is to approve this assessment has done so, for exactly this version. */
export async function isApproved(db: Db, { caseId, decisionHash, result }: StoredAssessment): Promise<boolean> {
  if (result.route.steps.length === 0) return true;
  const given = await approvalsGiven(db, caseId, decisionHash ?? '', result.route.steps);
  const { content: { breakGlass } } = await policyByVersion(db, 'approval', result.route.policyVersion);
  return result.route.steps.every((step) => lackingApprovers(step, step.id, given, [], breakGlass) === 0);
}

function postedAnswer({ documentNumber: reference }: PostedDocument, { assessment: { stored: { result } }, erp, command: { key }, at }: Posting): PostAnswer {
  return { outcome: 'posted', reference, blockOutstanding: result.paymentBlock.blocked, transitions: [{ kind: 'posting', at, system: erp.system, key, status: 'posted', reference, amount: result.payable }] };
}

function refusedAnswer(answer: Refused, posting: Posting): PostAnswer {
  const { erp, command: { key }, at, dueAt } = posting;
  const refusal = refusalOf(answer, posting);
  return { outcome: 'refused', reference: refusalId(refusal), nextDeadline: dueAt, transitions: [{ kind: 'posting', at, system: erp.system, key, status: 'refused', reference: answer.code }, ...refusalTransitions(refusal)] };
}

function refusalOf({ code, message }: Refused, { command: { caseId }, at, dueAt }: Posting): Refusal {
  return { caseId, code, at, dueAt, title: `The ERP refused the posting: ${code}`, suggestion: `${message} Correct the coding or the master data, then retry; or reject the document.` };
}

async function writePosted(trx: Trx, current: CaseWithProgress, document: PostedDocument, posting: Posting): Promise<void> {
  const { caseId, entity, key } = posting.command;
  const { result } = posting.assessment.stored;
  const { credit, payable, paymentBlock } = result;
  if (credit?.against) await linkCases(trx, entity, caseId, { otherCase: credit.against, kind: 'credits' });
  if (!paymentBlock.blocked) await tellOfFullCredit(trx, current, credit, document.documentNumber);
  const unheard = await closeUnheardRefusals(trx, current, posting.command, posting.at);
  await Promise.all([
    savePosting(trx, { key, entity, caseId, system: posting.erp.system, kind: 'post', amount: payable, status: 'posted', reference: document.documentNumber }),
    markReservationsPosted(trx, caseId, key),
    recordTransitions(trx, current, [...unheard, ...postedAnswer(document, posting).transitions], { ...originOf(posting), change: { onHold: paymentBlock.blocked, milestones: ['posted'] } }),
  ]);
}

async function writeRefused(trx: Trx, current: CaseWithProgress, answer: Refused, posting: Posting): Promise<void> {
  const { caseId, entity, key } = posting.command;
  const { payable } = posting.assessment.stored.result;
  await savePosting(trx, { key, entity, caseId, system: posting.erp.system, kind: 'post', amount: payable, status: 'refused', detail: { code: answer.code } });
  const unheard = await closeUnheardRefusals(trx, current, posting.command, posting.at);
  await openRefusal(trx, current, refusalOf(answer, posting));
  await recordTransitions(trx, current, [...unheard, ...refusedAnswer(answer, posting).transitions], originOf(posting));
}

function originOf({ erp, assessment: { stored } }: Posting): { actor: string; decisionHash?: string; policyVersions: Record<string, string> } {
  return { actor: `counterpart:${erp.system}`, ...(stored.decisionHash ? { decisionHash: stored.decisionHash } : {}), policyVersions: stored.policyVersions };
}

/** People see that the outcome is open; the next try enquires before anything is sent again. */
async function showUnknown({ db }: PayablesParts, { system }: ErpAccess, { caseId, key }: PostCommand, at: string): Promise<void> {
  await inTransaction(db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    if (current.progress.postings.some((posting) => posting.key === key)) return;
    await recordTransitions(trx, current, [{ kind: 'posting', at, system, key, status: 'unknown', reference: '' }], { actor: `counterpart:${system}` });
  });
}
