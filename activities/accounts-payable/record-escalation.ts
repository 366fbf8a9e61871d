import { inTransaction, type Trx } from '../../db/client.ts';
import { escalateTask, markReminded, reassignTask, tasksOf } from '../../db/repositories/approvals.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { lockCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { delegationsAt, peopleOf } from '../../db/repositories/directory.ts';
import { assignException, escalateException, openException, openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { activePolicy } from '../../db/repositories/policies.ts';
import { addBusinessHours, addBusinessMinutes, localDate } from '../../domain/calendar/business-hours.ts';
import type { Approval } from '../../domain/model/approval.ts';
import type { Finding } from '../../domain/model/finding.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import type { Delegation, Person } from '../../domain/model/person.ts';
import type { Transition } from '../../domain/model/transition.ts';
import type { CalendarPolicy, DeadlinePolicy } from '../../domain/policy/index.ts';
import { nextEscalation, rolesWithAuthority } from '../../domain/rules/accounts-payable/escalation.ts';
import { describeReassignment, reassignment } from '../../domain/rules/accounts-payable/reassignment.ts';
import { nextDeadline } from './approvals.ts';
import type { CaseRef, EscalationAnswer } from './commands.ts';
import { overdueReceiptId } from './exceptions.ts';
import { requiredEntity, requiredOf } from '../lookup.ts';
import type { PayablesParts } from './parts.ts';
import { recordTransitions } from '../transitions.ts';

interface Clock {
  company: LegalEntity;
  calendar: CalendarPolicy;
  deadlines: DeadlinePolicy;
  people: Person[];
  delegations: Delegation[];
  at: string;
}

/** Reminds and escalates whatever is due on a case (A7, M17), asks others in the place of who has left (A9), and answers when to look next. Nothing is ever decided here. */
export async function recordEscalation(parts: PayablesParts, { entity, caseId }: CaseRef): Promise<EscalationAnswer> {
  const at = parts.now().toISOString();
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    const clock = await clockOf(trx, await requiredEntity(trx, entity), at);
    const transitions = [...(await reassignTasks(trx, caseId, clock)), ...(await reassignExceptions(trx, caseId, clock)), ...(await escalateTasks(trx, caseId, clock)), ...(await escalateExceptions(trx, current, clock)), ...(await overdueReceipts(trx, current, clock))];
    if (transitions.length > 0) await recordTransitions(trx, current, transitions, { actor: 'system:escalation' });
    const nextAt = await earliestDeadline(trx, current, at);
    return { transitions, ...(nextAt ? { nextDeadline: nextAt } : {}) };
  });
}

async function clockOf(trx: Trx, company: LegalEntity, at: string): Promise<Clock> {
  const { content: calendar } = await activePolicy(trx, 'calendar', company.calendar, at.slice(0, 10));
  const { content: deadlines } = await activePolicy(trx, 'deadlines', company.policies.deadlines, localDate(calendar, at));
  return { company, calendar, deadlines, people: await peopleOf(trx, company.id), delegations: await delegationsAt(trx, company.id, at), at };
}

/** A9: whoever cannot decide a task any more is not asked any more; the task says why, and the time of another role begins anew. */
async function reassignTasks(trx: Trx, caseId: string, clock: Clock): Promise<Transition[]> {
  const { deadlines, people, delegations, at } = clock;
  const transitions: Transition[] = [];
  for (const task of await tasksOf(trx, caseId, 'open')) {
    const now = reassignment(task, { people, delegations, ladder: deadlines.approval.ladder, able: ableRoles(task, clock), operatorQueue: deadlines.approval.operatorQueue });
    if (!now) continue;
    const dueAt = now.roleChanged ? taskDueAt(clock) : task.dueAt;
    await reassignTask(trx, task.id, {
      candidateRole: now.role,
      candidatePersons: now.persons,
      ...(now.assignee === undefined ? {} : { assignee: now.assignee }),
      dueAt,
      ...(now.roleChanged ? { remindAt: remindAt(clock) } : {}),
      why: `${task.why} ${describeReassignment(now)}`,
    });
    const [only, ...others] = now.assignee === undefined ? now.persons : [now.assignee];
    transitions.push({ kind: 'escalated', at, subject: task.id, level: 'reassignment', role: now.role, dueAt, ...(only !== undefined && others.length === 0 ? { person: only } : {}), gone: now.gone });
  }
  return transitions;
}

/** An exception whose person has left is its role's again. */
async function reassignExceptions(trx: Trx, caseId: string, { company, people, at }: Clock): Promise<Transition[]> {
  const transitions: Transition[] = [];
  const isHere = (id: string) => people.some((person) => person.id === id && person.active && person.roles.some(({ entity }) => entity === company.id || entity === '*'));
  for (const { id, ownerPerson, ownerRole, dueAt } of await openExceptionsOf(trx, caseId)) {
    if (ownerPerson === undefined || isHere(ownerPerson)) continue;
    await assignException(trx, id, undefined);
    transitions.push({ kind: 'escalated', at, subject: id, level: 'reassignment', role: ownerRole, dueAt, gone: [{ person: ownerPerson, why: 'left' }] });
  }
  return transitions;
}

