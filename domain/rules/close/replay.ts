import type { Problem } from '../../errors.ts';
import type { CloseEvent } from '../../model/close-task.ts';
import { canonicalJson } from '../canonical-json.ts';
import { compareText } from '../ledger/trial-balance.ts';
import type { Change } from './staleness.ts';
import type { CloseState } from './state.ts';
import { applyEvent, openClose, type CloseRules } from './transitions.ts';

export type LoggedChange = Change & { readonly at: string; readonly event: CloseEvent['type'] | 'opened' };

export interface Replayed {
  readonly state: CloseState;
  /** Every change of a task's state with the event that made it. */
  readonly log: readonly LoggedChange[];
  readonly refused: readonly { event: CloseEvent; problem: Problem }[];
  /** Deliveries of an event that had counted before. */
  readonly repeated: number;
}

/** Causes before effects where two events carry the same time. */
const rank: readonly CloseEvent['type'][] = ['period', 'books', 'input', 'arrived', 'difference', 'unblocked', 'reopened', 'started', 'evidence', 'ran', 'submitted', 'approved', 'rejected', 'waived', 'blocked'];

/**
 * The close after all events in the order of their times, whatever the order of their delivery, each counted once:
 * the same id, or the same event word for word, is a repetition. A refused event changes nothing and stops nothing.
 */
export function replay(rules: CloseRules, start: CloseState, opensAt: string, events: readonly CloseEvent[]): Replayed {
  const opened = openClose(rules, start, opensAt);
  const log: LoggedChange[] = opened.changes.map((change) => ({ ...change, at: opensAt, event: 'opened' }));
  const refused: { event: CloseEvent; problem: Problem }[] = [];
  const seen = new Set<string>();
  let state = opened.state;
  for (const { event, text } of inOrder(events)) {
    const key = event.id ?? text;
    if (seen.has(key)) continue;
    seen.add(key);
    const applied = applyEvent(rules, state, event);
    if ('code' in applied) refused.push({ event, problem: applied });
    else {
      state = applied.state;
      log.push(...applied.changes.map((change) => ({ ...change, at: event.at, event: event.type })));
    }
  }
  return { state, log, refused, repeated: events.length - seen.size };
}

function inOrder(events: readonly CloseEvent[]): { event: CloseEvent; text: string }[] {
  return events
    .map((event) => ({ event, text: canonicalJson(event), time: Date.parse(event.at) }))
    .sort((a, b) => a.time - b.time || rank.indexOf(a.event.type) - rank.indexOf(b.event.type) || compareText(a.text, b.text));
}
