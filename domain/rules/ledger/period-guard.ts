import { addDays } from '../../calendar/plain-date.ts';
import { KontorError, problem, type Place, type Problem } from '../../errors.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Period } from '../../model/period.ts';

/** Periods by entity, ledger and sub-ledger, each list in order of time and free of overlaps. */
export type PeriodTable = ReadonlyMap<string, readonly Period[]>;

export interface PostingWish {
  readonly entity: string;
  readonly ledger: string;
  /** Sub-ledger of the posting path; its own periods count where it has any, else those of the ledger. */
  readonly subLedger?: string;
  readonly date: PlainDate;
  /** The poster's role may adjust soft-closed periods, and this adjustment is approved (CL-10). */
  readonly approvedAdjustment?: boolean;
}

type PlaceOf = (period: Period) => Place | undefined;

/** Throws `period-overlap` naming both periods, at the place of the later one. */
export function periodTable(periods: readonly Period[], placeOf: PlaceOf = () => undefined): PeriodTable {
  const table = new Map<string, Period[]>();
  for (const period of periods) {
    if (period.to < period.from) throw new KontorError('period-overlap', `Period ${period.id} of ${period.entity}/${period.ledger} ends on ${period.to}, before it begins on ${period.from}.`, placeAt(period, placeOf));
    const key = keyOf(period.entity, period.ledger, period.subLedger);
    table.set(key, [...(table.get(key) ?? []), period]);
  }
  for (const list of table.values()) refuseOverlaps(list, placeOf);
  return table;
}

/**
 * The one question that every posting path asks before it posts (CL-12). Returns the period that takes the posting,
 * or a problem that names the next open one.
 */
export function guardPosting(table: PeriodTable, wish: PostingWish): Period | Problem {
  const periods = periodsFor(table, wish);
  const period = periods.find((candidate) => candidate.from <= wish.date && wish.date <= candidate.to);
  const books = `${wish.entity}/${wish.ledger}${wish.subLedger ? `/${wish.subLedger}` : ''}`;
  if (!period) return problem('period-missing', `${books} has no period for ${wish.date}${nextOpenText(periods, wish.date)}.`);
  if (period.status === 'open' || (period.status === 'soft-closed' && wish.approvedAdjustment)) return period;
  return problem('period-closed', `Period ${period.id} of ${books} is ${period.status.replace('-', ' ')} for ${wish.date}${nextOpenText(periods, wish.date)}.`);
}

/** First open period that ends after `date` starts: where a late posting goes, on its first day or on `date` itself (G3). */
export function firstOpenDate(table: PeriodTable, wish: PostingWish): { date: PlainDate; period: Period; late: boolean } | undefined {
  const period = nextOpen(periodsFor(table, wish), wish.date);
  if (!period) return undefined;
  const date = period.from > wish.date ? period.from : wish.date;
  return { date, period, late: date !== wish.date };
}

function periodsFor(table: PeriodTable, wish: PostingWish): readonly Period[] {
  return (wish.subLedger && table.get(keyOf(wish.entity, wish.ledger, wish.subLedger))) || table.get(keyOf(wish.entity, wish.ledger, undefined)) || [];
}

function nextOpen(periods: readonly Period[], date: PlainDate): Period | undefined {
  return periods.find((period) => period.status === 'open' && period.to >= date);
}

function nextOpenText(periods: readonly Period[], date: PlainDate): string {
  const next = nextOpen(periods, date);
  return next ? `; the next open period is ${next.id} (${next.from} to ${next.to})` : '; no later period is open';
}

function placeAt(period: Period, placeOf: PlaceOf): { place?: Place } {
  const place = placeOf(period);
  return place ? { place } : {};
}

function refuseOverlaps(periods: Period[], placeOf: PlaceOf): void {
  periods.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.id < b.id ? -1 : 1));
  for (const [index, period] of periods.entries()) {
    const next = periods[index + 1];
    if (next && next.from <= period.to)
      throw new KontorError('period-overlap', `Periods ${period.id} (to ${period.to}) and ${next.id} (from ${next.from}) of ${period.entity}/${period.ledger} overlap; ${next.id} can begin on ${addDays(period.to, 1)}.`, placeAt(next, placeOf));
  }
}

function keyOf(entity: string, ledger: string, subLedger: string | undefined): string {
  return `${entity}\u0000${ledger}\u0000${subLedger ?? ''}`;
}
