import type { ListEntry } from '../../model/list-entry.ts';
import type { ScreeningHit, ScreeningQuery } from '../../model/screening.ts';
import { strongIdentifier } from './identifiers.ts';
import type { ScreeningDatabase } from './screening-database.ts';

/** Entries that hold an identifier of the query: it decides alone, whatever the name (M13). */
export function identifierHits(database: ScreeningDatabase, query: ScreeningQuery): { entry: ListEntry; hit: ScreeningHit }[] {
  return (query.identifiers ?? []).flatMap((asked) => {
    const value = strongIdentifier(asked.value, asked.type);
    const entries = value === undefined ? [] : (database.identifiers.get(value) ?? []);
    return entries.map((at) => {
      const entry = database.entries[at]!;
      const name = entry.names[0]!;
      const hit: ScreeningHit = {
        entry: entry.id,
        ...(entry.reference ? { reference: entry.reference } : {}),
        list: entry.list,
        score: 1,
        name: name.text,
        quality: name.quality,
        threshold: 0,
        reasons: [{ code: 'identifier', points: 1, because: `${asked.type ?? 'identifier'} ${asked.value} is the one listed` }],
      };
      return { entry, hit };
    });
  });
}
