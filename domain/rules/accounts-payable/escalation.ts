import { addBusinessMinutes, type BusinessHours } from '../../calendar/business-hours.ts';
import type { ApprovalTask } from '../../model/approval-decision.ts';
import type { Instant } from '../../model/dates.ts';
import type { DeadlinePolicy } from '../../policy/deadlines.ts';
import type { Demand } from './authority.ts';
import { heldRole } from './authority.ts';
import type { Person } from '../../model/person.ts';

export interface Escalation {
  /** `reminder` changes nothing; `escalation` and `operator` change who is asked, never what was decided (A7). */
  level: 'reminder' | 'escalation' | 'operator';
  at: Instant;
  role: string;
  /** Its time has come already. */
  due: boolean;
}

/**
 * The next thing that happens to a task that nobody decides: a reminder at half of its business hours, then the next
 * role that holds the authority, up to the top, then the operators. Undefined once it lies there.
 * `able` are the roles of the ladder that somebody with authority holds, by default all.
 */
export function nextEscalation(task: Pick<ApprovalTask, 'since' | 'role' | 'reminded'>, calendar: BusinessHours, { approval }: DeadlinePolicy, now: Instant, able: readonly string[] = approval.ladder): Escalation | undefined {
  if (task.role === approval.operatorQueue) return undefined;
  const minutes = approval.hours * 60;
  const describe = (level: Escalation['level'], role: string, after: number): Escalation => {
    const at = addBusinessMinutes(calendar, task.since, after);
    return { level, at, role, due: Date.parse(at) <= Date.parse(now) };
  };
  if (!task.reminded) return describe('reminder', task.role, Math.floor((minutes * approval.reminderPercent) / 100));
  const above = approval.ladder.slice(approval.ladder.indexOf(task.role) + 1);
  const next = above.find((role) => able.includes(role));
  return next ? describe('escalation', next, minutes) : describe('operator', approval.operatorQueue, minutes);
}

/** Where an open task may get to while nobody decides it. */
export type EscalationPath = Pick<DeadlinePolicy['approval'], 'ladder' | 'operatorQueue'>;

/**
 * Whose authority decides a task: that of the role which is asked. Who looks after the operators' queue hands its work on and
 * decides none of it (A7, A10): there the step's own role counts again, and every role above it.
 */
export function decidingRoles({ role, step }: Pick<ApprovalTask, 'role' | 'step'>, { ladder, operatorQueue }: EscalationPath): string[] {
  if (role !== operatorQueue) return [role];
  return [...new Set([step.role, ...ladder.slice(ladder.indexOf(step.role) + 1)])].filter((candidate) => candidate !== operatorQueue);
}

/** Roles of the ladder that at least one active person holds with the authority for the demand. */
export function rolesWithAuthority(ladder: readonly string[], people: readonly Person[], demand: Omit<Demand, 'role'>): string[] {
  return ladder.filter((role) => people.some((person) => heldRole(person, { ...demand, role }) !== undefined));
}
