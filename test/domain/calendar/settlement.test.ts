import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBusinessDays, isBusinessDay } from '../../../domain/calendar/business-days.ts';
import { easterSunday } from '../../../domain/calendar/easter.ts';
import { fedHolidays } from '../../../domain/calendar/fed.ts';
import { addDays, formatDate, fromDayNumber, toDayNumber, weekday } from '../../../domain/calendar/plain-date.ts';
import { settlementCalendar } from '../../../domain/calendar/settlement.ts';
import { t2Holidays } from '../../../domain/calendar/t2.ts';

/** The definition itself, by the tables of the calendar reform: the Sunday after the church's full moon, from the epact of the year. */
function easterByEpact(year: number): string {
  const century = Math.floor(year / 100) + 1;
  const golden = (year % 19) + 1;
  const solarCorrection = Math.floor((3 * century) / 4) - 12;
  const lunarCorrection = Math.floor((8 * century + 5) / 25) - 5;
  let epact = (((11 * golden + 20 + lunarCorrection - solarCorrection) % 30) + 30) % 30;
  if ((epact === 25 && golden > 11) || epact === 24) epact++;
  let fullMoon = 44 - epact;
  if (fullMoon < 21) fullMoon += 30;
  let day = addDays(formatDate(year, 3, 1), fullMoon - 1);
  do day = addDays(day, 1);
  while (weekday(day) !== 7);
  return day;
}

describe('Easter', () => {
  it.each(['1818-03-22', '1943-04-25', '2000-04-23', '2008-03-23', '2011-04-24', '2019-04-21', '2024-03-31', '2025-04-20', '2026-04-05', '2027-03-28', '2028-04-16', '2038-04-25'])('%s', (date) => expect(easterSunday(Number(date.slice(0, 4)))).toBe(date));

  it('is the Sunday after the full moon of the tables in every year to 4000', () => {
    for (let year = 1583; year <= 4000; year++) expect(easterSunday(year)).toBe(easterByEpact(year));
  });

  it('has no date before the reform', () => expect(() => easterSunday(1582)).toThrow('1582'));
});

describe('T2', () => {
  it.each([
    [2024, ['2024-01-01', '2024-03-29', '2024-04-01', '2024-05-01', '2024-12-25', '2024-12-26']],
    [2025, ['2025-01-01', '2025-04-18', '2025-04-21', '2025-05-01', '2025-12-25', '2025-12-26']],
    [2026, ['2026-01-01', '2026-04-03', '2026-04-06', '2026-05-01', '2026-12-25', '2026-12-26']],
    [2027, ['2027-01-01', '2027-03-26', '2027-03-29', '2027-05-01', '2027-12-25', '2027-12-26']],
  ])('is closed in %i', (year, days) => expect(t2Holidays(year)).toEqual(days));
});

describe('Fed', () => {
  it.each([
    // 19 June 2021 was a Saturday: the Friday before it settled.
    [2021, ['2021-01-01', '2021-01-18', '2021-02-15', '2021-05-31', '2021-06-19', '2021-07-05', '2021-09-06', '2021-10-11', '2021-11-11', '2021-11-25', '2021-12-25']],
    [2022, ['2022-01-01', '2022-01-17', '2022-02-21', '2022-05-30', '2022-06-20', '2022-07-04', '2022-09-05', '2022-10-10', '2022-11-11', '2022-11-24', '2022-12-26']],
    [2023, ['2023-01-02', '2023-01-16', '2023-02-20', '2023-05-29', '2023-06-19', '2023-07-04', '2023-09-04', '2023-10-09', '2023-11-11', '2023-11-23', '2023-12-25']],
    [2025, ['2025-01-01', '2025-01-20', '2025-02-17', '2025-05-26', '2025-06-19', '2025-07-04', '2025-09-01', '2025-10-13', '2025-11-11', '2025-11-27', '2025-12-25']],
    [2026, ['2026-01-01', '2026-01-19', '2026-02-16', '2026-05-25', '2026-06-19', '2026-07-04', '2026-09-07', '2026-10-12', '2026-11-11', '2026-11-26', '2026-12-25']],
    [2027, ['2027-01-01', '2027-01-18', '2027-02-15', '2027-05-31', '2027-06-19', '2027-07-05', '2027-09-06', '2027-10-11', '2027-11-11', '2027-11-25', '2027-12-25']],
  ])('is closed in %i', (year, days) => expect(fedHolidays(year)).toEqual(days));

  it.each([
    ['2026-07-03', true, 'the Friday before a Saturday holiday settles'],
    ['2023-11-10', true, 'so does the one before Veterans Day'],
    ['2021-12-31', true, 'and the last day of a year before a Saturday New Year'],
    ['2027-07-05', false, 'the Monday after a Sunday holiday does not'],
    ['2023-01-02', false, 'nor the one after a Sunday New Year'],
    ['2020-06-19', true, 'Juneteenth is young'],
    ['1985-01-21', true, 'and so is the day of Martin Luther King Jr.'],
  ])('%s: %s, %s', (date, open) => expect(isBusinessDay(settlementCalendar('fed', date), date)).toBe(open));
});

const somewhere = fc.integer({ min: toDayNumber('1990-01-01'), max: toDayNumber('2150-12-31') }).map(fromDayNumber);
const systems = fc.constantFrom('t2' as const, 'fed' as const);
const closed = { t2: t2Holidays, fed: fedHolidays };

describe('settlement days', () => {
  it('exclude weekends and closing days, and nothing else', () => {
    fc.assert(
      fc.property(systems, somewhere, (system, date) => {
        const isClosed = weekday(date) >= 6 || closed[system](Number(date.slice(0, 4))).includes(date);
        expect(isBusinessDay(settlementCalendar(system, date), date)).toBe(!isClosed);
      }),
    );
  });

  it('counting forward never ends on a closing day, also over the turn of a year', () => {
    fc.assert(
      fc.property(systems, somewhere, fc.integer({ min: -250, max: 250 }).filter((count) => count !== 0), (system, date, count) => {
        const end = addBusinessDays(settlementCalendar(system, date), date, count);
        expect(isBusinessDay(settlementCalendar(system, end), end)).toBe(true);
      }),
    );
  });
});