async function escalateTasks(trx: Trx, caseId: string, clock: Clock): Promise<Transition[]> {
  const transitions: Transition[] = [];
  for (const task of await tasksOf(trx, caseId, 'open')) {
    const next = nextEscalation({ since: task.level === 0 ? task.createdAt : (task.remindedAt ?? task.createdAt), role: task.candidateRole, reminded: task.remindedAt !== undefined }, clock.calendar, clock.deadlines, clock.at, ableRoles(task, clock));
    if (!next || nextDeadline(task) > clock.at) continue;
    if (next.level === 'reminder') await markReminded(trx, task.id);
    else await moveTask(trx, task, next.role, clock);
    transitions.push({ kind: 'escalated', at: clock.at, subject: task.id, level: next.level, role: next.role, ...(next.level === 'reminder' ? {} : { dueAt: taskDueAt(clock) }) });
  }
  return transitions;
}

function ableRoles(task: Approval, { company, deadlines, people }: Clock): string[] {
  return rolesWithAuthority(deadlines.approval.ladder, people, { entity: company.id, ...(task.amount ? { amount: task.amount } : {}) });
}

async function moveTask(trx: Trx, task: Approval, role: string, clock: Clock): Promise<void> {
  await escalateTask(trx, task.id, {
    candidateRole: role,
    candidatePersons: [],
    dueAt: taskDueAt(clock),
    remindAt: remindAt(clock),
    why: `${task.why} Escalated to ${role}: ${task.candidateRole} did not decide in time.`,
  });
}

function remindAt({ calendar, deadlines: { approval }, at }: Clock): string {
  return addBusinessMinutes(calendar, at, Math.floor((approval.hours * 60 * approval.reminderPercent) / 100));
}

function taskDueAt({ calendar, deadlines, at }: Clock): string {
  return addBusinessHours(calendar, at, deadlines.approval.hours);
}

/** An overdue exception goes to the operators' queue; its content and age stay. */
async function escalateExceptions(trx: Trx, { case: { id } }: CaseWithProgress, { calendar, deadlines, at }: Clock): Promise<Transition[]> {
  const transitions: Transition[] = [];
  const queue = deadlines.exceptions.operatorQueue;
  for (const exception of await openExceptionsOf(trx, id)) {
    if (exception.dueAt > at || exception.ownerRole === queue) continue;
    const dueAt = addBusinessHours(calendar, at, deadlines.exceptions.defaultHours);
    await escalateException(trx, exception.id, { ownerRole: queue, dueAt });
    transitions.push({ kind: 'escalated', at, subject: exception.id, level: 'operator', role: queue, dueAt });
  }
  return transitions;
}

/** A receipt that does not come becomes a question to whoever receives at that plant (M17). */
async function overdueReceipts(trx: Trx, current: CaseWithProgress, clock: Clock): Promise<Transition[]> {
  const { id, entity, workflowId, correlationId } = current.case;
  const overdue = (await receiptsAwaited(trx, current)).filter(({ dueAt }) => dueAt <= clock.at);
  const known = new Set((await openExceptionsOf(trx, id)).map((exception) => exception.id));
  const transitions: Transition[] = [];
  for (const finding of overdue) {
    const exceptionId = overdueReceiptId(id, finding);
    if (known.has(exceptionId)) continue;
    await openException(trx, {
      id: exceptionId,
      entity,
      case: id,
      workflowId,
      origin: 'process',
      code: finding.code,
      reasonCode: finding.reasonCode,
      actionCode: finding.suggestion.action,
      title: `The receipt of ${finding.orderNumber ?? 'the order'} is overdue`,
      suggestion: finding.suggestion.text,
      findings: [finding],
      ownerRole: finding.ownerRole,
      ...(finding.ownerPerson ? { ownerPerson: finding.ownerPerson } : {}),
      dueAt: addBusinessHours(clock.calendar, clock.at, clock.deadlines.exceptions.defaultHours),
      correlationId,
    });
    transitions.push({ kind: 'exception-opened', at: clock.at, exceptionId, code: finding.code, owner: finding.ownerPerson ?? finding.ownerRole });
  }
  return transitions;
}

async function receiptsAwaited(trx: Trx, { case: { id, stage } }: CaseWithProgress): Promise<Finding[]> {
  if (stage !== 'awaiting-receipt') return [];
  return ((await latestAssessment(trx, id))?.result.findings ?? []).filter(({ severity }) => severity === 'wait');
}

/** What is due next and not yet past; work in the operators' queue waits without a timer. */
async function earliestDeadline(trx: Trx, current: CaseWithProgress, at: string): Promise<string | undefined> {
  const tasks = (await tasksOf(trx, current.case.id, 'open')).map(nextDeadline);
  const exceptions = (await openExceptionsOf(trx, current.case.id)).map(({ dueAt }) => dueAt);
  const receipts = (await receiptsAwaited(trx, current)).map(({ dueAt }) => dueAt);
  return [...tasks, ...exceptions, ...receipts].filter((due) => due > at).sort()[0];
}
