import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import type { OffsetRule } from '../../../domain/calendar/offset-rule.ts';
import { fromDayNumber } from '../../../domain/calendar/plain-date.ts';
import { addWorkingMinutes, type WorkingHours } from '../../../domain/calendar/working-time.ts';
import { dateInZone, toEpochMs, toInstant, toWallTime, wallToEpochMs } from '../../../domain/calendar/zoned-time.ts';

const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/St_Johns');
const days = fc.integer({ min: 10_957, max: 25_000 });
const minutes = fc.integer({ min: 0, max: 1_439 });

describe('times of day in a zone agree with Temporal', () => {
  it('F19 wall time to UTC and back, clock changes included', () => {
    fc.assert(
      fc.property(zones, days, minutes, (zone, day, minute) => {
        const date = fromDayNumber(day);
        const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
        const expected = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone, { disambiguation: 'compatible' });
        expect(toInstant(toEpochMs(date, time, zone))).toBe(new Date(expected.epochMilliseconds).toISOString());
        expect(wallToEpochMs({ day, minute }, zone)).toBe(expected.epochMilliseconds);
        const wall = toWallTime(expected.epochMilliseconds, zone);
        expect(fromDayNumber(wall.day)).toBe(expected.toPlainDate().toString());
        expect(dateInZone(expected.epochMilliseconds, zone)).toBe(expected.toPlainDate().toString());
        expect(wall.minute).toBe(expected.hour * 60 + expected.minute);
      }),
      { numRuns: 3_000 },
    );
  });

  it('a zone that is given as a rule is the zone of that name', () => {
    const sunday = (month: number, occurrence: 1 | 2 | 'last', at: string, clock: 'utc' | 'standard') => ({ month, weekday: 7 as const, occurrence, at, clock });
    const rules: [string, OffsetRule][] = [
      ['Europe/Berlin', { standard: 60, daylight: { minutes: 120, from: sunday(3, 'last', '01:00', 'utc'), to: sunday(10, 'last', '01:00', 'utc') } }],
      ['America/New_York', { standard: -300, daylight: { minutes: -240, from: sunday(3, 2, '02:00', 'standard'), to: sunday(11, 1, '01:00', 'standard') } }],
      ['Australia/Sydney', { standard: 600, daylight: { minutes: 660, from: sunday(10, 1, '02:00', 'standard'), to: sunday(4, 1, '02:00', 'standard') } }],
      ['Asia/Kolkata', { standard: 330 }],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...rules), fc.integer({ min: 18_993, max: 22_280 }), minutes, ([name, rule], day, minute) => {
        const epochMs = wallToEpochMs({ day, minute }, name);
        expect(wallToEpochMs({ day, minute }, rule)).toBe(epochMs);
        expect(toWallTime(epochMs, rule)).toEqual(toWallTime(epochMs, name));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['a time that the spring change skips moves later', '2026-03-29', '02:30', '2026-03-29T01:30:00.000Z'],
    ['a time that the autumn change repeats is the first', '2026-10-25', '02:30', '2026-10-25T00:30:00.000Z'],
  ])('%s', (_name, date, time, expected) => {
    expect(toInstant(toEpochMs(date, time, 'Europe/Berlin'))).toBe(expected);
  });

  it('refuses what is no time and no zone', () => {
    expect(() => toEpochMs('2026-01-01', '24:00', 'UTC')).toThrow(RangeError);
    expect(() => toEpochMs('2026-01-01', '10:00', 'Mars/Base')).toThrow(RangeError);
  });
});

describe('working time', () => {
  const office: WorkingHours = { calendar: { weekend: [6, 7], holidays: ['2026-12-25'] }, zone: 'Europe/Berlin', opens: 540, closes: 1_020 };

  it.each([
    ['within a day', '2026-10-30T09:00:00.000Z', 120, '2026-10-30T11:00:00.000Z'],
    ['over a weekend', '2026-10-30T15:00:00.000Z', 120, '2026-11-02T09:00:00.000Z'],
    ['begun at night', '2026-11-02T22:00:00.000Z', 60, '2026-11-03T09:00:00.000Z'],
    ['over a holiday and a weekend', '2026-12-24T15:30:00.000Z', 60, '2026-12-28T08:30:00.000Z'],
    ['over several days', '2026-11-02T08:00:00.000Z', 3 * 480, '2026-11-04T16:00:00.000Z'],
    ['no work at all', '2026-11-01T03:00:00.000Z', 0, '2026-11-01T03:00:00.000Z'],
  ])('%s', (_name, start, work, expected) => {
    expect(toInstant(addWorkingMinutes(office, Date.parse(start), work))).toBe(expected);
  });

  it('two pieces of work take as long as both together', () => {
    fc.assert(
      fc.property(days, minutes, fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 5_000 }), (day, minute, first, second) => {
        const start = wallToEpochMs({ day, minute }, office.zone);
        expect(addWorkingMinutes(office, addWorkingMinutes(office, start, first), second)).toBe(addWorkingMinutes(office, start, first + second));
      }),
    );
  });

  it('refuses hours in which nobody works', () => {
    expect(() => addWorkingMinutes({ ...office, calendar: { weekend: [1, 2, 3, 4, 5, 6, 7], holidays: [] } }, 0, 1)).toThrow('no working hours');
    expect(() => addWorkingMinutes({ ...office, closes: 540 }, 0, 1)).toThrow('no working hours');
  });
});
