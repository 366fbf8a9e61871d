import { periodRange } from '../../calendar/period-range.ts';
import { workday } from '../../calendar/business-days.ts';
import { isTimeZone, toEpochMs } from '../../calendar/zoned-time.ts';
import { problem, type Problem } from '../../errors.ts';
import type { CloseTask, CloseTemplate, TaskTemplate } from '../../model/close-task.ts';
import { compareText } from '../ledger/trial-balance.ts';
import { findCycle } from './cycle.ts';

type Entity = CloseTemplate['entities'][number];

/** Tasks that a person certifies need a second person (RC-3, JE-3). */
const reviewedKinds: readonly string[] = ['reconciliation', 'journal'];
const systemKinds: readonly string[] = ['automated', 'event', 'milestone'];

/**
 * Everything that keeps a template from being published (CL-3, CL-5): unknown ids, calendars and people, self-edges,
 * cycles (printed), one person as owner and reviewer. An empty list lets it pass.
 */
export function templateProblems(template: CloseTemplate): Problem[] {
  const problems = [...entityProblems(template), ...template.tasks.flatMap((task, index) => taskProblems(template, task, index))];
  if (problems.length > 0) return problems;
  const references = template.entities.flatMap((entity) => tasksOf(template, entity).flatMap((task) => referenceProblems(template, entity, task)));
  if (references.length > 0) return references;
  const cycle = findCycle(edges(template));
  return cycle ? [problem('template-cycle', `Tasks wait for each other: ${cycle.join(' → ')}.`, { path: `tasks.${template.tasks.findIndex((task) => cycle[0]!.endsWith(`/${task.id}`))}` })] : [];
}

/** The close of one period: every task of every entity, sorted by id (CL-1). Call it with a template that has no problems. */
export function instantiate(template: CloseTemplate, period: string): CloseTask[] {
  const { to } = periodRange(period);
  return template.entities
    .flatMap((entity) => tasksOf(template, entity).map((task) => closeTask(template, entity, task, to)))
    .sort((a, b) => compareText(a.id, b.id));
}

function closeTask(template: CloseTemplate, entity: Entity, task: TaskTemplate, periodEnd: string): CloseTask {
  const calendar = template.calendars[entity.calendar]!;
  const at = ({ workday: offset, time }: TaskTemplate['due']): number => toEpochMs(workday(calendar, periodEnd, offset), time, entity.timeZone);
  const key = keyOf(entity);
  const named = (name: string | undefined): string | undefined => name?.replaceAll('{entity}', key);
  return {
    id: `${key}/${task.id}`,
    title: task.title,
    kind: task.kind,
    entity: entity.id,
    ledger: entity.ledger,
    entityKey: key,
    owner: named(task.owner),
    reviewers: [named(task.reviewer), named(task.secondReviewer)].filter((name) => name !== undefined),
    parent: task.parent && `${key}/${task.parent}`,
    after: hardEdges(template, entity, task),
    softAfter: softEdges(template, entity, task),
    due: at(task.due),
    earliest: task.earliest && at(task.earliest),
    minutes: task.minutes,
    evidence: task.evidence,
    materiality: task.materiality,
    inputs: [...task.inputs.map((input) => named(input)!), ...(task.materiality ? [differenceInput(`${key}/${task.id}`)] : [])].sort(compareText),
    event: task.event,
    mandatory: task.mandatory,
  };
}

/** The figure under which a task rests on the difference that was told of it (CL-8). */
export function differenceInput(task: string): string {
  return `difference/${task}`;
}

/** Own predecessors, those of the parents above, and the parts of a parent: it is done when they are (CL-3). */
function hardEdges(template: CloseTemplate, entity: Entity, task: TaskTemplate): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  for (let each: TaskTemplate | undefined = task; each && !seen.has(each.id); each = template.tasks.find((other) => other.id === each!.parent)) {
    seen.add(each.id);
    for (const reference of each.after) for (const id of resolve(template, entity, reference) ?? []) found.add(id);
  }
  for (const child of tasksOf(template, entity)) if (child.parent === task.id) found.add(`${keyOf(entity)}/${child.id}`);
  return [...found].sort(compareText);
}

function softEdges(template: CloseTemplate, entity: Entity, task: TaskTemplate): string[] {
  return [...new Set(task.softAfter.flatMap((reference) => resolve(template, entity, reference) ?? []))].sort(compareText);
}

/** Ids of the tasks that a reference means; undefined when there is none. */
function resolve(template: CloseTemplate, entity: Entity, reference: string): string[] | undefined {
  const [first, second] = reference.includes('/') ? [reference.slice(0, reference.indexOf('/')), reference.slice(reference.indexOf('/') + 1)] : [keyOf(entity), reference];
  const task = template.tasks.find((each) => each.id === second);
  if (!task) return undefined;
  const ids = template.entities.filter((each) => (first === '*' || keyOf(each) === first) && hasTask(each, task)).map((each) => `${keyOf(each)}/${task.id}`);
  return ids.length > 0 ? ids : undefined;
}

