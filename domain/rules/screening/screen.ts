import type { ListEntry } from '../../model/list-entry.ts';
import type { ScreeningHit, ScreeningQuery, ScreeningResult } from '../../model/screening.ts';
import type { ScreeningProfile } from '../../policy/screening.ts';
import { candidates } from './candidate-index.ts';
import { gainsByName } from './fact-index.ts';
import { parseName, type NameKind, type ParsedName } from './parse-name.ts';
import { identifierHits } from './identifier-hits.ts';
import { prepareScorer, type ListedNameScore, type QueryScorer } from './scorers.ts';
import type { ScreeningDatabase } from './screening-database.ts';

/** Everything a screening depends on; the same context and query give the same result (M18). */
export interface ScreeningContext {
  database: ScreeningDatabase;
  profile: ScreeningProfile;
  /** Overrides the default threshold; stricter thresholds of single scripts keep their distance to it. */
  threshold?: number;
  /** Today's date, by which the age of the lists is judged. */
  today: string;
  /** Why lists are missing or incomplete; nobody is CLEAR then (K4). */
  gaps: string[];
  /** Compares every name instead of the candidates of the index; only to measure the index. */
  everyName?: boolean;
}

const mostHits = 200;

/** Screens one name against all lists. Never throws and never passes what it could not search. */
export function screenName(context: ScreeningContext, query: ScreeningQuery): ScreeningResult {
  const parsed = parsedQueries(query);
  const notes = notesOf(query, parsed);
  const found = [...identifierHits(context.database, query).map(foundByIdentifier), ...nameHits(context, query, parsed)].sort(byRank).filter(firstOfEntry());
  const hits = found.filter(isHit);
  if (hits.length > mostHits) notes.push(`${hits.length - mostHits} more hits are not shown: narrow the query`);
  const best = found[0];
  const unreadable = whyUnreadable(query, parsed);
  const stale = staleLists(context);
  const result = (state: ScreeningResult['state'], ...reasons: string[]): ScreeningResult => {
    const all = [...reasons, ...notes];
    return { id: query.id, state, ...(all.length > 0 ? { notes: all } : {}), ...(best ? { best: best.hit() } : {}), hits: hits.slice(0, mostHits).map((each) => each.hit()) };
  };
  if (hits.length > 0) return result('HIT', ...context.gaps, ...stale);
  if (context.gaps.length > 0) return result('ERROR', ...context.gaps);
  if (unreadable) return result('REVIEW', unreadable);
  if (stale.length > 0) return result('STALE', ...stale);
  return result('CLEAR');
}

/** A name of unknown kind is read as a person's and as an organisation's. */
function parsedQueries(query: ScreeningQuery): ParsedName[] {
  const kinds: NameKind[] = query.kind === 'unknown' ? ['person', 'organisation'] : query.kind === 'person' ? ['person'] : query.kind === 'organisation' ? ['organisation'] : ['object'];
  return kinds.map((kind) => parseName(query.name, kind));
}

interface Scored {
  score: number;
  threshold: number;
}

/** A name that is found and its entry; the explanation is written only for those that are shown. */
interface Found extends Scored {
  entry: ListEntry;
  hit: () => ScreeningHit;
}

function nameHits(context: ScreeningContext, query: ScreeningQuery, parsed: ParsedName[]): Found[] {
  const { database } = context;
  const scorer = prepareScorer(context.profile, context.threshold);
  const best = new Map<number, ListedNameScore>();
  const gains = gainsByName(database.facts, database.entries, query, context.profile);
  for (const name of parsed) {
    const perQuery = scorer(query, name);
    for (const at of namesToCompare(context, name, perQuery, gains)) scoreOwners(database, database.names[at]!, perQuery, query, best);
  }
  return [...best].map(([at, found]) => ({ entry: database.entries[at]!, score: found.score, threshold: found.threshold, hit: () => hitOf(database.entries[at]!, found) }));
}

function namesToCompare({ database, everyName }: ScreeningContext, name: ParsedName, { bound }: QueryScorer, gains: Map<number, number>): number[] {
  if (name.tokens.length === 0) return [];
  const fits = (at: number): boolean => (database.names[at]!.parsed.kind === 'person') === (name.kind === 'person');
  if (everyName || !bound) return database.names.map((_, at) => at).filter(fits);
  const { promising, nearest } = candidates(database.index, name, bound, fits, gains);
  return [...promising, ...nearest];
}

