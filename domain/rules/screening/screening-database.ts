import type { ListEntry, LoadedList } from '../../model/list-entry.ts';
import { buildIndex, type CandidateIndex } from './candidate-index.ts';
import { indexFacts, type FactIndex } from './fact-index.ts';
import { strongIdentifier } from './identifiers.ts';
import { parseName, type NameKind, type ParsedName, type Token } from './parse-name.ts';

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
  const words = new Map<string, Token>();
  entries.forEach((entry, at) => {
    for (const name of entry.names) {
      const kind = nameKindOf(entry, name.text);
      const parsed = parseName(name.text, kind);
      if (parsed.tokens.length === 0) continue;
      parsed.tokens = parsed.tokens.map((token) => shared(words, token));
      const key = `${kind}|${parsed.familyTokens}|${parsed.legalForms.join()}|${parsed.tokens.map((token) => `${token.role[0]}${token.native}`).join(' ')}`;
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

/** Words are shared between names, so that one comparison serves all names that hold the word. */
function shared(words: Map<string, Token>, token: Token): Token {
  const key = `${token.role[0]}${token.weight}|${token.text}|${token.native}|${token.written}`;
  const known = words.get(key);
  if (known) return known;
  words.set(key, token);
  return token;
}

function nameKindOf(entry: ListEntry, text: string): NameKind {
  if (entry.kind === 'person') return 'person';
  if (entry.kind === 'organisation') return 'organisation';
  if (entry.kind === 'unknown') return parseName(text, 'organisation').legalForms.length > 0 ? 'organisation' : 'person';
  return 'object';
}
