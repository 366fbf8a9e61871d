import type { Instant, PlainDate } from '../model/dates.ts';
import { addBusinessDays, isBusinessDay, nextBusinessDay, type BusinessCalendar } from './business-days.ts';
import { addDays, formatDate, parseDate, toDayNumber, weekday, daysInMonth, type Weekday } from './plain-date.ts';

/** The n-th `weekday` of `month`, at `at` of UTC or of the zone's standard time. */
export interface OffsetChange {
  readonly month: number;
  readonly weekday: Weekday;
  readonly occurrence: 1 | 2 | 3 | 4 | 'last';
  readonly at: string;
  readonly clock: 'utc' | 'standard';
}

/**
 * Business hours as data: days, hours of the day and the zone's offset in minutes east of UTC with its daylight rule.
 * Nothing is asked of the machine, so that a deadline is the same wherever and whenever it is computed.
 */
export interface BusinessHours {
  readonly weekend: readonly Weekday[];
  readonly holidays: readonly { readonly date: PlainDate }[];
  readonly hours: { readonly from: string; readonly to: string };
  readonly offset: { readonly standard: number; readonly daylight?: { readonly minutes: number; readonly from: OffsetChange; readonly to: OffsetChange } };
}

const minutesOfDay = 24 * 60;
const millisecondsOfMinute = 60_000;
const calendars = new WeakMap<BusinessHours, BusinessCalendar>();

/** The instant at which `hours` business hours have passed since `from`; counting starts with the next open minute. */
export function addBusinessHours(calendar: BusinessHours, from: Instant, hours: number): Instant {
  return addBusinessMinutes(calendar, from, hours * 60);
}

/** The same in whole minutes, zero or more. */
export function addBusinessMinutes(calendar: BusinessHours, from: Instant, minutes: number): Instant {
  if (!Number.isInteger(minutes) || minutes < 0) throw new RangeError(`a whole number of minutes, zero or more, is needed, not ${minutes}`);
  const opens = minuteOfDay(calendar.hours.from);
  const closes = minuteOfDay(calendar.hours.to);
  let { date, minute } = toLocal(calendar, from);
  let left = minutes;
  for (;;) {
    if (!isBusinessDay(daysOf(calendar), date) || minute > closes || (minute === closes && left > 0)) {
      date = nextBusinessDay(daysOf(calendar), date);
      minute = opens;
    }
    minute = Math.max(minute, opens);
    if (left <= closes - minute) return toInstant(calendar, date, minute + left);
    left -= closes - minute;
    minute = closes;
  }
}

/** The end of business on the `days`-th business day after `date`; the day itself does not count. */
export function closeOfBusiness(calendar: BusinessHours, date: PlainDate, days: number): Instant {
  return toInstant(calendar, addBusinessDays(daysOf(calendar), date, days), minuteOfDay(calendar.hours.to));
}

/** Open minutes in [from, to); zero when `to` is not after `from`. */
export function businessMinutesBetween(calendar: BusinessHours, from: Instant, to: Instant): number {
  const start = toLocal(calendar, from);
  const end = toLocal(calendar, to);
  const opens = minuteOfDay(calendar.hours.from);
  const closes = minuteOfDay(calendar.hours.to);
  let total = 0;
  for (let date = start.date; toDayNumber(date) <= toDayNumber(end.date); date = addDays(date, 1)) {
    if (!isBusinessDay(daysOf(calendar), date)) continue;
    const first = date === start.date ? Math.max(opens, start.minute) : opens;
    const last = date === end.date ? Math.min(closes, end.minute) : closes;
    total += Math.max(0, last - first);
  }
  return total;
}

/** The business date of an instant in the calendar's zone. */
export function localDate(calendar: BusinessHours, at: Instant): PlainDate {
  return toLocal(calendar, at).date;
}

function toLocal(calendar: BusinessHours, at: Instant): { date: PlainDate; minute: number } {
  const utc = Math.floor(milliseconds(at) / millisecondsOfMinute);
  const local = utc + offsetAt(calendar, utc);
  const day = Math.floor(local / minutesOfDay);
  return { date: addDays('1970-01-01', day), minute: local - day * minutesOfDay };
}

/** A local time that daylight saving skips or repeats is read with the offset in force before the change. */
function toInstant(calendar: BusinessHours, date: PlainDate, minute: number): Instant {
  const local = toDayNumber(date) * minutesOfDay + minute;
  const utc = local - offsetAt(calendar, local - calendar.offset.standard);
  return new Date(utc * millisecondsOfMinute).toISOString();
}

/** Offset in minutes at a UTC minute; daylight time may span the turn of the year (southern hemisphere). */
function offsetAt({ offset }: BusinessHours, utcMinute: number): number {
  const { daylight, standard } = offset;
  if (!daylight) return standard;
  const { year } = parseDate(addDays('1970-01-01', Math.floor((utcMinute + standard) / minutesOfDay)));
  const begins = changeMinute(year, daylight.from, standard);
  const ends = changeMinute(year, daylight.to, standard);
  const inside = begins < ends ? utcMinute >= begins && utcMinute < ends : utcMinute >= begins || utcMinute < ends;
  return inside ? daylight.minutes : standard;
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

function daysOf(calendar: BusinessHours): BusinessCalendar {
  let known = calendars.get(calendar);
  if (!known) {
    known = { weekend: calendar.weekend, holidays: calendar.holidays.map((holiday) => holiday.date) };
    calendars.set(calendar, known);
  }
  return known;
}

function minuteOfDay(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
}

function milliseconds(at: Instant): number {
  const value = Date.parse(at);
  if (Number.isNaN(value)) throw new RangeError(`not an instant: ${at.slice(0, 40)}`);
  return value;
}
