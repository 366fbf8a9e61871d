import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { readPolicy } from '../../../documents/policy/read-policy.ts';
import { addBusinessHours, addBusinessMinutes, businessMinutesBetween, localDate, type BusinessHours } from '../../../domain/calendar/business-hours.ts';

function shipped(name: string): BusinessHours & { timeZone: string } {
  const policy = readPolicy(readFileSync(join(import.meta.dirname, `../../../policies/calendars/${name}.yaml`), 'utf8'), name);
  if (policy.kind !== 'calendar') throw new Error('not a calendar');
  return policy;
}
const germany = shipped('germany');
const america = shipped('united-states');
/** Summer time over the turn of the year. */
const sydney: BusinessHours = {
  ...germany,
  offset: { standard: 600, daylight: { minutes: 660, from: { month: 10, weekday: 7, occurrence: 1, at: '02:00', clock: 'standard' }, to: { month: 4, weekday: 7, occurrence: 1, at: '02:00', clock: 'standard' } } },
};

describe('business hours', () => {
  it.each([
    ['within a day', germany, '2026-11-05T09:00:00.000Z', 2, '2026-11-05T11:00:00.000Z'],
    ['to the minute of closing', germany, '2026-11-05T09:00:00.000Z', 7, '2026-11-05T16:00:00.000Z'],
    ['over a night', germany, '2026-11-05T15:00:00.000Z', 2, '2026-11-06T09:00:00.000Z'],
    ['over a weekend', germany, '2026-11-06T15:30:00.000Z', 1, '2026-11-09T08:30:00.000Z'],
    ['from a Sunday', germany, '2026-11-08T12:00:00.000Z', 1, '2026-11-09T09:00:00.000Z'],
    ['before opening', germany, '2026-11-05T03:00:00.000Z', 1, '2026-11-05T09:00:00.000Z'],
    ['over Christmas', germany, '2026-12-24T15:00:00.000Z', 2, '2026-12-28T09:00:00.000Z'],
    ['into summer time', germany, '2026-03-27T15:00:00.000Z', 2, '2026-03-30T08:00:00.000Z'],
    ['out of summer time', germany, '2026-10-23T14:00:00.000Z', 2, '2026-10-26T09:00:00.000Z'],
    ['New York over Thanksgiving', america, '2026-11-25T21:00:00.000Z', 2, '2026-11-27T15:00:00.000Z'],
    ['nothing, on an open minute', germany, '2026-11-05T09:00:00.000Z', 0, '2026-11-05T09:00:00.000Z'],
  ])('%s', (_what, calendar, from, hours, expected) => expect(addBusinessHours(calendar, from, hours)).toBe(expected));

  it('counts what it adds', () => {
    fc.assert(fc.property(fc.constantFrom(germany, america, sydney), fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2028-06-01') }), fc.integer({ min: 0, max: 6000 }), (calendar, at, minutes) => {
      const from = new Date(at - (at % 60_000)).toISOString();
      const to = addBusinessMinutes(calendar, from, minutes);
      expect(businessMinutesBetween(calendar, from, to)).toBe(minutes);
    }), { numRuns: 300 });
  });

  it.each([['Europe/Berlin', germany], ['America/New_York', america], ['Australia/Sydney', sydney]] as const)('knows the date in %s as the time zone database does', (zone, calendar) => {
    fc.assert(fc.property(fc.integer({ min: Date.parse('2022-01-01'), max: Date.parse('2031-01-01') }), (at) => {
      const instant = new Date(at).toISOString();
      expect(localDate(calendar, instant)).toBe(Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString());
    }), { numRuns: 500 });
  });

  it('F19 opens and closes at the same clock time on both sides of a change', () => {
    for (const [zone, calendar] of [['Europe/Berlin', germany], ['America/New_York', america]] as const)
      for (let day = 0; day < 800; day++) {
        const from = new Date(Date.parse('2026-01-01T00:00:00.000Z') + day * 86_400_000).toISOString();
        const local = Temporal.Instant.from(addBusinessHours(calendar, from, 8)).toZonedDateTimeISO(zone);
        expect(local.hour).toBeLessThanOrEqual(17);
        expect(Temporal.Instant.from(addBusinessHours(calendar, from, 0)).toZonedDateTimeISO(zone).hour).toBeGreaterThanOrEqual(9);
      }
  });

  it('refuses what it cannot count', () => {
    expect(() => addBusinessMinutes(germany, '2026-11-05T09:00:00.000Z', -1)).toThrow(RangeError);
    expect(() => addBusinessHours(germany, 'tomorrow', 1)).toThrow(RangeError);
  });
});
