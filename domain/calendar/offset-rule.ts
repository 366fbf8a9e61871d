import type { PlainDate } from '../model/dates.ts';
import { addDays, daysInMonth, formatDate, parseDate, toDayNumber, weekday, type Weekday } from './plain-date.ts';

/** The n-th `weekday` of `month`, at `at` of UTC or of the zone's standard time. */
export interface OffsetChange {
  readonly month: number;
  readonly weekday: Weekday;
  readonly occurrence: 1 | 2 | 3 | 4 | 'last';
  readonly at: string;
  readonly clock: 'utc' | 'standard';
}

/** A zone as data: its offset in minutes east of UTC with its daylight rule. */
export interface OffsetRule {
  readonly standard: number;
  readonly daylight?: { readonly minutes: number; readonly from: OffsetChange; readonly to: OffsetChange };
}

const minutesOfDay = 24 * 60;

/** Offset in minutes at a UTC minute; daylight time may span the turn of the year (southern hemisphere). */
export function offsetMinutes({ daylight, standard }: OffsetRule, utcMinute: number): number {
  if (!daylight) return standard;
  const { year } = parseDate(addDays('1970-01-01', Math.floor((utcMinute + standard) / minutesOfDay)));
  const begins = changeMinute(year, daylight.from, standard);
  const ends = changeMinute(year, daylight.to, standard);
  const inside = begins < ends ? utcMinute >= begins && utcMinute < ends : utcMinute >= begins || utcMinute < ends;
  return inside ? daylight.minutes : standard;
}

/** Minutes since midnight of a time such as 17:00. */
export function minuteOfDay(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
}

function changeMinute(year: number, change: OffsetChange, standard: number): number {
  const minute = toDayNumber(dayOfChange(year, change)) * minutesOfDay + minuteOfDay(change.at);
  return change.clock === 'utc' ? minute : minute - standard;
}

function dayOfChange(year: number, { month, weekday: wanted, occurrence }: OffsetChange): PlainDate {
  if (occurrence === 'last') {
    const end = formatDate(year, month, daysInMonth(year, month));
    return addDays(end, -((weekday(end) - wanted + 7) % 7));
  }
  const first = formatDate(year, month, 1);
  return addDays(first, ((wanted - weekday(first) + 7) % 7) + (occurrence - 1) * 7);
}
