import type { ListEntry, LoadedList } from '../../model/list-entry.ts';
import { buildIndex, type CandidateIndex } from './candidate-index.ts';
import { indexFacts, type FactIndex } from './fact-index.ts';
import { strongIdentifier } from './identifiers.ts';
import { parseName, type NameKind, type ParsedName, type Token } from './parse-name.ts';
import { identityOf } from './token-keys.ts';

/** One way of writing a name, with all the entries that have it. */
export interface IndexedName {
  parsed: ParsedName;
  owners: { entry: number; text: string; quality: 'primary' | 'good' | 'original' | 'weak' }[];
}

/** Lists made ready for searching. Entries and names are addressed by position. */
export interface ScreeningDatabase {
  entries: ListEntry[];
  names: IndexedName[];
  index: CandidateIndex;
  facts: FactIndex;
  /** Entries by identifier in comparable form. */
  identifiers: Map<string, number[]>;
  lists: { list: string; date: string }[];
}

/** Names that read alike stand once, so that two versions of a list cost little more than one. */
export function buildDatabase(lists: LoadedList[]): ScreeningDatabase {
  const entries = lists.flatMap((list) => list.entries);
  const names = new Map<string, IndexedName>();
  const words = new Map<string, NumberedWord>();
  entries.forEach((entry, at) => {
    for (const name of entry.names) {
      const kind = nameKindOf(entry, name.text);
      const parsed = parseName(name.text, kind);
      if (parsed.tokens.length === 0) continue;
      const numbered = parsed.tokens.map((token) => shared(words, token));
      parsed.tokens = numbered.map(({ token }) => token);
      const key = `${kind}|${parsed.familyTokens}|${parsed.legalForms.join()}|${numbered.map(({ number }) => number).join()}`;
      const known = names.get(key);
      const owner = { entry: at, text: name.text, quality: name.quality };
      if (known) known.owners.push(owner);
      else names.set(key, { parsed, owners: [owner] });
    }
  });
  const all = [...names.values()];
  return { entries, names: all, identifiers: indexIdentifiers(entries), index: buildIndex(all.map((name) => name.parsed)), facts: indexFacts(entries, all), lists: lists.map(({ list, date }) => ({ list, date })) };
}

function indexIdentifiers(entries: ListEntry[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  entries.forEach((entry, at) => {
    for (const identifier of entry.identifiers) {
      const value = strongIdentifier(identifier.value, identifier.type);
      if (value) found.set(value, [...(found.get(value) ?? []), at]);
    }
  });
  return found;
}

interface NumberedWord {
  token: Token;
  number: number;
}

/** Words are shared between names, so that one comparison serves all names that hold the word. */
function shared(words: Map<string, NumberedWord>, token: Token): NumberedWord {
  const key = identityOf(token);
  const known = words.get(key);
  if (known) return known;
  const added = { token, number: words.size };
  words.set(key, added);
  return added;
}

function nameKindOf(entry: ListEntry, text: string): NameKind {
  if (entry.kind === 'person') return 'person';
  if (entry.kind === 'organisation') return 'organisation';
  if (entry.kind === 'unknown') return parseName(text, 'organisation').legalForms.length > 0 ? 'organisation' : 'person';
  return 'object';
}
