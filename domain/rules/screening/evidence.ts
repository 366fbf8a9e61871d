import type { BirthDate, ListEntry } from '../../model/list-entry.ts';
import type { ScreeningQuery } from '../../model/screening.ts';
import type { QualifiedProfile } from '../../policy/screening.ts';
import { countryCodes } from './tables/countries.ts';
import type { Step } from './score-names.ts';

/** What date of birth, country, gender and identifiers say for and against; a missing fact says nothing (M11, M12). */
export function evidenceSteps(query: ScreeningQuery, entry: ListEntry, evidence: QualifiedProfile['evidence'], nameComplete: boolean): Step[] {
  return [birthDateStep(query, entry, evidence, nameComplete), countryStep(query, entry, evidence), genderStep(query, entry, evidence), identifierStep(query, entry, evidence)].filter((step) => step !== undefined);
}

/** How two dates of birth relate, `near` being what a slip of pen or a circa explains. */
export function compareBirthDates(asked: BirthDate, listed: BirthDate): 'same' | 'sameYear' | 'near' | 'other' | 'far' {
  const precise = (date: BirthDate): boolean => date.earliest === date.latest;
  const overlaps = overlap(asked, listed);
  if (overlaps && precise(asked) && precise(listed)) return 'same';
  if (overlaps) return 'sameYear';
  const years = yearsApart(asked, listed);
  if (precise(asked) && precise(listed) && slipOfPen(asked.earliest, listed.earliest)) return 'near';
  if (years <= 1 || ((asked.circa || listed.circa) && years <= 5)) return 'near';
  return years > 10 ? 'far' : 'other';
}

const relations = ['same', 'sameYear', 'near', 'other', 'far'] as const;

/** The closest relation of a date of birth to those listed. */
function closest(asked: BirthDate, listed: BirthDate[]): (typeof relations)[number] {
  return relations[Math.min(...listed.map((date) => relations.indexOf(compareBirthDates(asked, date))))]!;
}

/** What a date of birth says by itself, in log-odds; `listed` holds at least one date. */
export function birthDateWeight(asked: BirthDate, listed: BirthDate[], evidence: QualifiedProfile['evidence']): number {
  return { same: evidence.birthDateSame, sameYear: evidence.birthYearSame, near: evidence.birthDateNear, other: evidence.birthDateOther, far: evidence.birthDateFar }[closest(asked, listed)];
}

export function overlap(asked: BirthDate, listed: BirthDate): boolean {
  return asked.earliest <= listed.latest && listed.earliest <= asked.latest;
}

function birthDateStep(query: ScreeningQuery, entry: ListEntry, evidence: QualifiedProfile['evidence'], nameComplete: boolean): Step | undefined {
  if (!query.birthDate || entry.birthDates.length === 0) return undefined;
  const best = closest(query.birthDate, entry.birthDates);
  const weight = birthDateWeight(query.birthDate, entry.birthDates, evidence);
  // Dates are often wrong: against a name of which every word agrees they say less.
  const eased = weight < 0 && nameComplete;
  const logOdds = eased ? weight * evidence.completeNameShare : weight;
  const words = { same: 'is the same as', sameYear: 'fits', near: 'is close to', other: 'differs from', far: 'is far from' }[best];
  return { code: 'birthDate', logOdds, because: `born ${dateText(query.birthDate)} ${words} ${entry.birthDates.map(dateText).join(' or ')}${eased ? '; every word of the name agrees, so the date weighs less' : ''}` };
}

/** Whole years between the nearest ends of two spans. */
function yearsApart(a: BirthDate, b: BirthDate): number {
  const gap = a.latest < b.earliest ? days(b.earliest) - days(a.latest) : days(a.earliest) - days(b.latest);
  return gap / 365.25;
}

function days(date: string): number {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return year * 365.25 + month * 30.44 + day;
}

/** Day and month exchanged, or one digit wrong. */
function slipOfPen(a: string, b: string): boolean {
  const [year, month, day] = a.split('-');
  if (`${year}-${day}-${month}` === b) return true;
  let wrong = 0;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) wrong++;
  return wrong === 1;
}

function dateText(date: BirthDate): string {
  const text = date.earliest === date.latest ? date.earliest : date.earliest.slice(0, 4) === date.latest.slice(0, 4) && date.earliest.endsWith('-01-01') ? date.earliest.slice(0, 4) : `${date.earliest} to ${date.latest}`;
  return date.circa ? `about ${text}` : text;
}

/** Codes of all countries that an entry names. */
export function countriesOf(entry: ListEntry): string[] {
  const residence = entry.addresses.flatMap((address) => (address.country ? countryCodes(address.country) : []));
  return [...new Set([...entry.nationalities.flatMap(countryCodes), ...residence])];
}

/** Nationality of a person; for others the seat, which the address tells too. */
function countryStep(query: ScreeningQuery, entry: ListEntry, evidence: QualifiedProfile['evidence']): Step | undefined {
  if (!query.countries || query.countries.length === 0) return undefined;
  const asked = [...new Set(query.countries.flatMap(countryCodes))];
  const listed = countriesOf(entry);
  if (asked.length === 0 || listed.length === 0) return undefined;
  const shared = asked.filter((country) => listed.includes(country));
  if (shared.length > 0) return { code: 'country', logOdds: evidence.countryShared, because: `country ${shared.join(', ')} on both sides` };
  if (entry.nationalities.length === 0) return undefined;
  return { code: 'country', logOdds: evidence.countryOther, because: `country ${asked.join(', ')} is none of ${listed.join(', ')}` };
}

function genderStep(query: ScreeningQuery, entry: ListEntry, evidence: QualifiedProfile['evidence']): Step | undefined {
  if (!query.gender || !entry.gender || query.gender === entry.gender) return undefined;
  return { code: 'gender', logOdds: evidence.genderOther, because: `${query.gender} / ${entry.gender}` };
}

/** Two numbers of one type and country that differ speak against. */
function identifierStep(query: ScreeningQuery, entry: ListEntry, evidence: QualifiedProfile['evidence']): Step | undefined {
  for (const asked of query.identifiers ?? []) {
    if (!asked.type) continue;
    const sameType = entry.identifiers.filter((listed) => listed.type.toLowerCase() === asked.type!.toLowerCase());
    if (sameType.length > 0 && sameType.every((listed) => plain(listed.value) !== plain(asked.value)))
      return { code: 'identifier', logOdds: evidence.identifierOther, because: `${asked.type} ${asked.value} is none of ${sameType.map((listed) => listed.value).join(', ')}` };
  }
  return undefined;
}

function plain(value: string): string {
  return value.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
