import type { PlainDate } from '../model/dates.ts';

/**
 * Plain-date arithmetic on the proleptic Gregorian calendar, years 0001 to 9999, without a library and without a clock:
 * dates go in and come out as `YYYY-MM-DD`, which also sorts and compares as text.
 * Every function throws a RangeError on a date that does not exist (2026-02-30) or that is written otherwise (2026-2-3).
 */
export interface DateParts {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** ISO numbering: Monday is 1, Sunday is 7. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

const pattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const firstDayNumber = dayNumberOf(1, 1, 1);
const lastDayNumber = dayNumberOf(9999, 12, 31);

export function isPlainDate(text: string): boolean {
  const match = pattern.exec(text);
  return match !== null && exists(Number(match[1]), Number(match[2]), Number(match[3]));
}

export function parseDate(date: PlainDate): DateParts {
  const match = pattern.exec(date);
  if (!match || !exists(Number(match[1]), Number(match[2]), Number(match[3])))
    throw new RangeError(`not a date of the calendar in the form YYYY-MM-DD: ${date.slice(0, 40)}`);
  return { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
}

export function formatDate(year: number, month: number, day: number): PlainDate {
  if (!exists(year, month, day)) throw new RangeError(`there is no day ${day} in month ${month} of year ${year}`);
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** Days since 1970-01-01, negative before it: the form in which dates are counted. */
export function toDayNumber(date: PlainDate): number {
  const { year, month, day } = parseDate(date);
  return dayNumberOf(year, month, day);
}

export function fromDayNumber(dayNumber: number): PlainDate {
  if (!Number.isInteger(dayNumber) || dayNumber < firstDayNumber || dayNumber > lastDayNumber)
    throw new RangeError(`day number ${dayNumber} lies outside the years 0001 to 9999`);
  // Counting years from March puts the leap day at the end, so that every month has a fixed start.
  const shifted = dayNumber + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return formatDate(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day);
}

export function addDays(date: PlainDate, days: number): PlainDate {
  return fromDayNumber(toDayNumber(date) + days);
}

/** The same day some months later; where that day does not exist, the last day of that month (31 January + 1 = 28 February). */
export function addMonths(date: PlainDate, months: number): PlainDate {
  const { year, month, day } = parseDate(date);
  const index = year * 12 + (month - 1) + months;
  const targetYear = Math.floor(index / 12);
  const targetMonth = index - targetYear * 12 + 1;
  return formatDate(targetYear, targetMonth, Math.min(day, daysInMonth(targetYear, targetMonth)));
}

/** Whole days from one date to another, negative when `to` lies before `from`. */
export function daysBetween(from: PlainDate, to: PlainDate): number {
  return toDayNumber(to) - toDayNumber(from);
}

/** Negative, zero or positive as a is before, on or after b; fit for `sort`. */
export function compareDates(a: PlainDate, b: PlainDate): number {
  return toDayNumber(a) - toDayNumber(b);
}

export function weekday(date: PlainDate): Weekday {
  return weekdayOfDayNumber(toDayNumber(date));
}

export function weekdayOfDayNumber(dayNumber: number): Weekday {
  // 1970-01-01 was a Thursday.
  return ((((dayNumber + 3) % 7) + 7) % 7) + 1 as Weekday;
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (monthLengths[month - 1] ?? 0);
}

export function startOfMonth(date: PlainDate): PlainDate {
  const { year, month } = parseDate(date);
  return formatDate(year, month, 1);
}

export function endOfMonth(date: PlainDate): PlainDate {
  const { year, month } = parseDate(date);
  return formatDate(year, month, daysInMonth(year, month));
}

/** The week of ISO 8601: it belongs to the year in which its Thursday lies. */
export function isoWeek(date: PlainDate): { year: number; week: number } {
  const dayNumber = toDayNumber(date);
  const thursday = dayNumber - weekdayOfDayNumber(dayNumber) + 4;
  const { year } = parseDate(fromDayNumber(thursday));
  return { year, week: Math.floor((thursday - dayNumberOf(year, 1, 1)) / 7) + 1 };
}

function exists(year: number, month: number, day: number): boolean {
  return Number.isInteger(year) && Number.isInteger(month) && Number.isInteger(day)
    && year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

function dayNumberOf(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}
