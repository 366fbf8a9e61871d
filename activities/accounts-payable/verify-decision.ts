import { inTransaction, type Trx } from '../../db/client.ts';
import { latestAssessment, readFacts, type StoredAssessment } from '../../db/repositories/assessments.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import { lockCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { acceptDecision, lockDecision, refuseDecision } from '../../db/repositories/decisions.ts';
import { readDocument } from '../../db/repositories/documents.ts';
import type { Decision } from '../../domain/model/decision.ts';
import type { InvoiceFacts } from '../../domain/model/invoice-facts.ts';
import type { DecisionStatement } from '../../temporal-config/decision-envelope.ts';
import type { DecisionAnswer, DecisionCommand } from './commands.ts';
import { judgeCorrection, judgeWithdrawal } from './decide-correction.ts';
import { judgeApproval } from './decide-approval.ts';
import { judgeResolution } from './decide-exception.ts';
import { assembleFacts } from './facts.ts';
import { erpFactsSchema } from './gather-invoice-facts.ts';
import { requiredEntity, requiredOf } from './lookup.ts';
import type { PayablesParts } from './parts.ts';
import { hashOf } from './record-assessment.ts';
import { recordTransitions } from './transitions.ts';

/** What a judge of one kind of decision looks at. */
export interface Hearing {
  trx: Trx;
  decision: Decision;
  current: CaseWithProgress;
  facts: InvoiceFacts;
  assessment: StoredAssessment | undefined;
  at: string;
}

export type Verdict = { accepted: true; answer: Extract<DecisionAnswer, { accepted: true }>; touched?: boolean } | Refused;
export interface Refused {
  accepted: false;
  code: string;
  message: string;
}

/**
 * Judges what a person decided, in one transaction: the row must be there, its envelope genuine and about exactly this, and
 * the person entitled now. Only then is it accepted and the case moved on; everything else is refused, with a reason that
 * the person reads. An update without such a row moves nothing, whoever sent it.
 */
export async function verifyAndRecordDecision(parts: PayablesParts, command: DecisionCommand): Promise<DecisionAnswer> {
  const at = parts.now().toISOString();
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, command.caseId), 'case', command.caseId);
    const decision = await lockDecision(trx, command.decisionId);
    if (!decision || decision.case !== command.caseId || decision.update !== command.kind) return refusal('unknown-resource', 'No such decision was made through the API.');
    if (decision.state === 'accepted') return { accepted: true, effect: 'recorded', transitions: [] };
    if (decision.state === 'refused') return refusal(decision.refusal?.code ?? 'already-decided', decision.refusal?.message ?? 'This decision was refused.');

    const verdict = await judge(parts, { trx, decision, current, at });
    return verdict.accepted ? accept(trx, current, decision, verdict) : refuse(trx, current, decision, verdict);
  });
}

async function judge(parts: PayablesParts, hearing: Pick<Hearing, 'trx' | 'decision' | 'current' | 'at'>): Promise<Verdict> {
  const { trx, decision, current } = hearing;
  if (current.case.closedAt !== undefined) return refusal('already-decided', `The document has ended as ${current.case.state}.`);
  if (decision.state === 'superseded') return refusal('already-decided', 'This was decided in the meantime.');
  const statement = await parts.openStatement(decision.envelope);
  if (!statement || !states(statement, decision)) return refusal('not-permitted', 'The signature of this decision is not genuine, or it was signed for something else.');

  const assessment = await latestAssessment(trx, current.case.id);
  const facts = await factsNow(parts, trx, current, assessment);
  const heard: Hearing = { ...hearing, facts, assessment };
  switch (decision.update) {
    case 'decide':
      return judgeApproval(heard);
    case 'resolveException':
      return judgeResolution(heard);
    case 'correct':
      return judgeCorrection(heard);
    case 'withdraw':
      return judgeWithdrawal(heard);
  }
}

/** The signed words and the row must say the same in every respect (S11). */
function states(statement: DecisionStatement, decision: Decision): boolean {
  const same: [unknown, unknown][] = [
    [statement.decisionId, decision.id],
    [statement.entity, decision.entity],
    [statement.caseId, decision.case],
    [statement.workflowId, decision.workflowId],
    [statement.update, decision.update],
    [statement.decision, decision.decision],
    [statement.task, decision.approval],
    [statement.exception, decision.exception],
    [statement.reasonCode, decision.reasonCode],
    [statement.documentHash, decision.documentHash],
    [statement.decisionHash, decision.decisionHash],
    [statement.policyVersion, decision.policyVersion],
    [statement.person, decision.person],
    [statement.onBehalfOf, decision.onBehalfOf],
    [statement.payloadHash, hashOf(decision.payload)],
  ];
  return same.every(([signed, stored]) => signed === stored);
}

/** Persons, delegations and policies as they stand now (A9), on the snapshot of the newest assessment. */
async function factsNow({ now }: PayablesParts, trx: Trx, current: CaseWithProgress, assessment: StoredAssessment | undefined): Promise<InvoiceFacts> {
  const { id, entity } = current.case;
  const document = requiredOf(await readDocument(trx, id), 'document', id);
  const snapshot = assessment && (await readFacts(trx, assessment.factsId));
  const erp = snapshot ? erpFactsSchema.parse(snapshot.facts) : { suppliers: [], orders: [], receipts: [] };
  return assembleFacts(trx, await requiredEntity(trx, entity), current, document, erp, now());
}

async function accept(trx: Trx, current: CaseWithProgress, decision: Decision, verdict: Extract<Verdict, { accepted: true }>): Promise<DecisionAnswer> {
  await acceptDecision(trx, decision.id);
  await recordTransitions(trx, current, verdict.answer.transitions, {
    actor: `person:${decision.person}`,
    ...(decision.onBehalfOf ? { onBehalfOf: `person:${decision.onBehalfOf}` } : {}),
    decisionHash: decision.decisionHash,
    change: { touched: true },
  });
  return verdict.answer;
}

async function refuse(trx: Trx, { case: { id, entity, correlationId } }: CaseWithProgress, decision: Decision, { code, message }: Refused): Promise<DecisionAnswer> {
  await refuseDecision(trx, decision.id, { code, message });
  await appendAudit(trx, entity, [
    { action: 'decision.refused', actor: `person:${decision.person}`, case: id, decisionHash: decision.decisionHash, correlationId, data: { decisionId: decision.id, update: decision.update, decision: decision.decision, code } },
  ]);
  return { accepted: false, code, message };
}

export function refusal(code: string, message: string): Refused {
  return { accepted: false, code, message };
}
