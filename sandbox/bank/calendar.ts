import { addDays, formatDate, fromDayNumber, toDayNumber, weekday } from '../../domain/calendar/plain-date.ts';
import type { PlainDate } from '../../domain/model/dates.ts';

/** The bank's own idea of a business day: Monday to Friday, without the days on which T2 is closed. Its day is a day of UTC. */
export function isBankDay(date: PlainDate): boolean {
  return weekday(date) <= 5 && !closedInT2(date);
}

export function onOrAfterBankDay(date: PlainDate): PlainDate {
  let day = date;
  while (!isBankDay(day)) day = addDays(day, 1);
  return day;
}

/** The n-th bank day after a date. */
export function bankDaysAfter(date: PlainDate, days: number): PlainDate {
  let day = date;
  for (let left = days; left > 0; left -= 1) day = onOrAfterBankDay(addDays(day, 1));
  return day;
}

export function dateOf(epochMs: number): PlainDate {
  return new Date(epochMs).toISOString().slice(0, 10);
}

export function startOf(date: PlainDate): number {
  return Date.parse(`${date}T00:00:00Z`);
}

function closedInT2(date: PlainDate): boolean {
  const monthDay = date.slice(5);
  if (['01-01', '05-01', '12-25', '12-26'].includes(monthDay)) return true;
  const fromEaster = toDayNumber(date) - toDayNumber(easterSunday(Number(date.slice(0, 4))));
  return fromEaster === -2 || fromEaster === 1;
}

/** Gregorian computus: the Sunday after the first full moon of spring, by the lunar age at the turn of the year. */
function easterSunday(year: number): PlainDate {
  const century = Math.floor(year / 100);
  const moonCorrection = (15 + century - Math.floor(century / 4) - Math.floor((13 + 8 * century) / 25)) % 30;
  const age = ((year % 19) * 19 + moonCorrection) % 30;
  const fullMoon = age - (age === 29 || (age === 28 && year % 19 > 10) ? 1 : 0);
  const day = toDayNumber(formatDate(year, 3, 21)) + fullMoon;
  return fromDayNumber(day + 7 - (weekday(fromDayNumber(day)) % 7));
}
