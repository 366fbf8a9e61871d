import { toInstant } from '../../calendar/zoned-time.ts';
import type { Instant, PlainDate } from '../../model/dates.ts';
import type { TaskStateName } from '../../model/close-task.ts';
import type { People } from './duties.ts';
import type { CloseGraph } from './graph.ts';
import { hardCloseBlockers } from './period-close.ts';
import { schedule, type HoursByEntity, type Schedule } from './schedule.ts';
import { isComplete, mayBegin, stateName, type CloseState } from './state.ts';

/** One task as a controller sees it. */
export interface TaskView {
  readonly task: string;
  readonly state: TaskStateName;
  readonly due: Instant;
  readonly end: Instant;
  /** Not done and past its due time now. */
  readonly overdue: boolean;
  /** Predicted, or in fact, to end after its due time. */
  readonly late: boolean;
  readonly critical: boolean;
  /** Whoever must hear of it: the owner, and the managers once it is overdue (CL-11). */
  readonly notify: readonly string[];
  /** From the task itself back to the one that holds everything up. */
  readonly blockedBy: readonly string[];
  /** Soft predecessors that are not done: a warning only. */
  readonly warnings: readonly string[];
  readonly reason: string | undefined;
}

export interface CloseView {
  readonly tasks: readonly TaskView[];
  /** Automated tasks that can run now, the stale ones again (CL-4, CL-7). */
  readonly runnable: readonly string[];
  /** What stands against a hard close, by entity key (CL-10). */
  readonly hardClose: Readonly<Record<string, readonly string[]>>;
  readonly counts: Readonly<Record<TaskStateName, number>>;
  readonly criticalPath: readonly string[];
  readonly predictedEnd: Instant;
  readonly daysToClose: number;
}

export interface EvaluationContext {
  readonly people: People;
  readonly hours: HoursByEntity;
  readonly periodEnd: PlainDate;
  /** UTC milliseconds: when work on the close can begin, and the present. */
  readonly opens: number;
  readonly now: number;
}

/** Everything that follows from the state of a close at one moment. */
export function evaluate(graph: CloseGraph, state: CloseState, context: EvaluationContext): CloseView {
  const plan = schedule(graph, state, context.hours, context.periodEnd, context.opens, context.now);
  const critical = new Set(plan.criticalPath);
  const tasks = graph.tasks.map((_, position) => viewOf(graph, state, context, plan, critical, position));
  const counts = { not_ready: 0, ready: 0, in_progress: 0, submitted: 0, rejected: 0, done: 0, waived: 0, blocked: 0, stale: 0 };
  for (const { state: name } of tasks) counts[name]++;
  const runnable = graph.tasks.filter((task, position) => ['automated', 'event'].includes(task.kind) && ['open', 'stale'].includes(state.records[position]!.state) && mayBegin(graph, state, position) && (task.earliest ?? 0) <= context.now);
  return {
    tasks,
    runnable: runnable.map((task) => task.id),
    hardClose: Object.fromEntries([...context.hours.keys()].map((key) => [key, hardCloseBlockers(graph, state, key)])),
    counts,
    criticalPath: plan.criticalPath.map((position) => graph.tasks[position]!.id),
    predictedEnd: toInstant(plan.end),
    daysToClose: plan.daysToClose,
  };
}

function viewOf(graph: CloseGraph, state: CloseState, context: EvaluationContext, plan: Schedule, critical: ReadonlySet<number>, position: number): TaskView {
  const task = graph.tasks[position]!;
  const record = state.records[position]!;
  const complete = isComplete(record);
  const overdue = !complete && task.due < context.now;
  return {
    task: task.id,
    state: stateName(graph, state, position),
    due: graph.dues[position]!,
    end: toInstant(plan.ends[position]!),
    overdue,
    late: plan.ends[position]! > task.due,
    critical: critical.has(position),
    notify: complete || !task.owner ? [] : overdue ? [task.owner, ...managersOf(context.people, task.owner)] : [task.owner],
    blockedBy: blockedChain(graph, state, plan, position),
    warnings: complete ? [] : graph.softBefore[position]!.filter((each) => !isComplete(state.records[each]!)).map((each) => graph.tasks[each]!.id),
    reason: record.reason,
  };
}

/** Along the unfinished predecessor that ends last, until one is reached that waits for nobody. */
function blockedChain(graph: CloseGraph, state: CloseState, plan: Schedule, position: number): string[] {
  const chain: string[] = [];
  for (let current = position; ; ) {
    const open = graph.before[current]!.filter((each) => !isComplete(state.records[each]!));
    if (open.length === 0) return chain;
    current = open.reduce((last, each) => (plan.ends[each]! > plan.ends[last]! ? each : last));
    chain.push(graph.tasks[current]!.id);
  }
}

function managersOf(people: People, owner: string): string[] {
  const persons = owner in people ? [owner] : Object.keys(people).filter((person) => people[person]!.groups.includes(owner)).sort();
  return [...new Set(persons.flatMap((person) => people[person]!.manager ?? []))];
}
