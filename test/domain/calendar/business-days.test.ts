import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import {
  addBusinessDays,
  businessDaysBetween,
  isBusinessDay,
  nextBusinessDay,
  onOrAfter,
  onOrBefore,
  previousBusinessDay,
  workday,
  type BusinessCalendar,
} from '../../../domain/calendar/business-days.ts';
import { fromDayNumber, toDayNumber, type Weekday } from '../../../domain/calendar/plain-date.ts';

const western: BusinessCalendar = { weekend: [6, 7], holidays: ['2026-12-25', '2026-12-28', '2027-01-01'] };
const gulf: BusinessCalendar = { weekend: [5, 6], holidays: [] };

describe('CL-2: workdays from the period end', () => {
  it.each([
    // WD+0 is the last business day on or before the period end
    [western, '2026-12-31', 0, '2026-12-31'],
    [western, '2026-10-31', 0, '2026-10-30'],
    // 31 October 2026 is a Saturday: WD+1 is Monday
    [western, '2026-10-31', 1, '2026-11-02'],
    [western, '2026-12-31', 1, '2027-01-04'],
    [western, '2026-12-31', 5, '2027-01-08'],
    [western, '2026-12-31', -1, '2026-12-30'],
    [western, '2026-12-31', -3, '2026-12-24'],
    [western, '2026-10-31', -1, '2026-10-29'],
    [gulf, '2026-10-31', 0, '2026-10-29'],
    [gulf, '2026-10-31', 1, '2026-11-01'],
  ])('%#: period end %s, WD%i is %s', (calendar, periodEnd, offset, expected) => {
    expect(workday(calendar, periodEnd, offset)).toBe(expected);
  });
});

const somewhere = fc.integer({ min: toDayNumber('2020-01-01'), max: toDayNumber('2032-12-31') }).map(fromDayNumber);
const calendars: fc.Arbitrary<BusinessCalendar> = fc.record({
  weekend: fc.uniqueArray(fc.integer({ min: 1, max: 7 }).map((day) => day as Weekday), { maxLength: 4 }),
  holidays: fc.array(somewhere, { maxLength: 80 }),
});

describe('business days agree with a walk over Temporal.PlainDate', () => {
  const open = (calendar: BusinessCalendar, date: Temporal.PlainDate): boolean =>
    !calendar.weekend.includes(date.dayOfWeek as Weekday) && !calendar.holidays.includes(date.toString());

  it('next, previous and the n-th', () => {
    fc.assert(
      fc.property(calendars, somewhere, fc.integer({ min: -40, max: 40 }), (calendar, date, count) => {
        let expected = Temporal.PlainDate.from(date);
        for (let left = Math.abs(count); left > 0; left--)
          do expected = expected.add({ days: Math.sign(count) });
          while (!open(calendar, expected));
        expect(addBusinessDays(calendar, date, count)).toBe(expected.toString());
        expect(isBusinessDay(calendar, date)).toBe(open(calendar, Temporal.PlainDate.from(date)));
      }),
    );
  });

  it('counting business days undoes adding them', () => {
    fc.assert(
      fc.property(calendars, somewhere, fc.integer({ min: -60, max: 60 }), (calendar, date, count) => {
        const start = onOrAfter(calendar, date);
        expect(businessDaysBetween(calendar, start, addBusinessDays(calendar, start, count))).toBe(count);
      }),
    );
  });

  it('a rolled date is a business day on the named side, and moves only when it must', () => {
    fc.assert(
      fc.property(calendars, somewhere, (calendar, date) => {
        const [before, after] = [onOrBefore(calendar, date), onOrAfter(calendar, date)];
        expect(before <= date && date <= after).toBe(true);
        expect(isBusinessDay(calendar, before) && isBusinessDay(calendar, after)).toBe(true);
        expect(before === after).toBe(isBusinessDay(calendar, date));
        expect(previousBusinessDay(calendar, nextBusinessDay(calendar, date)) <= date).toBe(true);
      }),
    );
  });

  it('a calendar without a business day is refused instead of searched for ever', () => {
    expect(() => nextBusinessDay({ weekend: [1, 2, 3, 4, 5, 6, 7], holidays: [] }, '2026-01-01')).toThrow('no business day');
  });
});
