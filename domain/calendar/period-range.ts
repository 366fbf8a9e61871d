import type { PlainDate } from '../model/dates.ts';
import { addDays, addMonths, endOfMonth, isPlainDate } from './plain-date.ts';

export interface PeriodRange {
  readonly from: PlainDate;
  readonly to: PlainDate;
}

/** The days of `2026-10`, `2026-Q4` or `2026`; throws a RangeError on any other form. */
export function periodRange(period: string): PeriodRange {
  const parts = /^(\d{4})(?:-(?:(\d{2})|Q([1-4])))?$/.exec(period);
  const month = parts?.[2] ?? (parts?.[3] ? String(Number(parts[3]) * 3 - 2).padStart(2, '0') : '01');
  const from = `${parts?.[1]}-${month}-01`;
  if (!parts || !isPlainDate(from)) throw new RangeError(`not a period: ${period.slice(0, 40)}; periods are written 2026-10, 2026-Q4 or 2026`);
  const months = parts[2] ? 1 : parts[3] ? 3 : 12;
  return { from, to: endOfMonth(addMonths(from, months - 1)) };
}

/** The period of the same length that follows: 2026-12 is followed by 2027-01, 2026-Q4 by 2027-Q1. */
export function nextPeriod(period: string): string {
  const start = addDays(periodRange(period).to, 1);
  if (period.includes('Q')) return `${start.slice(0, 4)}-Q${Math.ceil(Number(start.slice(5, 7)) / 3)}`;
  return start.slice(0, period.length);
}
