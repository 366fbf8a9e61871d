import type { ListEntry } from '../../model/list-entry.ts';
import type { ScreeningQuery } from '../../model/screening.ts';
import type { ScreeningProfile } from '../../policy/screening.ts';
import { birthDateWeight, countriesOf, overlap } from './evidence.ts';
import { countryCodes } from './tables/countries.ts';
import { type Postings, PostingsBuilder } from './postings.ts';

/** Entries by year of birth and by country, and the names of each entry: to tell for which names the facts of a query speak. */
export interface FactIndex {
  byYear: Map<number, number[]>;
  byCountry: Map<string, number[]>;
  namesOfEntry: Postings;
}

export function indexFacts(entries: ListEntry[], names: { owners: { entry: number }[] }[]): FactIndex {
  const byYear = new Map<number, number[]>();
  const byCountry = new Map<string, number[]>();
  entries.forEach((entry, at) => {
    const years = new Set(entry.birthDates.flatMap((date) => yearsBetween(date.earliest, date.latest)));
    for (const year of years) add(byYear, year, at);
    for (const country of countriesOf(entry)) add(byCountry, country, at);
  });
  const namesOfEntry = new PostingsBuilder();
  names.forEach((name, at) => name.owners.forEach(({ entry }) => namesOfEntry.add(entry, at)));
  return { byYear, byCountry, namesOfEntry: namesOfEntry.build(entries.length) };
}

/** Years by which a date of birth may be off and still speak for an entry. */
const nearYears = 6;

/** What date of birth and country add to the log-odds of a name at most, by position of the name; names that are not there gain nothing. */
export function gainsByName(facts: FactIndex, entries: ListEntry[], query: ScreeningQuery, profile: ScreeningProfile): Map<number, number> {
  const gains = new Map<number, number>();
  if (profile.profile !== 'qualified') return gains;
  const { evidence } = profile;
  const ofEntry = new Map<number, number>();
  const { birthDate } = query;
  if (birthDate) {
    const slack = evidence.birthDateNear > 0 ? nearYears : 0;
    for (const year of yearsBetween(birthDate.earliest, birthDate.latest, slack))
      for (const entry of facts.byYear.get(year) ?? []) {
        const listed = entries[entry]!.birthDates;
        if (slack > 0 || listed.some((date) => overlap(birthDate, date))) ofEntry.set(entry, Math.max(0, birthDateWeight(birthDate, listed, evidence)));
      }
  }
  const asked = new Set((query.countries ?? []).flatMap(countryCodes));
  const shared = new Set([...asked].flatMap((country) => facts.byCountry.get(country) ?? []));
  for (const entry of shared) ofEntry.set(entry, (ofEntry.get(entry) ?? 0) + evidence.countryShared);
  for (const [entry, gain] of ofEntry) {
    if (gain > 0) facts.namesOfEntry.each(entry, (name) => void gains.set(name, Math.max(gain, gains.get(name) ?? 0)));
  }
  return gains;
}

function yearsBetween(earliest: string, latest: string, slack = 0): number[] {
  const first = Number(earliest.slice(0, 4)) - slack;
  const last = Number(latest.slice(0, 4)) + slack;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}

function add<K>(map: Map<K, number[]>, key: K, value: number): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
