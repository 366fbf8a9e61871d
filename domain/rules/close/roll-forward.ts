import { nextPeriod, periodRange } from '../../calendar/period-range.ts';
import { addMonths, endOfMonth } from '../../calendar/plain-date.ts';
import type { Journal } from '../../model/journal.ts';
import type { Reconciliation } from '../../model/reconciliation.ts';
import { money } from '../money.ts';
import { compareText } from '../ledger/trial-balance.ts';

export interface RolledForward {
  readonly period: string;
  readonly reconciliations: readonly Reconciliation[];
  readonly journals: readonly Journal[];
}

/**
 * What a period hands to the next (CL-9): reconciliations with their open items, owners and ages, not their
 * certifications or evidence of completion; recurring entries as new drafts. Ids follow from the period, so that a
 * second run hands over the same. Entries that reverse themselves carry their own date and need no copy.
 */
export function rollForward(period: string, reconciliations: readonly Reconciliation[], journals: readonly Journal[]): RolledForward {
  const next = nextPeriod(period);
  const { to } = periodRange(next);
  return {
    period: next,
    reconciliations: reconciliations
      .filter((each) => each.period === period)
      .map(({ certification: _certification, ...kept }) => ({
        ...kept,
        id: `${kept.id.split('@')[0]}@${next}`,
        period: next,
        asOf: to,
        status: 'open' as const,
        history: [],
        supportingBalance: money(kept.supportingBalance.currency, 0n),
      }))
      .sort((a, b) => compareText(a.id, b.id)),
    journals: journals
      .filter((journal) => journal.source === 'recurring' && journal.postingDate >= periodRange(period).from && journal.postingDate <= periodRange(period).to)
      .map((journal) => nextRecurring(journal, next))
      .sort((a, b) => compareText(a.id, b.id)),
  };
}

/** Opening balances from the changed period on to the current one rest on it: they are stale (CL-9). */
export function staleOpenings(changed: string, current: string): string[] {
  const stale: string[] = [];
  for (let period = changed; period < current; ) {
    period = nextPeriod(period);
    stale.push(period);
  }
  return stale;
}


/** The same entry one month, quarter or year on; on the last day of its month where it stood on one. */
function nextRecurring(journal: Journal, next: string): Journal {
  const { number: _number, recordedAt: _recordedAt, autoReverseOn, ...kept } = journal;
  const months = next.includes('Q') ? 3 : next.length === 4 ? 12 : 1;
  const moved = (date: string): string => (date === endOfMonth(date) ? endOfMonth(addMonths(date, months)) : addMonths(date, months));
  return {
    ...kept,
    id: `${journal.id.split('@')[0]}@${next}`,
    postingDate: moved(journal.postingDate),
    documentDate: moved(journal.documentDate),
    ...(autoReverseOn ? { autoReverseOn: moved(autoReverseOn) } : {}),
    status: 'draft',
    approvals: [],
  };
}
