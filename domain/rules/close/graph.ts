import { toInstant } from '../../calendar/zoned-time.ts';
import type { CloseTask } from '../../model/close-task.ts';
import type { Instant } from '../../model/dates.ts';

/** Tasks of one close by position, with edges both ways; made once, then only read. */
export interface CloseGraph {
  readonly tasks: readonly CloseTask[];
  /** When each is due, in the form that people are shown. */
  readonly dues: readonly Instant[];
  readonly positions: ReadonlyMap<string, number>;
  readonly before: readonly (readonly number[])[];
  readonly softBefore: readonly (readonly number[])[];
  /** Tasks that wait for this one, hard or soft. */
  readonly dependants: readonly (readonly number[])[];
  /** Positions such that every task comes after all that it waits for. */
  readonly order: readonly number[];
  readonly byInput: ReadonlyMap<string, readonly number[]>;
  /** Derived tasks: parents and milestones complete by themselves when what they wait for is done (CL-3, CL-4). */
  readonly derived: readonly boolean[];
}

/** Takes tasks of a template without problems, in any order. */
export function closeGraph(tasks: readonly CloseTask[]): CloseGraph {
  const sorted = [...tasks].sort((a, b) => (a.id < b.id ? -1 : 1));
  const positions = new Map(sorted.map((task, position) => [task.id, position]));
  const before = sorted.map((task) => task.after.map((id) => positions.get(id)!));
  const softBefore = sorted.map((task) => task.softAfter.map((id) => positions.get(id)!));
  const dependants: number[][] = sorted.map(() => []);
  const byInput = new Map<string, number[]>();
  for (const [position, task] of sorted.entries()) {
    for (const each of new Set([...before[position]!, ...softBefore[position]!])) dependants[each]!.push(position);
    for (const input of task.inputs) byInput.set(input, [...(byInput.get(input) ?? []), position]);
  }
  const parents = new Set(sorted.map((task) => task.parent));
  const derived = sorted.map((task) => parents.has(task.id) || (task.kind === 'milestone' && !task.owner));
  return { tasks: sorted, dues: sorted.map((task) => toInstant(task.due)), positions, before, softBefore, dependants, order: topological(before, softBefore, dependants), byInput, derived };
}

function topological(before: readonly (readonly number[])[], softBefore: readonly (readonly number[])[], dependants: readonly (readonly number[])[]): number[] {
  const waiting = before.map((list, position) => new Set([...list, ...softBefore[position]!]).size);
  const order = waiting.flatMap((count, position) => (count === 0 ? [position] : []));
  for (let next = 0; next < order.length; next++)
    for (const dependant of dependants[order[next]!]!) if (--waiting[dependant]! === 0) order.push(dependant);
  return order;
}
