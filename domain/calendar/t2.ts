import type { PlainDate } from '../model/dates.ts';
import { easterSunday } from './easter.ts';
import { addDays, formatDate } from './plain-date.ts';

/** Closing days of T2, the settlement system of the euro, beside the weekends: the same every year since 2002. */
export function t2Holidays(year: number): PlainDate[] {
  const easter = easterSunday(year);
  return [formatDate(year, 1, 1), addDays(easter, -2), addDays(easter, 1), formatDate(year, 5, 1), formatDate(year, 12, 25), formatDate(year, 12, 26)];
}
