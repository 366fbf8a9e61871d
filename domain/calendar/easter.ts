import type { PlainDate } from '../model/dates.ts';
import { formatDate } from './plain-date.ts';

/**
 * Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher): the Sunday after the church's full moon on or after
 * 21 March. Valid for every year from 1583.
 */
export function easterSunday(year: number): PlainDate {
  if (!Number.isInteger(year) || year < 1583) throw new RangeError(`there is no Gregorian Easter in the year ${year}`);
  const placeInMoonCycle = year % 19;
  const century = Math.floor(year / 100);
  const yearOfCentury = year % 100;
  const moonCorrection = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * placeInMoonCycle + century - Math.floor(century / 4) - moonCorrection + 15) % 30;
  const daysToSunday = (32 + 2 * (century % 4) + 2 * Math.floor(yearOfCentury / 4) - epact - (yearOfCentury % 4)) % 7;
  const lateMoon = Math.floor((placeInMoonCycle + 11 * epact + 22 * daysToSunday) / 451);
  const sinceMarch = epact + daysToSunday - 7 * lateMoon + 114;
  return formatDate(year, Math.floor(sinceMarch / 31), (sinceMarch % 31) + 1);
}
