import { problem, type Problem } from '../../errors.ts';
import type { CloseTask, CloseTemplate } from '../../model/close-task.ts';
import type { Actor, SignOff } from './state.ts';

export type People = CloseTemplate['people'];

/** Is the person that one, or a member of that group? */
export function isOneOf(people: People, person: string, personOrGroup: string | undefined): boolean {
  return personOrGroup !== undefined && (person === personOrGroup || (people[person]?.groups.includes(personOrGroup) ?? false));
}

/** Whoever stands in for somebody has that person's place, not a place of his own. */
export function mayActAs(people: People, actor: Actor, personOrGroup: string | undefined): boolean {
  return actor.by in people && isOneOf(people, actor.onBehalfOf ?? actor.by, personOrGroup);
}

/** One person may not hold two duties of a task, whether for himself or for another (CL-5, RC-3). */
export function dutiesConflict(task: CloseTask, actor: Actor, earlier: readonly SignOff[]): Problem | undefined {
  const persons = personsOf(actor);
  for (const signOff of earlier) {
    const both = personsOf(signOff).find((person) => persons.includes(person));
    if (both) return problem('duties-conflict', `${both} is ${signOff.role.replace('-', ' ')} of ${task.id} and may not take another part in it${actor.onBehalfOf ? `, not even through ${actor.by} for ${actor.onBehalfOf}` : ''}.`);
  }
  return undefined;
}

function personsOf({ by, onBehalfOf }: Actor): string[] {
  return onBehalfOf ? [by, onBehalfOf] : [by];
}
