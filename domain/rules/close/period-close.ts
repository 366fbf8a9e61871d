import { toInstant } from '../../calendar/zoned-time.ts';
import { problem, type Problem } from '../../errors.ts';
import type { Instant } from '../../model/dates.ts';
import type { CloseEvent } from '../../model/close-task.ts';
import type { ClosePolicy } from '../../policy/close.ts';
import { isOneOf, type People } from './duties.ts';
import type { CloseGraph } from './graph.ts';
import { isComplete, type BookCloseFacts, type CloseState } from './state.ts';

/** Mandatory tasks that are not done, stale ones, and what the books say: sentences, tasks in the order of ids (CL-10). */
export function hardCloseBlockers(graph: CloseGraph, state: CloseState, entityKey: string): string[] {
  const tasks = graph.tasks.flatMap((task, position) => {
    const record = state.records[position]!;
    if (task.entityKey !== entityKey) return [];
    if (record.state === 'stale') return [`${task.id} is stale`];
    return task.mandatory && !isComplete(record) ? [`${task.id} is not done`] : [];
  });
  return [...tasks, ...bookBlockers(state.books.get(entityKey))];
}

/** Books that have said nothing are no reason to believe that all is well. */
function bookBlockers(facts: BookCloseFacts | undefined): string[] {
  if (!facts) return ['nobody has told what the books say (an event of type books)'];
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