function entityProblems(template: CloseTemplate): Problem[] {
  const keys = template.entities.map(keyOf);
  return template.entities.flatMap((entity, index) => [
    ...(keys.indexOf(keyOf(entity)) === index ? [] : [invalid(`entities.${index}`, `Entity key ${keyOf(entity)} is used twice; give each ledger its own key.`)]),
    ...(template.calendars[entity.calendar] ? [] : [unknown(`entities.${index}.calendar`, `Entity ${keyOf(entity)} names the calendar ${entity.calendar}, which is not there.`)]),
    ...(isTimeZone(entity.timeZone) ? [] : [unknown(`entities.${index}.timeZone`, `Entity ${keyOf(entity)} names the time zone ${entity.timeZone}, which is not there.`)]),
    ...(entity.workingHours.from < entity.workingHours.to ? [] : [invalid(`entities.${index}.workingHours`, `The working hours of ${keyOf(entity)} end before they begin.`)]),
  ]);
}

function taskProblems(template: CloseTemplate, task: TaskTemplate, index: number): Problem[] {
  const path = `tasks.${index}`;
  const problems: Problem[] = [];
  if (template.tasks.findIndex((other) => other.id === task.id) !== index) problems.push(invalid(`${path}.id`, `Task id ${task.id} is used twice.`));
  for (const key of task.entities ?? []) if (!template.entities.some((entity) => keyOf(entity) === key)) problems.push(unknown(`${path}.entities`, `Task ${task.id} names the entity ${key}, which is not there.`));
  if (task.parent && !template.tasks.some((other) => other.id === task.parent)) problems.push(unknown(`${path}.parent`, `Task ${task.id} names the parent ${task.parent}, which is not there.`));
  if (!task.owner && !systemKinds.includes(task.kind) && !isParent(template, task)) problems.push(invalid(`${path}.owner`, `Task ${task.id} of kind ${task.kind} needs an owner.`));
  if (reviewedKinds.includes(task.kind) && !task.reviewer) problems.push(invalid(`${path}.reviewer`, `Task ${task.id} of kind ${task.kind} needs a reviewer.`));
  if (task.secondReviewer && !task.reviewer) problems.push(invalid(`${path}.secondReviewer`, `Task ${task.id} has a second reviewer and no first.`));
  if (task.kind === 'event' && !task.event) problems.push(invalid(`${path}.event`, `Task ${task.id} of kind event does not say what it waits for.`));
  const persons = [task.owner, task.reviewer, task.secondReviewer].filter((name) => name !== undefined && name in template.people);
  const twice = persons.find((name, position) => persons.indexOf(name) !== position);
  if (twice) problems.push(invalid(`${path}.reviewer`, `Task ${task.id} gives ${twice} two duties; owner and reviewers are different persons.`));
  return problems;
}

function referenceProblems(template: CloseTemplate, entity: Entity, task: TaskTemplate): Problem[] {
  const key = keyOf(entity);
  const path = `tasks.${template.tasks.indexOf(task)}`;
  const names = (['owner', 'reviewer', 'secondReviewer'] as const).flatMap((role) => {
    const name = task[role]?.replaceAll('{entity}', key);
    return name === undefined || isPersonOrGroup(template, name) ? [] : [unknown(`${path}.${role}`, `Task ${key}/${task.id} names ${name} as ${role}, who is neither a person nor a group with members.`)];
  });
  const parentEdge = task.parent && resolve(template, entity, task.parent) === undefined ? [unknown(`${path}.parent`, `Task ${key}/${task.id} is part of ${task.parent}, which ${key} does not have.`)] : [];
  const edgeProblems = (['after', 'softAfter'] as const).flatMap((list) => task[list].flatMap((reference) => {
    const ids = resolve(template, entity, reference);
    if (!ids) return [unknown(`${path}.${list}`, `Task ${key}/${task.id} waits for ${reference}, which is not there.`)];
    return ids.includes(`${key}/${task.id}`) ? [problem('template-cycle', `Task ${key}/${task.id} waits for itself.`, { path: `${path}.${list}` })] : [];
  }));
  return [...names, ...parentEdge, ...edgeProblems];
}

function edges(template: CloseTemplate): Map<string, readonly string[]> {
  return new Map(template.entities.flatMap((entity) => tasksOf(template, entity).map((task) => [`${keyOf(entity)}/${task.id}`, [...hardEdges(template, entity, task), ...softEdges(template, entity, task)]] as const)));
}

function tasksOf(template: CloseTemplate, entity: Entity): TaskTemplate[] {
  return template.tasks.filter((task) => hasTask(entity, task));
}

function hasTask(entity: Entity, task: TaskTemplate): boolean {
  return !task.entities || task.entities.includes(keyOf(entity));
}

function isParent(template: CloseTemplate, task: TaskTemplate): boolean {
  return template.tasks.some((other) => other.parent === task.id);
}

function isPersonOrGroup(template: CloseTemplate, name: string): boolean {
  return name in template.people || Object.values(template.people).some((person) => person.groups.includes(name));
}

function keyOf(entity: Entity): string {
  return entity.key ?? entity.id;
}

function invalid(path: string, message: string): Problem {
  return problem('template-invalid', message, { path });
}

function unknown(path: string, message: string): Problem {
  return problem('template-reference-unknown', message, { path });
}
