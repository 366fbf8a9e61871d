import { isBusinessDayNumber, type BusinessCalendar } from './business-days.ts';
import { toWallTime, wallToEpochMs, type Zone } from './zoned-time.ts';

/** When people of an entity work: business days of a calendar, between two times of day in a zone. */
export interface WorkingHours {
  readonly calendar: BusinessCalendar;
  readonly zone: Zone;
  /** Minutes of the day. */
  readonly opens: number;
  readonly closes: number;
}

/** Longest stretch without a working day that is searched. */
const searchLimitDays = 400;

/** The first minute at or after `epochMs` in which people work; closing time still counts. */
export function nextWorkingMinute(hours: WorkingHours, epochMs: number): number {
  let { day, minute } = toWallTime(epochMs, hours.zone);
  for (let idle = 0; idle < searchLimitDays; idle++, day++, minute = 0)
    if (minute <= hours.closes && isBusinessDayNumber(hours.calendar, day)) return wallToEpochMs({ day, minute: Math.max(minute, hours.opens) }, hours.zone);
  throw noHours();
}

/**
 * The time at which `minutes` of work that can begin at `epochMs` are done. Work begun outside the hours waits for
 * the next opening; no work at all is done at once.
 */
export function addWorkingMinutes(hours: WorkingHours, epochMs: number, minutes: number): number {
  if (minutes === 0) return epochMs;
  let { day, minute } = toWallTime(epochMs, hours.zone);
  let left = minutes;
  for (let idle = 0; idle < searchLimitDays; day++, minute = 0) {
    const start = Math.max(minute, hours.opens);
    const available = isBusinessDayNumber(hours.calendar, day) ? Math.max(0, hours.closes - start) : 0;
    if (available > 0 && left <= available) return wallToEpochMs({ day, minute: start + left }, hours.zone);
    left -= available;
    idle = available > 0 ? 0 : idle + 1;
  }
  throw noHours();
}

function noHours(): RangeError {
  return new RangeError('the calendar has no working hours within a year: check its weekend, holidays and hours');
}
