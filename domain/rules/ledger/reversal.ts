import { addDays, endOfMonth } from '../../calendar/plain-date.ts';
import { problem, type Problem } from '../../errors.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Journal } from '../../model/journal.ts';
import { negateMoney } from '../money.ts';
import { firstOpenDate, type PeriodTable } from './period-guard.ts';
import { compareText } from './trial-balance.ts';

/**
 * The entry that undoes a posted one, linked to it (JE-6). Refused for drafts, for reversals, and when `others`
 * holds a reversal of it already. The new entry is a draft: it needs approvals of its own.
 */
export function reverse(journal: Journal, date: PlainDate, preparer: string, others: readonly Journal[]): Journal | Problem {
  if (journal.status !== 'posted') return problem('reversal-refused', `Journal ${journal.id} is not posted: change it instead.`);
  if (journal.reversalOf) return problem('reversal-refused', `Journal ${journal.id} is itself the reversal of ${journal.reversalOf}.`);
  const earlier = others.find((other) => other.reversalOf === journal.id);
  if (earlier) return problem('reversal-refused', `Journal ${journal.id} is reversed by ${earlier.id} already.`);
  const { number: _number, recordedAt: _recordedAt, autoReverseOn: _autoReverseOn, ...kept } = journal;
  return {
    ...kept,
    id: reversalId(journal),
    source: 'reversal',
    status: 'draft',
    preparer,
    approvals: [],
    postingDate: date,
    documentDate: date,
    text: `Reversal of ${journal.id}: ${journal.text}`,
    reversalOf: journal.id,
    lines: journal.lines.map((line) => ({ ...line, amount: negateMoney(line.amount), functional: negateMoney(line.functional) })),
  };
}

/** The id follows from the entry, so that a second run makes the same reversal and not another one. */
export function reversalId(journal: Journal): string {
  return `${journal.id}~reversal`;
}

/** Day 1 of the next period, when month-end accruals turn around (G2). */
export function dayOne(date: PlainDate): PlainDate {
  return addDays(endOfMonth(date), 1);
}

/**
 * Automatic reversals that fall due by `today`. One whose day lies in a period that is not open waits in `queued`
 * with the reason (JE-2); what `existing` holds already is not made twice.
 */
export function dueReversals(journals: readonly Journal[], today: PlainDate, periods: PeriodTable, preparer: string): { reversals: Journal[]; queued: { journal: string; problem: Problem }[] } {
  const reversals: Journal[] = [];
  const queued: { journal: string; problem: Problem }[] = [];
  for (const journal of [...journals].sort((a, b) => compareText(a.id, b.id))) {
    if (!journal.autoReverseOn || journal.autoReverseOn > today || journal.status !== 'posted') continue;
    if (journals.some((other) => other.reversalOf === journal.id)) continue;
    const open = firstOpenDate(periods, { entity: journal.entity, ledger: journal.ledger, date: journal.autoReverseOn });
    if (!open || open.late) {
      queued.push({ journal: journal.id, problem: problem('period-closed', `The reversal of ${journal.id} is due on ${journal.autoReverseOn}, which is not open${open ? `; ${open.period.id} is the next open period` : ''}.`) });
      continue;
    }
    const made = reverse(journal, journal.autoReverseOn, preparer, journals);
    if ('code' in made) queued.push({ journal: journal.id, problem: made });
    else reversals.push(made);
  }
  return { reversals, queued };
}
