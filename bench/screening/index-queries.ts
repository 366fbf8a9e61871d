import type { ScreeningQuery } from '../../domain/model/screening.ts';
import type { ScreeningDatabase } from '../../domain/rules/screening/screening-database.ts';
import { seeded, treat, treatments } from './treatments.ts';

/**
 * Queries to measure the index by: names of the most frequent words, which have the most hits, in turn with misspelt listed names of every kind;
 * some with date of birth and country, which widen the search. The same database gives the same queries.
 */
export function* indexQueries({ entries, names }: ScreeningDatabase): Iterable<ScreeningQuery> {
  const random = seeded(20261121);
  const pick = <T>(from: T[]): T => from[Math.floor(random() * from.length)]!;
  const frequent = frequentWords(names.filter((name) => name.parsed.kind === 'person').flatMap((name) => name.parsed.tokens.filter((token) => token.role === 'word').map((token) => token.text)));
  for (let at = 0; ; at++) {
    const entry = pick(entries);
    const listed = pick(entry.names).text;
    const facts = { ...(at % 5 === 0 && entry.birthDates[0] ? { birthDate: entry.birthDates[0] } : {}), ...(at % 7 === 0 && entry.nationalities[0] ? { countries: [entry.nationalities[0]] } : {}) };
    if (at % 4 === 0) yield { id: '', name: treat(listed, pick(treatments), random) ?? listed, kind: at % 16 === 0 ? 'unknown' : entry.kind, ...facts };
    else {
      const first = pick(frequent);
      yield { id: '', name: `${first} ${pick(frequent.filter((word) => word !== first))}`, kind: 'person' };
    }
  }
}

function frequentWords(words: string[]): string[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((x, y) => y[1] - x[1]).slice(0, 9).map(([word]) => word);
}
