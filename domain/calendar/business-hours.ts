import type { Instant, PlainDate } from '../model/dates.ts';
import { addBusinessDays, isBusinessDayNumber } from './business-days.ts';
import { minuteOfDay, type OffsetRule } from './offset-rule.ts';
import { toDayNumber, type Weekday } from './plain-date.ts';
import { addWorkingMinutes, nextWorkingMinute, type WorkingHours } from './working-time.ts';
import { dateInZone, toInstant, toWallTime, wallToEpochMs } from './zoned-time.ts';

/**
 * Business hours as a policy writes them: days, hours of the day and the zone as a rule. Nothing is asked of the machine,
 * so that a deadline is the same wherever and whenever it is computed.
 */
export interface BusinessHours {
  readonly weekend: readonly Weekday[];
  readonly holidays: readonly { readonly date: PlainDate }[];
  readonly hours: { readonly from: string; readonly to: string };
  readonly offset: OffsetRule;
}

const known = new WeakMap<BusinessHours, WorkingHours>();

/** The instant at which `hours` business hours have passed since `from`; counting starts with the next open minute. */
export function addBusinessHours(calendar: BusinessHours, from: Instant, hours: number): Instant {
  return addBusinessMinutes(calendar, from, hours * 60);
}

/** The same in whole minutes, zero or more; no minutes at all end with the next open one. */
export function addBusinessMinutes(calendar: BusinessHours, from: Instant, minutes: number): Instant {
  if (!Number.isInteger(minutes) || minutes < 0) throw new RangeError(`a whole number of minutes, zero or more, is needed, not ${minutes}`);
  const start = milliseconds(from);
  return toInstant(minutes === 0 ? nextWorkingMinute(hoursOf(calendar), start) : addWorkingMinutes(hoursOf(calendar), start, minutes));
}

/** The end of business on the `days`-th business day after `date`; the day itself does not count. */
export function closeOfBusiness(calendar: BusinessHours, date: PlainDate, days: number): Instant {
  const { calendar: business, closes, zone } = hoursOf(calendar);
  return toInstant(wallToEpochMs({ day: toDayNumber(addBusinessDays(business, date, days)), minute: closes }, zone));
}

/** Open minutes in [from, to); zero when `to` is not after `from`. */
export function businessMinutesBetween(calendar: BusinessHours, from: Instant, to: Instant): number {
  const { calendar: business, opens, closes, zone } = hoursOf(calendar);
  const [start, end] = [toWallTime(milliseconds(from), zone), toWallTime(milliseconds(to), zone)];
  let total = 0;
  for (let { day } = start; day <= end.day; day++) {
    if (!isBusinessDayNumber(business, day)) continue;
    const first = day === start.day ? Math.max(opens, start.minute) : opens;
    const last = day === end.day ? Math.min(closes, end.minute) : closes;
    total += Math.max(0, last - first);
  }
  return total;
}

/** The business date of an instant in the calendar's zone. */
export function localDate(calendar: BusinessHours, at: Instant): PlainDate {
  return dateInZone(milliseconds(at), calendar.offset);
}

function hoursOf(calendar: BusinessHours): WorkingHours {
  let hours = known.get(calendar);
  if (!hours) {
    const { weekend, holidays, offset } = calendar;
    hours = { calendar: { weekend, holidays: holidays.map(({ date }) => date) }, zone: offset, opens: minuteOfDay(calendar.hours.from), closes: minuteOfDay(calendar.hours.to) };
    known.set(calendar, hours);
  }
  return hours;
}

function milliseconds(at: Instant): number {
  const value = Date.parse(at);
  if (Number.isNaN(value)) throw new RangeError(`not an instant: ${at.slice(0, 40)}`);
  return value;
}