/** M6: an entry's score is that of its best name, in whatever order its names were compared; of equal ones the first in the alphabet is told. */
function scoreOwners(database: ScreeningDatabase, listed: ScreeningDatabase['names'][number], scorer: QueryScorer, query: ScreeningQuery, best: Map<number, ListedNameScore>): void {
  const compared = scorer.compare(listed.parsed);
  for (const owner of listed.owners) {
    const entry = database.entries[owner.entry]!;
    if (!kindsAgree(query.kind, entry.kind)) continue;
    const score = compared(entry, owner);
    if (!score) continue;
    const known = best.get(owner.entry);
    if (!known || (rank(score, known) || compareText(score.name, known.name)) < 0) best.set(owner.entry, score);
  }
}

/** Thresholds differ by script: a hit comes before a name with a higher score that is none. */
function rank(a: Scored, b: Scored): number {
  return Number(isHit(b)) - Number(isHit(a)) || b.score - a.score;
}

function isHit({ score, threshold }: Scored): boolean {
  return score >= threshold;
}

/** A query for a person never hits a vessel; what is of unknown kind is compared with everything (M14). */
function kindsAgree(asked: ScreeningQuery['kind'], listed: ListEntry['kind']): boolean {
  return asked === 'unknown' || listed === 'unknown' || asked === listed;
}

function hitOf(entry: ListEntry, found: ListedNameScore): ScreeningHit {
  return { entry: entry.id, ...(entry.reference ? { reference: entry.reference } : {}), list: entry.list, score: found.score, name: found.name, quality: found.quality, threshold: found.threshold, reasons: found.reasons() };
}

function whyUnreadable(query: ScreeningQuery, parsed: ParsedName[]): string | undefined {
  if (query.name.trim() === '') return 'the name is empty';
  const letters = Math.max(...parsed.map((name) => name.tokens.reduce((sum, token) => sum + [...token.native].length, 0)));
  if (letters <= 0) return 'the name has no readable letter';
  if (letters === 1) return 'the name has only one letter';
  if (parsed.every((name) => name.tokens.every((token) => token.role === 'initial' || token.role === 'number'))) return 'the name has only initials or numbers';
  if (parsed.some((name) => name.truncated)) return 'the name is longer than a name: only its beginning was searched';
  return undefined;
}

function notesOf(query: ScreeningQuery, parsed: ParsedName[]): string[] {
  const notes: string[] = [];
  if (parsed.some((name) => name.lookAlikes)) notes.push('look-alike letters of two scripts in one word: read as Latin letters');
  if (parsed.some((name) => name.invisible)) notes.push('invisible characters in the name were left out');
  if (parsed.some((name) => name.truncated) && query.name.trim() !== '') notes.push(`the name has ${query.name.length} characters`);
  return notes;
}

function staleLists({ database, profile, today }: ScreeningContext): string[] {
  return database.lists
    .filter((list) => ageInDays(list.date, today) > profile.longestListAgeDays)
    .map((list) => `list ${list.list} is of ${list.date}, ${ageInDays(list.date, today)} days old; the policy allows ${profile.longestListAgeDays}`);
}

function ageInDays(date: string, today: string): number {
  return Math.round((Date.UTC(...ymd(today)) - Date.UTC(...ymd(date))) / 86_400_000);
}

function ymd(date: string): [number, number, number] {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return [year, month - 1, day];
}

function foundByIdentifier({ entry, hit }: { entry: ListEntry; hit: ScreeningHit }): Found {
  return { entry, score: hit.score, threshold: hit.threshold, hit: () => hit };
}

function byRank(a: Found, b: Found): number {
  return rank(a, b) || compareText(a.entry.list, b.entry.list) || compareText(a.entry.id, b.entry.id);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An entry found by identifier and by name is shown once, by the stronger. */
function firstOfEntry(): (found: Found) => boolean {
  const seen = new Set<ListEntry>();
  return ({ entry }) => {
    if (seen.has(entry)) return false;
    seen.add(entry);
    return true;
  };
}
