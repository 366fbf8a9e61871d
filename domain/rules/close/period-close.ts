import { toInstant } from '../../calendar/zoned-time.ts';
import { problem, type Problem } from '../../errors.ts';
import type { Instant } from '../../model/dates.ts';
import type { CloseEvent } from '../../model/close-task.ts';
import type { ClosePolicy } from '../../policy/close.ts';
import { isOneOf, type People } from './duties.ts';
import type { CloseGraph } from './graph.ts';
import { isComplete, type CloseState } from './state.ts';

/** What only the books can say about a hard close (CL-10). */
export interface BookCloseFacts {
  readonly unpostedJournals: number;
  readonly uncertifiedBankReconciliations: readonly string[];
  readonly intercompanyWithinThreshold: boolean;
}

/** Mandatory tasks that are not done, and stale ones: sentences, in the order of ids (CL-10). */
export function hardCloseBlockers(graph: CloseGraph, state: CloseState, entityKey: string): string[] {
  return graph.tasks.flatMap((task, position) => {
    const record = state.records[position]!;
    if (task.entityKey !== entityKey) return [];
    if (record.state === 'stale') return [`${task.id} is stale`];
    return task.mandatory && !isComplete(record) ? [`${task.id} is not done`] : [];
  });
}

export function bookBlockers(facts: BookCloseFacts): string[] {
  return [
    ...(facts.unpostedJournals > 0 ? [`${facts.unpostedJournals} journal${facts.unpostedJournals === 1 ? ' is' : 's are'} not posted`] : []),
    ...facts.uncertifiedBankReconciliations.map((id) => `bank reconciliation ${id} is not certified`),
    ...(facts.intercompanyWithinThreshold ? [] : ['intercompany differences are above the threshold']),
  ];
}

/** A hard close opens again for two approvers and a limited time; returns when that ends (CL-10). */
export function reopenedUntil({ people, policy }: { people: People; policy: ClosePolicy }, event: Extract<CloseEvent, { type: 'period' }>): Instant | Problem {
  if (!event.approvedBy || event.approvedBy === event.by || event.approvedBy === event.onBehalfOf)
    return problem('duties-conflict', `Reopening the hard-closed period of ${event.entityKey} needs a second approver besides ${event.by}.`);
  if (!isOneOf(people, event.approvedBy, policy.controllerGroup)) return problem('not-permitted', `${event.approvedBy} is not in ${policy.controllerGroup} and may not approve reopening ${event.entityKey}.`);
  return toInstant(Date.parse(event.at) + policy.hardReopenHours * 3_600_000);
}
