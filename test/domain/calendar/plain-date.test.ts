import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  compareDates,
  daysBetween,
  daysInMonth,
  endOfMonth,
  formatDate,
  fromDayNumber,
  isoWeek,
  isPlainDate,
  parseDate,
  startOfMonth,
  toDayNumber,
  weekday,
} from '../../../domain/calendar/plain-date.ts';

const dayNumbers = fc.integer({ min: toDayNumber('0001-01-01') + 400_000, max: toDayNumber('9999-12-31') - 400_000 });
const dates = dayNumbers.map(fromDayNumber);

describe('plain dates agree with Temporal.PlainDate', () => {
  it('day numbers, parts and text', () => {
    fc.assert(
      fc.property(dayNumbers, (dayNumber) => {
        const expected = Temporal.PlainDate.from('1970-01-01').add({ days: dayNumber });
        const date = fromDayNumber(dayNumber);
        expect(date).toBe(expected.toString());
        expect(toDayNumber(date)).toBe(dayNumber);
        expect(parseDate(date)).toEqual({ year: expected.year, month: expected.month, day: expected.day });
        expect(formatDate(expected.year, expected.month, expected.day)).toBe(date);
      }),
      { numRuns: 2_000 },
    );
  });

  it('days and months added, days between, weekday, month ends, ISO weeks', () => {
    fc.assert(
      fc.property(dates, dates, fc.integer({ min: -300_000, max: 300_000 }), fc.integer({ min: -5_000, max: 5_000 }), (date, other, days, months) => {
        const expected = Temporal.PlainDate.from(date);
        expect(addDays(date, days)).toBe(expected.add({ days }).toString());
        expect(addMonths(date, months)).toBe(expected.add({ months }).toString());
        expect(daysBetween(date, other)).toBe(expected.until(other, { largestUnit: 'day' }).days);
        expect(Math.sign(compareDates(date, other))).toBe(Temporal.PlainDate.compare(date, other));
        expect(weekday(date)).toBe(expected.dayOfWeek);
        expect(daysInMonth(expected.year, expected.month)).toBe(expected.daysInMonth);
        expect(startOfMonth(date)).toBe(expected.with({ day: 1 }).toString());
        expect(endOfMonth(date)).toBe(expected.with({ day: expected.daysInMonth }).toString());
        expect(isoWeek(date)).toEqual({ year: expected.yearOfWeek, week: expected.weekOfYear });
      }),
      { numRuns: 2_000 },
    );
  });

  it('exactly the dates that exist are read', () => {
    const twoDigits = fc.integer({ min: 0, max: 40 }).map((value) => String(value).padStart(2, '0'));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), twoDigits, twoDigits, (year, month, day) => {
        const text = `${String(year).padStart(4, '0')}-${month}-${day}`;
        let exists = true;
        try {
          Temporal.PlainDate.from(text, { overflow: 'reject' });
        } catch {
          exists = false;
        }
        expect(isPlainDate(text)).toBe(exists);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('plain dates refuse what is no date', () => {
  it.each(['2026-02-29', '2026-13-01', '2026-00-10', '2026-1-1', '20260101', '0000-01-01', '2026-01-01T00:00', '', ' 2026-01-01', '2026-01-01\n'])('%j', (text) => {
    expect(isPlainDate(text)).toBe(false);
    expect(() => parseDate(text)).toThrow(RangeError);
  });

  it('a day beyond the year 9999', () => {
    expect(() => addDays('9999-12-31', 1)).toThrow(RangeError);
    expect(() => addMonths('0001-01-31', -1)).toThrow(RangeError);
    expect(() => addDays('2026-01-01', 0.5)).toThrow(RangeError);
  });
});
