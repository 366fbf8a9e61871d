import { inTransaction, type Db, type Trx } from '../../db/client.ts';
import { latestAssessment, readFacts, saveAssessment } from '../../db/repositories/assessments.ts';
import { lockCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { readDocument, type StoredDocument } from '../../db/repositories/documents.ts';
import { claimInvoiceKey, invoiceLockKeys, type InvoiceKey } from '../../db/repositories/invoice-keys.ts';
import { usedKeys } from '../../db/repositories/postings.ts';
import { holdReservations, orderLineLockKeys } from '../../db/repositories/reservations.ts';
import { lockKeys } from '../../db/locks.ts';
import type { Assessment } from '../../domain/model/assessment.ts';
import type { InvoiceFacts } from '../../domain/model/invoice-facts.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { assessInvoice, dispositionOfRepeat, isOpenDuplicate } from '../../domain/rules/accounts-payable/assess.ts';
import { decisionSubject } from '../../domain/rules/accounts-payable/decision-subject.ts';
import { documentKeys, isPlaceholder } from '../../domain/rules/accounts-payable/document-number.ts';
import { toFindings } from '../../domain/rules/accounts-payable/findings.ts';
import { effectKey, numberAfter, supplierDocumentKey } from '../../domain/rules/posting-key.ts';
import { hashOf } from '../decisions.ts';
import { arrangeApprovals, type Approvals } from './approvals.ts';
import type { AssessmentAnswer, CaseRef, Disposition } from './commands.ts';
import { arrangeExceptions, standingOfPosted, type Exceptions } from './exceptions.ts';
import { accountsOf, assembleFacts, readStanding, standingPosting } from './facts.ts';
import { erpFactsSchema, type ErpFacts } from './gather-invoice-facts.ts';
import { tellOfLinesGivenBack } from './given-back.ts';
import { assessmentIdOf } from './ids.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import type { PayablesParts } from './parts.ts';
import { recordTransitions } from '../transitions.ts';

/**
 * Judges a document and records the judgement in one transaction: under the locks of its number and of its order lines it
 * reads what counts, evaluates the pure rules, reserves quantities, claims its number, asks people and moves the case on.
 */
export async function recordAssessment(parts: PayablesParts, command: CaseRef & { factsId: string }): Promise<AssessmentAnswer> {
  return inTransaction(parts.db, async (trx) => {
    const { document, erp } = await readSnapshot(trx, command);
    const now = parts.now();
    const [, locked, company, standing] = await Promise.all([
      lockKeys(trx, locksOf(command.entity, document, erp)),
      lockCase(trx, command.caseId),
      requiredEntity(trx, command.entity),
      readStanding(trx, { id: command.caseId, entity: command.entity }, erp, now),
    ]);
    const current = requiredOf(locked, 'case', command.caseId);
    const facts = await assembleFacts(trx, { company, current, document, erp, standing, now });
    if (current.case.closedAt !== undefined) return asBeforeItsEnd(trx, { current, facts, factsId: command.factsId, at: now.toISOString() });
    const assessment = await claimNumber(trx, facts, assessInvoice(facts));
    return record(trx, { current, facts, assessment, factsId: command.factsId, at: now.toISOString() });
  });
}

/** Whether two looks at a document, the second of which recorded nothing, come to the same. */
export function saysTheSame(a: AssessmentAnswer, b: AssessmentAnswer): boolean {
  const [one, other] = [a, b].map(({ transitions }) => transitions.find((transition) => transition.kind === 'assessed'));
  return a.disposition === b.disposition && one?.decisionHash === other?.decisionHash && String(one?.findings) === String(other?.findings);
}

/** The document in the version that the ERP was asked about, and what it said. */
async function readSnapshot(db: Db, { caseId, factsId }: { caseId: string; factsId: string }): Promise<{ document: StoredDocument; erp: ErpFacts }> {
  const [found, newest] = await Promise.all([readFacts(db, factsId), readDocument(db, caseId)]);
  const snapshot = requiredOf(found, 'snapshot', factsId);
  const document = newest?.version === snapshot.documentVersion ? newest : await readDocument(db, caseId, snapshot.documentVersion);
  return { document: requiredOf(document, 'document', caseId), erp: erpFactsSchema.parse(snapshot.facts) };
}

interface Judged {
  current: CaseWithProgress;
  facts: InvoiceFacts;
  assessment: Assessment;
  factsId: string;
  at: string;
}

/** A case that has ended is not judged again: who comes late, or repeats what led to its end, hears what was known before it. */
async function asBeforeItsEnd(trx: Trx, ended: Omit<Judged, 'assessment'>): Promise<AssessmentAnswer> {
  const { id, result } = (await latestAssessment(trx, ended.current.case.id)) ?? { id: assessmentIdOf(ended.current.case.id), result: assessInvoice(ended.facts) };
  return answer({ ...ended, assessment: result }, id, standingPosting(ended.current) ? 'posted' : result.disposition, [], undefined);
}

async function record(trx: Trx, judged: Judged): Promise<AssessmentAnswer> {
  const { current, facts, assessment, at } = judged;
  const assessmentId = assessmentIdOf(current.case.id);
  const decisionHash = hashOf(decisionSubject(assessment, facts));
  const { id: caseId, entity } = current.case;
  const { disposition: concluded, policyVersions } = assessment;
  const [, givenBack, exceptions, approvals] = await Promise.all([
    saveAssessment(trx, { id: assessmentId, entity, caseId, factsId: judged.factsId, documentHash: facts.documentHash, decisionHash, disposition: concluded, result: assessment, policyVersions }),
    holdReservations(trx, entity, caseId, assessment.reservationsToHold),
    arrangeExceptions(trx, { current, assessment, decisionHash, at }),
    arrangeApprovals(trx, { current, facts, assessment, decisionHash, at }),
  ]);
  await tellOfLinesGivenBack(trx, current, givenBack);
  const disposition = nextStep(current, assessment, approvals);
  const transitions = transitionsOf(judged, { assessmentId, decisionHash }, disposition, exceptions, approvals);
  if (disposition === 'posted') transitions.push(await standingOfPosted(trx, caseId, at));
  await recordTransitions(trx, current, transitions, {
    actor: 'system:rules',
    decisionHash,
    policyVersions,
    change: {
      payable: assessment.payable,
      dueDate: assessment.dueDate,
      orderNumbers: orderNumbersOf(facts),
      ...(assessment.supplierId ? { supplierId: assessment.supplierId } : {}),
      milestones: [...(disposition === 'ready-to-post' || disposition === 'needs-approval' ? (['matched'] as const) : []), ...(approvals.complete && approvals.asked ? (['approved'] as const) : [])],
    },
  });
  const recorded = answer(judged, assessmentId, disposition, transitions, deadline(exceptions, approvals, assessment, disposition));
  return disposition === 'ready-to-post' ? { ...recorded, postingNumber: await postingNumberOf(trx, judged, recorded) } : recorded;
}

/** A13: a number that was posted, reversed and given up comes again in another case, which goes on counting; so does one that may come again each year. The number is ours, so that nobody posts under it meanwhile. */
async function postingNumberOf(trx: Trx, { current: { case: { id: caseId, entity, process } }, facts: { invoice } }: Judged, document: AssessmentAnswer): Promise<number> {
  const prefix = effectKey(process, supplierDocumentKey({ entity, ...document }), 'post', 0).slice(0, -1);
  return numberAfter(await usedKeys(trx, { entity, caseId, documentClass: invoice.class, k1: documentKeys(invoice.number).k1, prefix }));
}

/** What the process does next: the rules' disposition, the approvals on file for exactly this version, and what the ERP already has. */
function nextStep(current: CaseWithProgress, assessment: Assessment, approvals: Approvals): Disposition {
  const posted = standingPosting(current) !== undefined;
  const released = current.progress.postings.some(({ status }) => status === 'released');
  const waits = assessment.paymentBlock.reasons.includes('receipt');
  switch (assessment.disposition) {
    case 'duplicate':
    case 'exception':
    case 'awaiting-receipt':
      return assessment.disposition;
    case 'needs-approval':
    case 'ready-to-post':
      if (!posted) return approvals.complete || assessment.postBeforeApproval ? 'ready-to-post' : 'needs-approval';
      if (!approvals.complete) return 'needs-approval';
      if (waits) return 'awaiting-receipt';
      return released || !current.case.onHold ? 'posted' : 'ready-to-release';
  }
}

function transitionsOf({ current, facts, assessment, at }: Judged, version: { assessmentId: string; decisionHash: string }, disposition: Disposition, exceptions: Exceptions, approvals: Approvals): Transition[] {
  const transitions: Transition[] = [
    {
      kind: 'assessed',
      at,
      ...version,
      disposition: assessment.disposition,
      documentHash: facts.documentHash,
      payable: assessment.payable,
      findings: [...new Set(assessment.findings.map(({ code }) => code))],
      policyVersions: assessment.policyVersions,
    },
    ...approvals.transitions,
    ...exceptions.transitions,
  ];
  if (disposition === 'exception') transitions.push({ kind: 'awaiting', at, stage: 'exception', awaiting: exceptions.awaiting });
  if (disposition === 'needs-approval') transitions.push({ kind: 'awaiting', at, stage: 'approval', awaiting: approvals.awaiting });
  if (disposition === 'awaiting-receipt') transitions.push({ kind: 'awaiting', at, stage: 'awaiting-receipt', awaiting: receiptsAwaited(current, assessment, at) });
  return transitions;
}

function receiptsAwaited({ case: { id } }: CaseWithProgress, assessment: Assessment, at: string): Extract<Transition, { kind: 'awaiting' }>['awaiting'] {
  const waiting = assessment.findings.filter(({ severity }) => severity === 'wait');
  return waiting.map((finding) => ({
    what: `receipt of ${finding.orderNumber ?? 'the order'}${finding.orderLine ? ` line ${finding.orderLine}` : ''}`,
    subject: `${id}:${finding.scope}`,
    role: finding.ownerRole,
    ...(finding.ownerPerson ? { person: finding.ownerPerson } : {}),
    since: at,
    dueAt: finding.dueAt,
  }));
}

/**
 * D11: the number is claimed under its locks. Whoever holds it already is the original; the rules saw it as a candidate, and
 * should they not have, the claim itself still says so.
 */
async function claimNumber(trx: Trx, facts: InvoiceFacts, assessment: Assessment): Promise<Assessment> {
  const isRepeat = assessment.findings.some(isOpenDuplicate);
  const claim = await claimInvoiceKey(trx, invoiceKeyOf(facts, assessment), { isRepeat });
  if (claim.claimed || isRepeat) return assessment;
  const unseen = toFindings([{ code: 'duplicate-exact', rule: 'D1', scope: `case:${claim.holder}`, relatedCase: claim.holder, score: 100 }], facts);
  const known = { ...assessment, findings: [...unseen, ...assessment.findings] };
  if (!unseen.some(isOpenDuplicate)) return claimNumber(trx, facts, known);
  const disposition = dispositionOfRepeat(facts);
  return { ...known, disposition, ...(disposition === 'duplicate' ? { duplicateOf: claim.holder } : {}), reservationsToHold: [], posting: undefined };
}

function invoiceKeyOf(facts: InvoiceFacts, assessment: Assessment): InvoiceKey {
  const { invoice, entity, caseId } = facts;
  const keys = documentKeys(invoice.number);
  const supplier = facts.supplierCandidates.find(({ id }) => id === assessment.supplierId);
  const { exactScope, placeholders } = facts.policies.duplicates.content;
  const isAlone = acceptsDuplicate(assessment) ? 'override' : isPlaceholder(invoice.number, placeholders) ? 'placeholder' : undefined;
  const scope = isAlone ? `${isAlone}:${caseId}` : exactScope === 'same-year' ? invoice.issueDate.slice(0, 4) : '';
  return {
    caseId,
    entity: entity.id,
    ...(assessment.supplierId ? { supplierId: assessment.supplierId } : {}),
    ...(assessment.supplierGroup ? { supplierGroup: assessment.supplierGroup } : {}),
    sellerName: invoice.seller.name,
    class: invoice.class,
    typeCode: invoice.typeCode,
    documentHash: facts.documentHash,
    scope,
    number: invoice.number,
    rawKey: keys.number,
    k1: keys.k1,
    k2: keys.k2,
    issueDate: invoice.issueDate,
    gross: invoice.totals.gross,
    net: invoice.totals.net,
    accounts: accountsOf(supplier, invoice.payment.means.flatMap(({ account }) => account?.iban ?? account?.id ?? [])),
    ...(invoice.seller.vatId ? { vatId: invoice.seller.vatId } : {}),
    preceding: invoice.references.preceding.map(({ number }) => number),
  };
}

/** The document's number, whoever the supplier turns out to be, and every line of its orders. */
function locksOf(entity: string, { invoice }: StoredDocument, { orders }: ErpFacts): string[] {
  const lines = orders.flatMap((order) => order.lines.map((line) => ({ orderNumber: order.number, orderLine: line.id })));
  return [...invoiceLockKeys({ entity, ...documentKeys(invoice.number) }), ...orderLineLockKeys(entity, lines)];
}

function answer({ current, facts, assessment }: Judged, assessmentId: string, disposition: Disposition, transitions: Transition[], nextDeadline: string | undefined): AssessmentAnswer {
  const { invoice } = facts;
  const posted = standingPosting(current);
  return {
    disposition,
    assessmentId,
    supplierId: assessment.supplierId ?? '',
    documentNumber: numberForKeys(facts, assessment),
    class: invoice.class,
    payable: assessment.payable,
    ...(assessment.duplicateOf ? { duplicateOf: assessment.duplicateOf } : {}),
    ...(posted ? { posted: { key: posted.key, reference: posted.reference } } : {}),
    ...(nextDeadline ? { nextDeadline } : {}),
    transitions,
  };
}

/** D10: what two persons called another document has a key of its own, or it would be taken for the first one's repeat. */
function numberForKeys({ invoice, caseId }: InvoiceFacts, assessment: Assessment): string {
  return acceptsDuplicate(assessment) ? `${invoice.number}~${caseId}` : invoice.number;
}

function acceptsDuplicate({ findings }: Assessment): boolean {
  return findings.some(({ code, overridden }) => code === 'duplicate-exact' && overridden);
}

function deadline(exceptions: Exceptions, approvals: Approvals, assessment: Assessment, disposition: Disposition): string | undefined {
  const waits = disposition === 'awaiting-receipt' ? assessment.findings.filter(({ severity }) => severity === 'wait').map(({ dueAt }) => dueAt) : [];
  return [...exceptions.deadlines, ...approvals.deadlines, ...waits].sort()[0];
}

function orderNumbersOf({ orders, invoice, corrections }: InvoiceFacts): string[] {
  const stated = [invoice.references.order, ...invoice.lines.map(({ orderNumber }) => orderNumber), ...corrections.lines.map(({ orderNumber }) => orderNumber), ...orders.map(({ number }) => number)];
  return [...new Set(stated.filter((number) => number !== undefined))].sort();
}
