import type { PlainDate } from '../model/dates.ts';
import { fromDayNumber, toDayNumber, weekdayOfDayNumber, type Weekday } from './plain-date.ts';

/** A business calendar is data: the weekdays off (ISO, 6 and 7 in most countries) and the days off by date. */
export interface BusinessCalendar {
  readonly weekend: readonly Weekday[];
  readonly holidays: readonly PlainDate[];
}

/** Longer than any run of holidays; a calendar without a business day in this time has none. */
const searchLimitDays = 366;

const holidaysByCalendar = new WeakMap<BusinessCalendar, ReadonlySet<number>>();

export function isBusinessDay(calendar: BusinessCalendar, date: PlainDate): boolean {
  return isBusinessDayNumber(calendar, toDayNumber(date));
}

/** The first business day after `date`, never `date` itself. */
export function nextBusinessDay(calendar: BusinessCalendar, date: PlainDate): PlainDate {
  return fromDayNumber(step(calendar, toDayNumber(date), 1));
}

/** The last business day before `date`, never `date` itself. */
export function previousBusinessDay(calendar: BusinessCalendar, date: PlainDate): PlainDate {
  return fromDayNumber(step(calendar, toDayNumber(date), -1));
}

/** `date` when it is a business day, else the next one. */
export function onOrAfter(calendar: BusinessCalendar, date: PlainDate): PlainDate {
  return isBusinessDay(calendar, date) ? date : nextBusinessDay(calendar, date);
}

/** `date` when it is a business day, else the previous one. */
export function onOrBefore(calendar: BusinessCalendar, date: PlainDate): PlainDate {
  return isBusinessDay(calendar, date) ? date : previousBusinessDay(calendar, date);
}

/**
 * `count` business days after `date` (before it when negative). Counting starts beside `date`, so that from a
 * Saturday one business day on is Monday; zero returns `date` unchanged, business day or not.
 */
export function addBusinessDays(calendar: BusinessCalendar, date: PlainDate, count: number): PlainDate {
  if (!Number.isInteger(count)) throw new RangeError(`a whole number of business days is needed, not ${count}`);
  let dayNumber = toDayNumber(date);
  const direction = count < 0 ? -1 : 1;
  for (let left = Math.abs(count); left > 0; left--) dayNumber = step(calendar, dayNumber, direction);
  return fromDayNumber(dayNumber);
}

/** Business days in (from, to]; negative when `to` lies before `from`. */
export function businessDaysBetween(calendar: BusinessCalendar, from: PlainDate, to: PlainDate): number {
  const start = toDayNumber(from);
  const end = toDayNumber(to);
  let count = 0;
  for (let day = Math.min(start, end) + 1; day <= Math.max(start, end); day++) if (isBusinessDayNumber(calendar, day)) count++;
  return end < start ? -count : count;
}

/**
 * Workday of a close (CL-2): WD+0 is the last business day on or before the period end, WD+n the n-th business day
 * after the period end, WD−n the n-th business day before WD+0. Holidays and weekends therefore push a positive
 * offset later and a negative one earlier.
 */
export function workday(calendar: BusinessCalendar, periodEnd: PlainDate, offset: number): PlainDate {
  return offset > 0 ? addBusinessDays(calendar, periodEnd, offset) : addBusinessDays(calendar, onOrBefore(calendar, periodEnd), offset);
}

function step(calendar: BusinessCalendar, dayNumber: number, direction: 1 | -1): number {
  for (let distance = 1; distance <= searchLimitDays; distance++) {
    const day = dayNumber + direction * distance;
    if (isBusinessDayNumber(calendar, day)) return day;
  }
  throw new RangeError('the calendar has no business day within a year: check its weekend and holidays');
}

/** The same question for a day counted since 1970-01-01. */
export function isBusinessDayNumber(calendar: BusinessCalendar, dayNumber: number): boolean {
  return !calendar.weekend.includes(weekdayOfDayNumber(dayNumber)) && !holidayNumbers(calendar).has(dayNumber);
}

function holidayNumbers(calendar: BusinessCalendar): ReadonlySet<number> {
  let known = holidaysByCalendar.get(calendar);
  if (!known) {
    known = new Set(calendar.holidays.map(toDayNumber));
    holidaysByCalendar.set(calendar, known);
  }
  return known;
}
