import type { Instant } from '../../model/dates.ts';
import type { CloseGraph } from './graph.ts';
import { consumedNow, isComplete, mayBegin, type CloseState, type SignOff, type TaskRecord, type VoidedSignOff } from './state.ts';

/** A task that an event moved, and why: the chain leads from the cause to the task. */
export interface Change {
  readonly task: string;
  readonly from: TaskRecord['state'];
  readonly to: TaskRecord['state'];
  readonly because: readonly string[];
  /** Sign-offs that the change voided. */
  readonly voided: readonly SignOff[];
}

/** A state being changed: records are replaced, never altered. */
export interface Draft {
  readonly graph: CloseGraph;
  state: CloseState;
  readonly records: TaskRecord[];
  readonly changes: Change[];
  readonly at: Instant;
}

/**
 * Marks stale what consumed the changed thing, and what consumed that, each once (CL-7, CL-8): work in hand, submitted
 * or done. A task that is stale already, not begun, rejected or waived rests on nothing and is left alone.
 */
export function spreadStale(draft: Draft, causes: readonly { position: number; because: readonly string[] }[]): void {
  const queue = [...causes];
  for (let next = 0; next < queue.length; next++) {
    const { position, because } = queue[next]!;
    const record = draft.records[position]!;
    if (record.state !== 'done' && record.state !== 'submitted' && record.state !== 'in_progress') continue;
    makeStale(draft, position, record, because);
    const chain = [...because, draft.graph.tasks[position]!.id];
    for (const consumer of consumersOf(draft, position)) queue.push({ position: consumer, because: chain });
  }
}

/** Written out member by member: a late posting may reach a thousand tasks, and spreading is four times as slow. */
function makeStale(draft: Draft, position: number, record: TaskRecord, because: readonly string[]): void {
  const reason = because.length > 1 ? `${because[0]}, through ${because.at(-1)}` : because[0]!;
  draft.records[position] = {
    state: 'stale',
    startedAt: record.startedAt,
    finishedAt: undefined,
    revision: record.revision,
    consumed: record.consumed,
    signOffs: [],
    history: voidSignOffs(record, draft.at, reason),
    evidence: record.evidence,
    reason,
  };
  draft.changes.push({ task: draft.graph.tasks[position]!.id, from: record.state, to: 'stale', because, voided: record.state === 'in_progress' ? [] : record.signOffs });
}

/** Dependants whose work rests on what this task was. */
export function consumersOf(draft: Draft, position: number): number[] {
  const { id } = draft.graph.tasks[position]!;
  return draft.graph.dependants[position]!.filter((dependant) => draft.records[dependant]!.consumed.has(id));
}

/** Parents and milestones complete by themselves, first time and again after having been stale; one may complete the next. */
export function completeDerived(draft: Draft, from: readonly number[]): void {
  const queue = [...from];
  for (let next = 0; next < queue.length; next++) {
    for (const position of [queue[next]!, ...draft.graph.dependants[queue[next]!]!]) {
      const record = draft.records[position]!;
      if (!draft.graph.derived[position] || !['open', 'stale'].includes(record.state) || !mayBegin(draft.graph, draft.state, position)) continue;
      finish(draft, position, [{ by: 'kontor', role: 'system', at: draft.at }], ['all that it waits for is done']);
      queue.push(position);
    }
  }
}

/** Done, resting on what is there now. */
export function finish(draft: Draft, position: number, signOffs: readonly SignOff[], because: readonly string[]): void {
  const record = draft.records[position]!;
  change(draft, position, {
    state: 'done', signOffs, startedAt: record.startedAt ?? draft.at, finishedAt: draft.at, revision: record.revision + 1, reason: undefined,
    consumed: record.state === 'submitted' ? record.consumed : consumedNow(draft.graph, draft.state, position),
  }, because);
}

export function change(draft: Draft, position: number, fields: Partial<TaskRecord>, because: readonly string[]): void {
  const record = draft.records[position]!;
  const changed = { ...record, ...fields };
  draft.records[position] = changed;
  const voided = isComplete(record) || record.state === 'submitted' ? record.signOffs.filter((signOff) => !changed.signOffs.includes(signOff)) : [];
  if (changed.state !== record.state) draft.changes.push({ task: draft.graph.tasks[position]!.id, from: record.state, to: changed.state, because, voided });
}

export function voidSignOffs(record: TaskRecord, voidedAt: Instant, because: string): readonly VoidedSignOff[] {
  const history = record.history.slice();
  for (const { by, onBehalfOf, role, at } of record.signOffs) history.push(onBehalfOf ? { by, onBehalfOf, role, at, voidedAt, because } : { by, role, at, voidedAt, because });
  return history;
}
