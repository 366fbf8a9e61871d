import type { PostingAnswer } from '../../adapters/ports/erp.ts';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { latestAssessment, type StoredAssessment } from '../../db/repositories/assessments.ts';
import { linkCases, lockCase, readCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { inTransaction, type Trx } from '../../db/client.ts';
import { openException } from '../../db/repositories/exceptions.ts';
import { recordInbound } from '../../db/repositories/inbound.ts';
import { enqueue } from '../../db/repositories/outbox.ts';
import { savePosting } from '../../db/repositories/postings.ts';
import { markReservationsPosted } from '../../db/repositories/reservations.ts';
import { KontorError } from '../../domain/errors.ts';
import type { PostingDraft } from '../../domain/model/assessment.ts';
import type { SupplierInvoiceCommand } from '../../domain/model/posting.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { once } from '../once.ts';
import type { PostAnswer, PostCommand } from './commands.ts';
import { requiredEntity, requiredOf } from './lookup.ts';
import type { ErpAccess, PayablesParts } from './parts.ts';
import { paymentEventSource } from './record-payment-event.ts';
import { technicalDueAt } from './parking.ts';
import { recordTransitions } from './transitions.ts';

/** Added to the longest call, so that a slow answer still belongs to its own attempt. */
export const leaseMarginMs = 2_000;

/**
 * Posts an assessed document to the company's ERP, once under its key. What is posted is the assessment that was approved and
 * nothing newer or older (M19, guarantee 4); a refusal by the ERP becomes an exception with an owner.
 */
export async function postSupplierInvoice(parts: PayablesParts, command: PostCommand, attempt: number): Promise<PostAnswer> {
  const { caseId, entity, key, correlationId } = command;
  const assessment = await currentAssessment(parts, command);
  if (!assessment) return { outcome: 'stale', transitions: [] };
  const erp = parts.erpOf(await requiredEntity(parts.db, entity));
  const request: SupplierInvoiceCommand = { ...assessment.draft, externalReference: key, correlationId };
  const at = parts.now().toISOString();
  const dueAt = await technicalDueAt(parts, entity, at);
  let answered: PostAnswer | undefined;

  const result = await once<PostingAnswer, PostAnswer>(
    { db: parts.db, attempt, processEpoch: parts.processEpoch },
    {
      key,
      entity,
      caseId,
      system: erp.system,
      request,
      settleWindowMs: erp.settleWindowMs,
      leaseMs: erp.longestCallMs + leaseMarginMs,
      enquire: () => enquire(erp, entity, key, correlationId),
      send: () => erp.port.postSupplierInvoice(request, { correlationId }),
      outcomeOf(answer) {
        answered = answerOf(answer, { assessment, erp, command, at, dueAt });
        return answer.outcome === 'posted' ? answered : undefined;
      },
      write: (trx, answer) => write(trx, answer, answered as PostAnswer, { assessment, erp, command, at, dueAt }),
    },
  ).catch(async (error: unknown) => {
    if (error instanceof KontorError && error.category === 'outcome-unknown') await showUnknown(parts, erp, command, at);
    throw error;
  });
  return 'transitions' in result ? result : (answered as PostAnswer);
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
  dueAt: string;
}

/** The assessment if it is still the newest, may be posted, and everybody who has to approve it has done so for exactly this version. */
async function currentAssessment({ db }: PayablesParts, { caseId, assessmentId }: PostCommand): Promise<Current | undefined> {
  const stored = await latestAssessment(db, caseId);
  const current = requiredOf(await readCase(db, caseId), 'case', caseId);
  if (!stored || stored.id !== assessmentId || current.case.closedAt !== undefined || current.case.documentHash !== stored.documentHash) return undefined;
  const { result } = stored;
  if (!result.posting || result.disposition === 'exception' || result.disposition === 'duplicate') return undefined;
  if (!result.postBeforeApproval && result.route.steps.length > 0 && !(await isApproved(db, stored))) return undefined;
  return { stored, draft: result.posting };
}

async function isApproved(db: PayablesParts['db'], { caseId, decisionHash, result }: StoredAssessment): Promise<boolean> {
  const approved = (await tasksOf(db, caseId, 'decided')).filter((task) => task.decisionHash === decisionHash && task.decision === 'approve');
  return result.route.steps.every((step) => approved.filter((task) => task.step === step.id).length >= step.required);
}

async function enquire({ port }: ErpAccess, entity: string, key: string, correlationId: string): Promise<PostingAnswer | undefined> {
  const document = await port.findByExternalReference(entity, key, { correlationId });
  return document && { outcome: 'posted', document };
}

function answerOf(answer: PostingAnswer, { assessment, erp, command, at, dueAt }: Posting): PostAnswer {
  const { key, caseId } = command;
  if (answer.outcome === 'posted') {
    const reference = answer.document.documentNumber;
    const { result } = assessment.stored;
    const blockOutstanding = result.paymentBlock.reasons.some((reason) => reason === 'approval' || reason === 'receipt');
    return { outcome: 'posted', reference, blockOutstanding, transitions: [{ kind: 'posting', at, system: erp.system, key, status: 'posted', reference }] };
  }
  const exceptionId = `${caseId}-e-${answer.code.slice(0, 20)}-${at.replace(/\D/g, '').slice(4, 14)}`;
  const transitions: Transition[] = [
    { kind: 'posting', at, system: erp.system, key, status: 'refused', reference: answer.code },
    { kind: 'exception-opened', at, exceptionId, code: 'counterpart-rejected', owner: 'ap-clerk' },
    { kind: 'awaiting', at, stage: 'refused-by-erp', awaiting: [{ what: 'resolve counterpart-rejected', subject: exceptionId, role: 'ap-clerk', since: at, dueAt }] },
  ];
  return { outcome: 'refused', reference: exceptionId, nextDeadline: dueAt, transitions };
}

/** State, read model and audit, in the transaction that records the outcome. */
async function write(trx: Trx, answer: PostingAnswer, answered: PostAnswer, posting: Posting): Promise<void> {
  const { command, erp, assessment } = posting;
  const { caseId, entity, key } = command;
  const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
  const common = { key, entity, caseId, system: erp.system, kind: 'post' as const, amount: assessment.stored.result.payable };
  if (answer.outcome === 'posted') {
    await savePosting(trx, { ...common, status: 'posted', reference: answer.document.documentNumber });
    await markReservationsPosted(trx, caseId, key);
    const { credit } = assessment.stored.result;
    if (credit?.against) await linkCases(trx, entity, caseId, { otherCase: credit.against, kind: 'credits' });
    if (credit?.against && credit.settlement === 'closes-both') await tellOfFullCredit(trx, current, credit.against, answer.document.documentNumber);
  } else {
    await savePosting(trx, { ...common, status: 'refused', detail: { code: answer.code } });
    await openRefusal(trx, current, answer, answered, posting);
  }
  await recordTransitions(trx, current, answered.transitions, {
    actor: `counterpart:${erp.system}`,
    ...(assessment.stored.decisionHash ? { decisionHash: assessment.stored.decisionHash } : {}),
    policyVersions: assessment.stored.policyVersions,
    change: answer.outcome === 'posted' ? { onHold: assessment.stored.result.paymentBlock.blocked, milestones: ['posted'] } : {},
  });
}

/** C4: a full credit of an unpaid invoice closes both; the invoice hears of it as of any other settlement. */
async function tellOfFullCredit(trx: Trx, { case: { id, entity, correlationId } }: CaseWithProgress, against: string, reference: string): Promise<void> {
  const credited = requiredOf(await readCase(trx, against), 'case', against);
  const eventId = `credit-${id}`;
  const payload = { caseId: against, status: 'credited', reference };
  const fresh = await recordInbound(trx, { source: paymentEventSource, entity, events: [{ id: eventId, kind: 'credited', payload }] });
  if (fresh.length === 0 || credited.case.closedAt !== undefined) return;
  await enqueue(trx, {
    entity, caseId: against, kind: 'signal-workflow', key: `${paymentEventSource}/${eventId}`, workflowId: credited.case.workflowId,
    payload: { signal: 'paymentStatus', input: { eventId } }, correlationId,
  });
}

async function openRefusal(trx: Trx, { case: { workflowId, correlationId, documentHash } }: CaseWithProgress, answer: Extract<PostingAnswer, { outcome: 'refused' }>, answered: PostAnswer, { command, dueAt }: Posting): Promise<void> {
  await openException(trx, {
    id: answered.reference as string,
    entity: command.entity,
    case: command.caseId,
    workflowId,
    origin: 'process',
    code: 'counterpart-rejected',
    reasonCode: 'OTH',
    actionCode: 'NOA',
    title: `The ERP refused the posting: ${answer.code}`,
    suggestion: `${answer.message} Correct the coding or the master data, then retry; or reject the document.`,
    findings: [],
    ownerRole: 'ap-clerk',
    dueAt,
    documentHash,
    correlationId,
  });
}

/** People see that the outcome is open; the next try enquires before anything is sent again. */
async function showUnknown({ db }: PayablesParts, { system }: ErpAccess, { caseId, key }: PostCommand, at: string): Promise<void> {
  await inTransaction(db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    if (current.progress.postings.some((posting) => posting.key === key)) return;
    await recordTransitions(trx, current, [{ kind: 'posting', at, system, key, status: 'unknown', reference: '' }], { actor: `counterpart:${system}` });
  });
}
