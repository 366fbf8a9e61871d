import type { Approval } from '../../model/approval.ts';
import type { Delegation, Person } from '../../model/person.ts';
import { heldRole, type Demand } from './authority.ts';

/** Who is asked instead, because somebody who was asked cannot decide any more (A9). */
export interface Reassignment {
  role: string;
  persons: string[];
  assignee?: string;
  /** Who is not asked any more: `left` has no role at the company, `disqualified` not the one, or the limit, that is needed. */
  gone: { person: string; why: 'left' | 'disqualified' }[];
  /** Nobody who holds the role is left: the next one with authority, or the operators. */
  roleChanged: boolean;
}

export interface Directory {
  people: readonly Person[];
  /** In force at this moment. */
  delegations: readonly Delegation[];
  /** Roles of the ladder of escalation, from the bottom; `able` of them hold authority for the task. */
  ladder: readonly string[];
  able: readonly string[];
  operatorQueue: string;
}

/** What follows for an open task from the directory as it is now; undefined where everybody who is asked still may decide. */
export function reassignment(task: Pick<Approval, 'entity' | 'step' | 'candidateRole' | 'candidatePersons' | 'assignee' | 'amount'>, directory: Directory): Reassignment | undefined {
  const demand = demandOf(task);
  const able = directory.people.filter((person) => heldRole(person, demand) !== undefined).map(({ id }) => id);
  const inQueue = task.candidateRole === directory.operatorQueue;
  const actsFor = (person: string) => directory.delegations.some(({ delegate, delegator }) => delegate === person && able.includes(delegator) && isActive(delegate, directory.people));
  // The operators hand on what lies with them to whom they see fit; the authority is judged when that person decides.
  const acts = (person: string) => (inQueue ? isAtCompany(person, task.entity, directory.people) : able.includes(person) || actsFor(person));
  const asked = [...new Set([...task.candidatePersons, ...(task.assignee === undefined ? [] : [task.assignee])])];
  const gone = asked.filter((person) => !acts(person)).map((person) => ({ person, why: isAtCompany(person, task.entity, directory.people) ? ('disqualified' as const) : ('left' as const) }));
  const nobody = !inQueue && directory.people.length > 0 && able.length === 0;
  if (gone.length === 0 && !nobody) return undefined;
  const persons = task.candidatePersons.filter(acts);
  const kept = task.assignee !== undefined && acts(task.assignee) ? { assignee: task.assignee } : {};
  return { role: nobody ? nextRole(task.candidateRole, directory) : task.candidateRole, persons, ...kept, gone, roleChanged: nobody };
}

/** The role, in words that the person who gets the task can read. */
export function describeReassignment({ gone, role, roleChanged }: Reassignment): string {
  const reasons = gone.map(({ person, why }) => (why === 'left' ? `${person} has left` : `${person} may not decide it any more`));
  return `${[...reasons, ...(roleChanged ? ['nobody else holds the role'] : [])].join(', ')}: reassigned to ${role}.`;
}

/** The step of an invoice names what its persons must hold; the authority must cover the whole, a share of a cost centre that share. */
function demandOf({ entity, step, candidateRole, amount }: Parameters<typeof reassignment>[0]): Demand {
  const [, kind, subject] = /^\d+-(endorsement|authority)-(.+)$/.exec(step) ?? [];
  const costCentre = kind === 'endorsement' && subject !== undefined && /[A-Z0-9]/.test(subject) && subject !== candidateRole ? subject : undefined;
  return { entity, role: candidateRole, ...(costCentre === undefined ? {} : { costCentre }), ...(amount && (kind === 'authority' || costCentre !== undefined) ? { amount } : {}) };
}

function nextRole(role: string, { ladder, able, operatorQueue }: Directory): string {
  return ladder.slice(ladder.indexOf(role) + 1).find((candidate) => candidate !== role && able.includes(candidate)) ?? operatorQueue;
}

function isActive(id: string, people: readonly Person[]): boolean {
  return people.some((person) => person.id === id && person.active);
}

function isAtCompany(id: string, entity: string, people: readonly Person[]): boolean {
  return people.some((person) => person.id === id && person.active && person.roles.some((held) => held.entity === entity || held.entity === '*'));
}
