import { problem, type Problem } from '../../errors.ts';
import type { CloseEvent, CloseTask } from '../../model/close-task.ts';
import type { ClosePolicy } from '../../policy/close.ts';
import { absoluteMoney, compareMoney, describeMoney } from '../money.ts';
import { dutiesConflict, isOneOf, mayActAs, type People } from './duties.ts';
import type { CloseGraph } from './graph.ts';
import { hardCloseBlockers, reopenedUntil } from './period-close.ts';
import { change, completeDerived, consumersOf, finish, spreadStale, voidSignOffs, type Change, type Draft } from './staleness.ts';
import { differenceInput } from './template.ts';
import { consumedNow, mayBegin, periodStatus, stateName, type Actor, type CloseState, type SignOff } from './state.ts';

/** What a close is judged by: its tasks, its people, and who may waive and reopen. */
export interface CloseRules {
  readonly graph: CloseGraph;
  readonly people: People;
  readonly policy: ClosePolicy;
}

export interface Applied {
  readonly state: CloseState;
  readonly changes: readonly Change[];
}

type TaskEvent = Extract<CloseEvent, { task: string }>;
type Of<T extends CloseEvent['type']> = Extract<CloseEvent, { type: T }>;

interface Step {
  readonly rules: CloseRules;
  readonly draft: Draft;
  readonly task: CloseTask;
  readonly position: number;
}

/**
 * The close after an event, with every task that it moved; or why the event does not count. The given state is not
 * altered. Same event, same state, same answer: nothing here looks at a clock.
 */
export function applyEvent(rules: CloseRules, state: CloseState, event: CloseEvent): Applied | Problem {
  const records = [...state.records];
  const draft: Draft = { graph: rules.graph, state: { ...state, records, at: event.at }, records, changes: [], at: event.at };
  const refusal = 'task' in event ? applyToTask(rules, draft, event) : applyToClose(rules, draft, event);
  return refusal ?? { state: draft.state, changes: draft.changes };
}

/** Milestones that wait for nothing complete at once. */
export function openClose(rules: CloseRules, state: CloseState, at: string): Applied {
  const records = [...state.records];
  const draft: Draft = { graph: rules.graph, state: { ...state, records, at }, records, changes: [], at };
  completeDerived(draft, rules.graph.order);
  return { state: draft.state, changes: draft.changes };
}

function applyToClose(rules: CloseRules, draft: Draft, event: Exclude<CloseEvent, TaskEvent>): Problem | undefined {
  if ('entityKey' in event && event.entityKey && !rules.graph.tasks.some((task) => task.entityKey === event.entityKey)) return problem('task-unknown', `There is no entity ${event.entityKey} in this close.`);
  switch (event.type) {
    case 'input': return inputChanged(draft, event);
    case 'arrived': return arrived(draft, event);
    case 'books': return booksTold(draft, event);
    case 'period': return periodChanged(rules, draft, event);
  }
}

function applyToTask(rules: CloseRules, draft: Draft, event: TaskEvent): Problem | undefined {
  const position = rules.graph.positions.get(event.task);
  if (position === undefined) return problem('task-unknown', `There is no task ${event.task}.`);
  const step: Step = { rules, draft, task: rules.graph.tasks[position]!, position };
  if (event.type === 'reopened') return reopen(step, event);
  if (periodStatus(draft.state, step.task.entityKey, event.at) === 'hard-closed') return problem('period-closed', `The period of ${step.task.entityKey} is hard closed: ${event.task} stays as it is.`);
  if (rules.graph.derived[position]) return problem('task-state', `${event.task} completes by itself when all that it waits for is done.`);
  switch (event.type) {
    case 'started': return start(step, event);
    case 'evidence': return attach(step, event);
    case 'submitted': return submit(step, event);
    case 'approved': return approve(step, event);
    case 'rejected': return reject(step, event);
    case 'waived': return waive(step, event);
    case 'blocked': return block(step, event);
    case 'unblocked': return unblock(step, event);
    case 'ran': return ran(step, event);
    case 'difference': return differenceTold(step, event);
  }
}

function start({ rules, draft, task, position }: Step, event: Of<'started'>): Problem | undefined {
  const now = stateName(rules.graph, draft.state, position);
  if (!['ready', 'rejected', 'stale'].includes(now) || !mayBegin(rules.graph, draft.state, position)) return notNow(task, now, 'begun', waitsFor(rules.graph, draft.state, position));
  if (!mayActAs(rules.people, event, task.owner)) return notPermitted(task, event, 'owner');
  change(draft, position, { state: 'in_progress', startedAt: event.at, finishedAt: undefined, signOffs: [], reason: undefined, consumed: consumedNow(rules.graph, draft.state, position) }, [`begun by ${event.by}`]);
  return undefined;
}

