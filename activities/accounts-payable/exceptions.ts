import { createHash } from 'node:crypto';
import type { Trx } from '../../db/client.ts';
import type { CaseWithProgress } from '../../db/repositories/cases.ts';
import { openException, openExceptionsOf, resolveException } from '../../db/repositories/exceptions.ts';
import type { Assessment } from '../../domain/model/assessment.ts';
import type { ExceptionCase } from '../../domain/model/exception-case.ts';
import type { Finding } from '../../domain/model/finding.ts';
import type { Awaited, Transition } from '../../domain/model/transition.ts';
import { stops } from '../../domain/rules/accounts-payable/findings.ts';

/** The open exceptions of a case after an assessment. */
export interface Exceptions {
  awaiting: Awaited[];
  deadlines: string[];
  transitions: Transition[];
}

interface Assessed {
  current: CaseWithProgress;
  assessment: Assessment;
  decisionHash: string;
  at: string;
}

/**
 * One exception per owner: what stops the document goes to the buyer of that order, the receiver of that plant, to tax or to
 * accounts payable, each with all their findings (M17). An exception whose findings are unchanged keeps its age and owner; one
 * that is no longer found is closed.
 */
export async function arrangeExceptions(trx: Trx, assessed: Assessed): Promise<Exceptions> {
  const { current, assessment, decisionHash, at } = assessed;
  const { id: caseId, entity, workflowId, correlationId, documentHash } = current.case;
  const wanted = assessment.disposition === 'exception' ? byOwner(caseId, assessment.findings.filter(stops)) : new Map<string, Finding[]>();
  const overdue = assessment.disposition === 'awaiting-receipt' ? assessment.findings.filter(({ severity }) => severity === 'wait').map((finding) => overdueReceiptId(caseId, finding)) : [];
  const open = (await openExceptionsOf(trx, caseId)).filter(({ origin }) => origin === 'process');
  const transitions: Transition[] = [];
  if (open.length === 0 && wanted.size === 0) return { transitions, deadlines: [], awaiting: [] };

  for (const gone of open.filter(({ id }) => !wanted.has(id) && !overdue.includes(id))) {
    await resolveException(trx, gone.id, { resolution: 'no-longer-found', by: 'system:rules', state: 'cancelled' });
    transitions.push({ kind: 'exception-closed', at, exceptionId: gone.id, code: gone.code, resolution: 'no-longer-found', by: 'system:rules' });
  }
  for (const [id, findings] of wanted) {
    if (open.some((exception) => exception.id === id)) continue;
    const [first] = findings as [Finding, ...Finding[]];
    await openException(trx, {
      id,
      entity,
      case: caseId,
      workflowId,
      origin: 'process',
      code: first.code,
      reasonCode: first.reasonCode,
      actionCode: first.suggestion.action,
      title: titleOf(first, findings.length),
      suggestion: first.suggestion.text,
      findings,
      ownerRole: first.ownerRole,
      ...(first.ownerPerson ? { ownerPerson: first.ownerPerson } : {}),
      dueAt: first.dueAt,
      documentHash,
      decisionHash,
      correlationId,
    });
    transitions.push({ kind: 'exception-opened', at, exceptionId: id, code: first.code, owner: first.ownerPerson ?? first.ownerRole });
  }
  const standing = (await openExceptionsOf(trx, caseId)).filter(({ origin }) => origin === 'process');
  return { transitions, deadlines: standing.map(({ dueAt }) => dueAt), awaiting: standing.map(awaited) };
}

/** Where a posted document stands: somebody has to look at a payment of it that failed, or nobody is awaited but the bank. */
export async function standingOfPosted(trx: Trx, caseId: string, at: string): Promise<Extract<Transition, { kind: 'awaiting' }>> {
  const failed = (await openExceptionsOf(trx, caseId)).filter(({ origin }) => origin === 'payment');
  return { kind: 'awaiting', at, stage: failed[0]?.code ?? 'posted', awaiting: failed.map(awaited) };
}

function awaited({ id, code, ownerRole, ownerPerson, createdAt, dueAt }: ExceptionCase): Awaited {
  return { what: `resolve ${code}`, subject: id, role: ownerRole, ...(ownerPerson ? { person: ownerPerson } : {}), since: createdAt, dueAt };
}

/** The id follows from case, owner and findings: the same facts are the same exception. */
function byOwner(caseId: string, findings: Finding[]): Map<string, Finding[]> {
  const owners = new Map<string, Finding[]>();
  for (const finding of findings) {
    const owner = `${finding.ownerRole}/${finding.ownerPerson ?? ''}`;
    owners.set(owner, [...(owners.get(owner) ?? []), finding]);
  }
  return new Map([...owners].map(([owner, own]) => [exceptionId(caseId, owner, own), own]));
}

/** A receipt that has been awaited for too long keeps its exception for as long as it is awaited. */
export function overdueReceiptId(caseId: string, { scope }: Pick<Finding, 'scope'>): string {
  return `${caseId}-r-${scope.replace(/[^A-Za-z0-9]+/g, '-')}`;
}

function exceptionId(caseId: string, owner: string, findings: Finding[]): string {
  const facts = findings.map(({ fingerprint }) => fingerprint).sort();
  return `${caseId}-x-${createHash('sha256').update(JSON.stringify([owner, facts])).digest('hex').slice(0, 10)}`;
}

function titleOf(first: Finding, count: number): string {
  const numbers = [first.expected ? `expected ${first.expected}` : '', first.actual ? `found ${first.actual}` : ''].filter(Boolean).join(', ');
  const more = count > 1 ? ` and ${count - 1} more` : '';
  return `${first.code}${first.line ? ` on line ${first.line}` : ''}${numbers ? `: ${numbers}` : ''}${more}`;
}
