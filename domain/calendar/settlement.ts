import type { PlainDate } from '../model/dates.ts';
import type { BusinessCalendar } from './business-days.ts';
import { fedHolidays } from './fed.ts';
import { parseDate } from './plain-date.ts';
import { t2Holidays } from './t2.ts';

/** By which system a bank settles. */
export type SettlementSystem = 'fed' | 't2';

const holidaysOf = { fed: fedHolidays, t2: t2Holidays } as const;
/** Years around a date that its calendar covers: far beyond any payment term. */
const before = 5;
const after = 10;
const known = new Map<string, BusinessCalendar>();

/** The settlement days of the years around `near`, for the functions that count business days. */
export function settlementCalendar(system: SettlementSystem, near: PlainDate): BusinessCalendar {
  const { year } = parseDate(near);
  const key = `${system} ${year}`;
  let calendar = known.get(key);
  if (!calendar) {
    const years = Array.from({ length: before + after + 1 }, (_, index) => year - before + index);
    calendar = { weekend: [6, 7], holidays: years.flatMap(holidaysOf[system]) };
    known.set(key, calendar);
  }
  return calendar;
}
