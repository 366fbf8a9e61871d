import type { Identifier } from '../../domain/model/party.ts';

/** Syntaxes list a party's identifiers in different orders; the canonical form sorts them by scheme and value. */
export function sortedIds(ids: Identifier[]): Identifier[] {
  return [...ids].sort((a, b) => compare(a.scheme ?? '', b.scheme ?? '') || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