function attach({ rules, draft, task, position }: Step, event: Of<'evidence'>): Problem | undefined {
  const now = stateName(rules.graph, draft.state, position);
  if (['submitted', 'done', 'waived'].includes(now)) return notNow(task, now, 'given evidence');
  const record = draft.records[position]!;
  change(draft, position, { evidence: new Map([...record.evidence, [event.name, event.hash]]) }, [`evidence ${event.name}`]);
  return undefined;
}

function submit(step: Step, event: Of<'submitted'>): Problem | undefined {
  const { rules, draft, task, position } = step;
  const record = draft.records[position]!;
  if (record.state !== 'in_progress') return notNow(task, stateName(rules.graph, draft.state, position), 'submitted');
  if (!mayActAs(rules.people, event, task.owner)) return notPermitted(task, event, 'owner');
  const missing = task.evidence.filter((name) => !record.evidence.has(name));
  if (missing.length > 0) return problem('evidence-missing', `${task.id} needs ${missing.join(', ')}.`);
  const signOff = signOffOf(event, 'submitter', event.at);
  change(draft, position, { state: 'submitted', signOffs: [signOff], consumed: consumedNow(rules.graph, draft.state, position) }, [`submitted by ${event.by}`]);
  if (task.reviewers.length === 0) complete(step, [signOff], `submitted by ${event.by}`);
  return undefined;
}

function approve(step: Step, event: Of<'approved'>): Problem | undefined {
  const { rules, draft, task, position } = step;
  const record = draft.records[position]!;
  if (record.state !== 'submitted') return notNow(task, stateName(rules.graph, draft.state, position), 'approved');
  const given = record.signOffs.length - 1;
  if (!mayActAs(rules.people, event, task.reviewers[given])) return notPermitted(task, event, given === 0 ? 'reviewer' : 'second reviewer');
  const conflict = dutiesConflict(task, event, record.signOffs);
  if (conflict) return conflict;
  const signOffs = [...record.signOffs, signOffOf(event, given === 0 ? 'reviewer' : 'second-reviewer', event.at)];
  if (signOffs.length > task.reviewers.length) complete(step, signOffs, `approved by ${event.by}`);
  else change(draft, position, { signOffs }, []);
  return undefined;
}

function reject({ rules, draft, task, position }: Step, event: Of<'rejected'>): Problem | undefined {
  const record = draft.records[position]!;
  if (record.state !== 'submitted') return notNow(task, stateName(rules.graph, draft.state, position), 'rejected');
  if (!task.reviewers.some((reviewer) => mayActAs(rules.people, event, reviewer))) return notPermitted(task, event, 'reviewer');
  if (!event.reason) return noReason(task, 'rejected');
  const conflict = dutiesConflict(task, event, record.signOffs.slice(0, 1));
  if (conflict) return conflict;
  change(draft, position, { state: 'rejected', reason: event.reason, signOffs: [], history: voidSignOffs(record, event.at, `rejected: ${event.reason}`) }, [`rejected by ${event.by}: ${event.reason}`]);
  return undefined;
}

function waive({ rules, draft, task, position }: Step, event: Of<'waived'>): Problem | undefined {
  const now = stateName(rules.graph, draft.state, position);
  if (['submitted', 'done', 'waived'].includes(now)) return notNow(task, now, 'waived');
  if (!event.reason) return noReason(task, 'waived');
  if (!isOneOf(rules.people, event.approvedBy, rules.policy.waiveGroup)) return notPermitted(task, { by: event.approvedBy }, rules.policy.waiveGroup);
  const signOff = signOffOf(event, 'waiver', event.at);
  const conflict = dutiesConflict(task, { by: event.approvedBy }, [signOff]);
  if (conflict) return conflict;
  change(draft, position, { state: 'waived', reason: event.reason, finishedAt: event.at, revision: draft.records[position]!.revision + 1, signOffs: [signOff, { by: event.approvedBy, role: 'reviewer', at: event.at }], consumed: new Map() }, [`waived by ${event.by} with ${event.approvedBy}: ${event.reason}`]);
  completeDerived(draft, [position]);
  return undefined;
}

