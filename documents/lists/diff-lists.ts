import type { ListEntry, LoadedList } from '../../domain/model/list-entry.ts';

export interface ListChange {
  id: string;
  name: string;
  /** Fields that differ; empty for additions and delistings. */
  fields: string[];
}

export interface ListDifference {
  old: { list: string; date: string; sha256: string; entries: number };
  new: { list: string; date: string; sha256: string; entries: number };
  additions: ListChange[];
  changes: ListChange[];
  delistings: ListChange[];
  /** Share of the old entries that are gone, 0 to 1: above 0.05 two persons must release the new list (K17). */
  shrinkShare: number;
}

/** What became different between two versions of one list, by entry id. */
export function diffLists(old: LoadedList, next: LoadedList): ListDifference {
  const before = new Map(old.entries.map((entry) => [entry.id, entry]));
  const after = new Map(next.entries.map((entry) => [entry.id, entry]));
  const delistings = old.entries.filter((entry) => !after.has(entry.id)).map((entry) => change(entry));
  return {
    old: head(old),
    new: head(next),
    additions: next.entries.filter((entry) => !before.has(entry.id)).map((entry) => change(entry)),
    changes: next.entries.flatMap((entry) => {
      const earlier = before.get(entry.id);
      const fields = earlier ? differingFields(earlier, entry) : [];
      return fields.length > 0 ? [change(entry, fields)] : [];
    }),
    delistings,
    shrinkShare: old.entries.length === 0 ? 0 : delistings.length / old.entries.length,
  };
}

function head(list: LoadedList): ListDifference['old'] {
  return { list: list.list, date: list.date, sha256: list.sha256, entries: list.entries.length };
}

function change(entry: ListEntry, fields: string[] = []): ListChange {
  return { id: entry.id, name: entry.names[0]!.text, fields };
}

const compared = ['kind', 'names', 'birthDates', 'nationalities', 'gender', 'identifiers', 'addresses', 'programmes', 'reference'] as const;

function differingFields(a: ListEntry, b: ListEntry): string[] {
  return compared.filter((field) => canonical(a[field]) !== canonical(b[field]));
}

/** The order of names or addresses in a publication means nothing. */
function canonical(value: unknown): string {
  return Array.isArray(value) ? JSON.stringify(value.map((each) => JSON.stringify(each)).sort()) : JSON.stringify(value) ?? '';
}
