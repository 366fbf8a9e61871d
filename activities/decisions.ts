import { createHash } from 'node:crypto';
import { inTransaction, type Db, type Trx } from '../db/client.ts';
import { lockCase, type CaseChange, type CaseWithProgress } from '../db/repositories/cases.ts';
import { acceptDecision, auditRefusal, lockDecision, refuseDecision } from '../db/repositories/decisions.ts';
import type { Decision } from '../domain/model/decision.ts';
import type { ExceptionCase } from '../domain/model/exception-case.ts';
import type { Person } from '../domain/model/person.ts';
import type { Transition } from '../domain/model/transition.ts';
import { canonicalJson } from '../domain/rules/canonical-json.ts';
import type { DecisionStatement } from '../temporal-config/decision-envelope.ts';
import type { DecisionEffect } from '../workflows/contracts/invoice-to-pay.ts';
import { requiredOf } from './lookup.ts';
import { recordTransitions } from './transitions.ts';

/** What every judge of a decision looks at; the case and the decision are locked. */
export interface HeardDecision {
  trx: Trx;
  decision: Decision;
  current: CaseWithProgress;
  at: string;
}

export type AcceptedAnswer = { accepted: true; effect: DecisionEffect; reasonCode?: string; duplicateOf?: string; transitions: Transition[]; revision?: number };
/** `change` is what else the decision changes in the case's row. */
export type Verdict = { accepted: true; answer: AcceptedAnswer; change?: Omit<CaseChange, 'progress'> } | Refused;
export interface Refused {
  accepted: false;
  code: string;
  message: string;
}

export interface HearingParts {
  db: Db;
  /** The statement inside a genuine decision envelope. */
  openStatement(envelope: string): Promise<DecisionStatement | undefined>;
  now(): Date;
}

/**
 * Judges what a person decided, in one transaction: the row must be there, its envelope genuine and about exactly this, and
 * the person entitled now. Only then is it accepted and the case moved on; everything else is refused, with a reason that
 * the person reads. An update without such a row moves nothing, whoever sent it.
 */
export async function hearDecision(parts: HearingParts, command: { caseId: string; decisionId: string; kind: string }, judge: (heard: HeardDecision) => Promise<Verdict>): Promise<AcceptedAnswer | Refused> {
  const at = parts.now().toISOString();
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, command.caseId), 'case', command.caseId);
    const decision = await lockDecision(trx, command.decisionId);
    if (!decision || decision.case !== command.caseId || decision.update !== command.kind) return refusal('unknown-resource', 'No such decision was made through the API.');
    if (decision.state === 'accepted') return { accepted: true, effect: 'recorded', transitions: [] };
    if (decision.state === 'refused') return refusal(decision.refusal?.code ?? 'already-decided', decision.refusal?.message ?? 'This decision was refused.');

    const verdict = (await formalFault(parts, { current, decision })) ?? (await judge({ trx, decision, current, at }));
    return verdict.accepted ? accept(trx, current, decision, verdict) : refuse(trx, decision, verdict);
  });
}

async function formalFault({ openStatement }: HearingParts, { current, decision }: Pick<HeardDecision, 'current' | 'decision'>): Promise<Refused | undefined> {
  if (current.case.closedAt !== undefined) return refusal('already-decided', `The process has ended as ${current.case.state}.`);
  if (decision.state === 'superseded') return refusal('already-decided', 'This was decided in the meantime.');
  const statement = await openStatement(decision.envelope);
  if (!statement || !states(statement, decision)) return refusal('not-permitted', 'The signature of this decision is not genuine, or it was signed for something else.');
  return undefined;
}

/** The signed words and the row must say the same in every respect (S11). */
export function states(statement: DecisionStatement, decision: Decision): boolean {
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

async function accept(trx: Trx, current: CaseWithProgress, decision: Decision, { answer, change }: Extract<Verdict, { accepted: true }>): Promise<AcceptedAnswer> {
  await acceptDecision(trx, decision.id);
  await recordTransitions(trx, current, answer.transitions, {
    actor: `person:${decision.person}`,
    ...(decision.onBehalfOf ? { onBehalfOf: `person:${decision.onBehalfOf}` } : {}),
    decisionHash: decision.decisionHash,
    change: { ...change, touched: true },
  });
  return answer;
}

async function refuse(trx: Trx, decision: Decision, { code, message }: Refused): Promise<Refused> {
  if (!(await refuseDecision(trx, decision.id, { code, message }))) await auditRefusal(trx, decision, code);
  return { accepted: false, code, message };
}

export function refusal(code: string, message: string): Refused {
  return { accepted: false, code, message };
}

/** Whether an exception is this person's to try again: its owner's, or that of somebody with one of the roles at the company. */
export function ownsOrHolds(person: Person | undefined, { ownerPerson }: Pick<ExceptionCase, 'ownerPerson'>, company: string, roles: readonly string[]): boolean {
  return person?.active === true && (person.id === ownerPerson || person.roles.some(({ entity, role }) => (entity === company || entity === '*') && roles.includes(role)));
}

/** SHA-256 of the canonical JSON: what approvals carry and are checked against (A8). */
export function hashOf(subject: unknown): string {
  return createHash('sha256').update(canonicalJson(subject)).digest('hex');
}