/** CL-7: back into work; its sign-offs stay in its history, and what consumed it is stale. */
function reopen({ rules, draft, task, position }: Step, event: Of<'reopened'>): Problem | undefined {
  const record = draft.records[position]!;
  const period = periodStatus(draft.state, task.entityKey, event.at);
  if (period === 'hard-closed') return problem('period-closed', `The period of ${task.entityKey} is hard closed: ${task.id} cannot be reopened; correct it in the next open period.`);
  if (rules.graph.derived[position]) return problem('task-state', `${task.id} is the sum of other tasks: reopen the one that is wrong.`);
  if (!['submitted', 'done', 'waived'].includes(record.state)) return notNow(task, stateName(rules.graph, draft.state, position), 'reopened');
  if (!event.reason) return noReason(task, 'reopened');
  const authority = period === 'soft-closed' ? rules.policy.controllerGroup : rules.policy.reopenGroup;
  if (!mayActAs(rules.people, event, authority)) return notPermitted(task, event, authority);
  const because = [`${task.id} reopened by ${event.by}: ${event.reason}`];
  change(draft, position, { state: 'in_progress', startedAt: event.at, finishedAt: undefined, reason: event.reason, signOffs: [], history: voidSignOffs(record, event.at, because[0]!), consumed: consumedNow(rules.graph, draft.state, position) }, because);
  spreadStale(draft, consumersOf(draft, position).map((consumer) => ({ position: consumer, because })));
  return undefined;
}

function block({ rules, draft, task, position }: Step, event: Of<'blocked'>): Problem | undefined {
  const now = stateName(rules.graph, draft.state, position);
  if (['submitted', 'done', 'waived', 'blocked'].includes(now)) return notNow(task, now, 'blocked');
  if (!event.reason) return noReason(task, 'blocked');
  change(draft, position, { state: 'blocked', reason: event.reason, consumed: new Map() }, [`blocked by ${event.by}: ${event.reason}`]);
  return undefined;
}

/** Work begins anew: what it rested on may have changed while it stood. */
function unblock({ rules, draft, task, position }: Step, event: Of<'unblocked'>): Problem | undefined {
  const now = stateName(rules.graph, draft.state, position);
  if (now !== 'blocked') return notNow(task, now, 'unblocked');
  change(draft, position, { state: 'open', reason: undefined, startedAt: undefined }, [`unblocked by ${event.by}`]);
  return undefined;
}

function ran(step: Step, event: Of<'ran'>): Problem | undefined {
  const { rules, draft, task, position } = step;
  if (task.kind !== 'automated' && task.kind !== 'event') return problem('task-state', `${task.id} is done by people, not by a run.`);
  const now = stateName(rules.graph, draft.state, position);
  if (!['ready', 'stale', 'blocked', 'in_progress'].includes(now) || !mayBegin(rules.graph, draft.state, position)) return notNow(task, now, 'run', waitsFor(rules.graph, draft.state, position));
  if (event.outcome === 'failed') {
    change(draft, position, { state: 'blocked', reason: event.reason ?? 'the run failed', consumed: new Map() }, [`run failed: ${event.reason ?? 'no reason given'}`]);
    return undefined;
  }
  if (task.evidence.length > 0 && !event.hash) return problem('evidence-missing', `${task.id} needs ${task.evidence.join(', ')}: the run gave no proof.`);
  if (event.hash) change(draft, position, { evidence: new Map(task.evidence.map((name) => [name, event.hash!])) }, []);
  complete(step, [{ by: 'kontor', role: 'system', at: event.at }], 'the run succeeded');
  return undefined;
}

/**
 * A changed difference makes stale what rested on the old one (CL-8). One within the materiality asks nothing of the
 * owner: the reviewer has it next, or it is done where there is none. A material one is left to the owner.
 */
function differenceTold(step: Step, event: Of<'difference'>): Problem | undefined {
  const { rules, draft, task, position } = step;
  const { difference, hash } = event;
  if (!task.materiality) return problem('task-state', `${task.id} has no materiality that a difference could be held against.`);
  if (task.materiality.currency !== difference.currency) return problem('difference-currency', `The difference of ${task.id} is told in ${difference.currency}, its materiality is in ${task.materiality.currency}.`);
  if (!mayBegin(rules.graph, draft.state, position)) return notNow(task, stateName(rules.graph, draft.state, position), 'judged by its difference', waitsFor(rules.graph, draft.state, position));
  if (task.evidence.length > 0 && !hash) return problem('evidence-missing', `${task.id} needs ${task.evidence.join(', ')}: the difference came without proof.`);
  inputChanged(draft, { type: 'input', at: event.at, input: differenceInput(task.id), value: describeMoney(difference) });
  const { state } = draft.records[position]!;
  if (compareMoney(absoluteMoney(difference), task.materiality) > 0 || !['open', 'stale'].includes(state)) return undefined;
  const because = `${describeMoney(difference)} is within the materiality of ${describeMoney(task.materiality)}`;
  const signOff: SignOff = { by: 'kontor', role: 'system', at: event.at };
  change(draft, position, { state: 'submitted', startedAt: event.at, evidence: new Map(task.evidence.map((name) => [name, hash!])), signOffs: [signOff], reason: undefined, consumed: consumedNow(rules.graph, draft.state, position) }, [because]);
  if (task.reviewers.length === 0) complete(step, [signOff], because);
  return undefined;
}

