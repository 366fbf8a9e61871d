import type { Instant } from '../../model/dates.ts';
import type { TaskStateName } from '../../model/close-task.ts';
import type { CloseGraph } from './graph.ts';

/** Who acted, and for whom: both count as persons wherever duties are separated (CL-5). */
export interface Actor {
  readonly by: string;
  readonly onBehalfOf?: string | undefined;
}

export interface SignOff extends Actor {
  readonly role: 'submitter' | 'reviewer' | 'second-reviewer' | 'waiver' | 'system';
  readonly at: Instant;
}

/** What only the books can say about a hard close (CL-10). */
export interface BookCloseFacts {
  readonly unpostedJournals: number;
  readonly uncertifiedBankReconciliations: readonly string[];
  readonly intercompanyWithinThreshold: boolean;
}

export type PeriodStatus = 'open' | 'soft-closed' | 'hard-closed';

/** A sign-off that counted until something changed: kept, and not valid any more (CL-7). */
export interface VoidedSignOff extends SignOff {
  readonly voidedAt: Instant;
  readonly because: string;
}

/** What a task remembers. `open` becomes `ready` or `not_ready` by its predecessors and is never stored as such. */
export interface TaskRecord {
  readonly state: Exclude<TaskStateName, 'ready' | 'not_ready'> | 'open';
  readonly startedAt: Instant | undefined;
  readonly finishedAt: Instant | undefined;
  /** Raised each time the task is done anew: what its dependants consumed. */
  readonly revision: number;
  /** Revisions of predecessors and values of inputs that the work in hand rests on. */
  readonly consumed: ReadonlyMap<string, string>;
  readonly signOffs: readonly SignOff[];
  readonly history: readonly VoidedSignOff[];
  /** Evidence by name: hash of the attachment or proof. */
  readonly evidence: ReadonlyMap<string, string>;
  /** Why it is blocked, rejected, waived or stale. */
  readonly reason: string | undefined;
}

export interface CloseState {
  readonly records: readonly TaskRecord[];
  readonly inputs: ReadonlyMap<string, string>;
  /** `event` or `event@KEY` of what has arrived. */
  readonly arrived: ReadonlySet<string>;
  /** What the books said last, by entity key. */
  readonly books: ReadonlyMap<string, BookCloseFacts>;
  /** Period status by entity key; absent means open. A reopened hard close falls back after `until`. */
  readonly periods: ReadonlyMap<string, { readonly status: PeriodStatus; readonly until?: Instant }>;
  readonly at: Instant | undefined;
}

const untouched: TaskRecord = {
  state: 'open', startedAt: undefined, finishedAt: undefined, revision: 0, consumed: new Map(), signOffs: [], history: [], evidence: new Map(), reason: undefined,
};

export function newClose(graph: CloseGraph): CloseState {
  return { records: graph.tasks.map(() => untouched), inputs: new Map(), arrived: new Set(), books: new Map(), periods: new Map(), at: undefined };
}

export function periodStatus(state: CloseState, entityKey: string, at: Instant): PeriodStatus {
  const period = state.periods.get(entityKey);
  return !period ? 'open' : period.until && at > period.until ? 'hard-closed' : period.status;
}

/** Done or waived: those who wait for it may go on. */
export function isComplete(record: TaskRecord): boolean {
  return record.state === 'done' || record.state === 'waived';
}

/** All hard predecessors are complete, and for event tasks the event is there (CL-3, CL-4). */
export function mayBegin(graph: CloseGraph, state: CloseState, position: number): boolean {
  for (const each of graph.before[position]!) if (!isComplete(state.records[each]!)) return false;
  const { event, entityKey } = graph.tasks[position]!;
  return !event || state.arrived.has(event) || state.arrived.has(`${event}@${entityKey}`);
}

export function stateName(graph: CloseGraph, state: CloseState, position: number): TaskStateName {
  const stored = state.records[position]!.state;
  if (stored !== 'open') return stored;
  return mayBegin(graph, state, position) ? 'ready' : 'not_ready';
}

/** What work that begins or finishes now rests on: complete predecessors by revision, inputs by value (CL-8). */
export function consumedNow(graph: CloseGraph, state: CloseState, position: number): Map<string, string> {
  const consumed = new Map<string, string>();
  for (const each of [...graph.before[position]!, ...graph.softBefore[position]!]) {
    const record = state.records[each]!;
    if (isComplete(record)) consumed.set(graph.tasks[each]!.id, String(record.revision));
  }
  // An input nobody has told yet counts as consumed too: its first value is then a change.
  for (const input of graph.tasks[position]!.inputs) consumed.set(input, state.inputs.get(input) ?? '');
  return consumed;
}
