import type { PlainDate } from '../model/dates.ts';
import { addDays, daysInMonth, formatDate, weekday, type Weekday } from './plain-date.ts';

/**
 * Days on which Fedwire and FedACH do not settle, beside the weekends. A holiday on a Sunday is kept on Monday; one on a
 * Saturday is not kept, so that the Friday before it settles.
 */
export function fedHolidays(year: number): PlainDate[] {
  const days = [
    formatDate(year, 1, 1),
    ...since(1986, year, nthWeekday(year, 1, 1, 3)), // Martin Luther King Jr.
    nthWeekday(year, 2, 1, 3), // Washington
    lastWeekday(year, 5, 1), // Memorial Day
    ...since(2021, year, formatDate(year, 6, 19)), // Juneteenth
    formatDate(year, 7, 4),
    nthWeekday(year, 9, 1, 1), // Labor Day
    nthWeekday(year, 10, 1, 2), // Columbus Day
    formatDate(year, 11, 11), // Veterans Day
    nthWeekday(year, 11, 4, 4), // Thanksgiving
    formatDate(year, 12, 25),
  ];
  return days.map((day) => (weekday(day) === 7 ? addDays(day, 1) : day));
}

function since(first: number, year: number, day: PlainDate): PlainDate[] {
  return year >= first ? [day] : [];
}

function nthWeekday(year: number, month: number, wanted: Weekday, occurrence: number): PlainDate {
  const first = formatDate(year, month, 1);
  return addDays(first, ((wanted - weekday(first) + 7) % 7) + (occurrence - 1) * 7);
}

function lastWeekday(year: number, month: number, wanted: Weekday): PlainDate {
  const end = formatDate(year, month, daysInMonth(year, month));
  return addDays(end, -((weekday(end) - wanted + 7) % 7));
}