function complete({ draft, position }: Step, signOffs: readonly SignOff[], because: string): void {
  finish(draft, position, signOffs, [because]);
  completeDerived(draft, [position]);
}

/** CL-8: only tasks that consumed another value of it are touched; the same value again moves nothing. */
function inputChanged(draft: Draft, event: Of<'input'>): undefined {
  const old = draft.state.inputs.get(event.input);
  if (old === event.value) return;
  draft.state = { ...draft.state, inputs: new Map([...draft.state.inputs, [event.input, event.value]]) };
  const because = [`${event.input} changed from ${old ?? 'nothing'} to ${event.value}`];
  const consumers = (draft.graph.byInput.get(event.input) ?? []).filter((position) => draft.records[position]!.consumed.get(event.input) !== event.value);
  spreadStale(draft, consumers.map((position) => ({ position, because })));
}

function arrived(draft: Draft, event: Of<'arrived'>): undefined {
  const key = event.entityKey ? `${event.event}@${event.entityKey}` : event.event;
  draft.state = { ...draft.state, arrived: new Set([...draft.state.arrived, key]) };
}

function booksTold(draft: Draft, { entityKey, unpostedJournals, uncertifiedBankReconciliations, intercompanyWithinThreshold }: Of<'books'>): undefined {
  draft.state = { ...draft.state, books: new Map([...draft.state.books, [entityKey, { unpostedJournals, uncertifiedBankReconciliations, intercompanyWithinThreshold }]]) };
}

function periodChanged(rules: CloseRules, draft: Draft, event: Of<'period'>): Problem | undefined {
  const now = periodStatus(draft.state, event.entityKey, event.at);
  if (!isOneOf(rules.people, event.by, rules.policy.controllerGroup)) return problem('not-permitted', `${event.by} is not in ${rules.policy.controllerGroup} and may not change the period of ${event.entityKey}.`);
  if (event.status === 'hard-closed') {
    const blockers = hardCloseBlockers(rules.graph, draft.state, event.entityKey);
    if (blockers.length > 0) return problem('hard-close-blocked', `The period of ${event.entityKey} cannot be hard closed: ${blockers.join('; ')}.`);
  }
  const until = now === 'hard-closed' && event.status !== 'hard-closed' ? reopenedUntil(rules, event) : undefined;
  if (typeof until === 'object') return until;
  draft.state = { ...draft.state, periods: new Map([...draft.state.periods, [event.entityKey, { status: event.status, ...(until ? { until } : {}) }]]) };
  return undefined;
}

function waitsFor(graph: CloseGraph, state: CloseState, position: number): string {
  const open = graph.before[position]!.filter((each) => !['done', 'waived'].includes(state.records[each]!.state)).map((each) => graph.tasks[each]!.id);
  const { event } = graph.tasks[position]!;
  return open.length > 0 ? `it waits for ${open.join(', ')}` : event ? `it waits for ${event}` : '';
}

function signOffOf({ by, onBehalfOf }: Actor, role: SignOff['role'], at: string): SignOff {
  return { by, ...(onBehalfOf ? { onBehalfOf } : {}), role, at };
}

function notNow(task: CloseTask, now: string, what: string, why = ''): Problem {
  return problem('task-state', `${task.id} is ${now.replace('_', ' ')} and cannot be ${what}${why ? `: ${why}` : ''}.`);
}

function notPermitted(task: CloseTask, { by, onBehalfOf }: Actor, role: string): Problem {
  return problem('not-permitted', `${by}${onBehalfOf ? ` for ${onBehalfOf}` : ''} may not do this on ${task.id}: it takes its ${role}.`);
}

function noReason(task: CloseTask, what: string): Problem {
  return problem('reason-missing', `${task.id} is not ${what} without a reason.`);
}
