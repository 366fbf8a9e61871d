import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProfile } from '../../../bin/screening/profiles.ts';
import { readBirthDate } from '../../../documents/lists/dates.ts';
import type { ListEntry } from '../../../domain/model/list-entry.ts';
import type { ScreeningHit, ScreeningQuery } from '../../../domain/model/screening.ts';
import { arabicDistance, soundsOfArabic, soundsOfLatin } from '../../../domain/rules/screening/arabic.ts';
import { indexDeletions, wordsWithin } from '../../../domain/rules/screening/deletions.ts';
import { plainEdits } from '../../../domain/rules/screening/edits.ts';
import { parseName } from '../../../domain/rules/screening/parse-name.ts';
import { buildDatabase } from '../../../domain/rules/screening/screening-database.ts';
import { screenName, type ScreeningContext } from '../../../domain/rules/screening/screen.ts';
import { listSounds, soundsWithin } from '../../../domain/rules/screening/sound-search.ts';
import { compareTokens } from '../../../domain/rules/screening/token-similarity.ts';

const profile = readProfile('qualified');

function entry(id: number, names: string[], { kind = 'person', birthDates = [], nationalities = [] }: Partial<ListEntry>): ListEntry {
  return { schemaVersion: 1, list: 'TEST', id: String(id), kind, birthDates, nationalities, identifiers: [], addresses: [], programmes: [], names: names.map((text) => ({ text, quality: 'primary' as const })) };
}

function contextOf(entries: ListEntry[]): ScreeningContext {
  const list = { list: 'TEST', format: 'test', files: [], sha256: '', date: '2026-11-20', dateSource: 'publisher' as const, counts: { read: entries.length, loaded: entries.length, refused: 0 }, entries };
  return { database: buildDatabase([list]), profile, today: '2026-11-21', gaps: [] };
}

const words = [
  'muhammad', 'mohamed', 'ahmed', 'hussein', 'saleh', 'rashid', 'abdul', 'rahman', 'abdulrahman', 'karim', 'al', 'bin', 'nur', 'din', 'nuruddin', 'vladimir', 'volodymyr', 'putin', 'ivanov', 'ivanova', 'sergey', 'sergei',
  'li', 'wei', 'xiao', 'ping', 'xiaoping', 'hsiao', 'teng', 'kim', 'jong', 'un', 'jongun', 'chol', 'ted', 'theodore', 'jose', 'garcia', 'perez', 'j', 'r', 'van', 'der', 'vanderbilt', 'bilt', 'smith', 'smyth', 'dr', '44', 'second',
  'ibn', 'ben', 'qizi', 'ul', 'el', 'abdel', 'i', 'QQ',
  'trading', 'company', 'gmbh', 'llc', 'ibm', 'international', 'business', 'machines',
  'محمد', 'أحمد', 'حسين', 'صالح', 'عبد', 'الرحمن', 'نور', 'الدين', 'بن', 'بنت', 'Владимир', 'Путин', 'Иванов', 'Константинопольский', 'Преображенская', '习', '近平', '김', '정은', 'כהן', 'पल्लव', 'Γιώργος',
];
const letters = [...'abdehiklmnorstuyz'];
const rareWord = fc.string({ unit: fc.constantFrom(...letters), minLength: 3, maxLength: 9 });
const word = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: rareWord });
/** Words with blanks left out here and there, so that either side writes together what the other writes apart. */
const spelt = (parts: string[]): fc.Arbitrary<string> => fc.array(fc.constantFrom(' ', ' ', ' ', '', '-', ', '), { minLength: parts.length, maxLength: parts.length }).map((gaps) => parts.map((part, at) => part + (at < parts.length - 1 ? gaps[at]! : '')).join(''));
const name = fc.array(word, { minLength: 1, maxLength: 6 }).chain(spelt);
const kind = fc.constantFrom<ListEntry['kind']>('person', 'person', 'organisation', 'vessel', 'unknown');
const birthDates = fc.constantFrom<string[]>([], [], ['1960-05-03'], ['1960'], ['1958 to 1961']).map((dates) => dates.map((date) => readBirthDate(date)!));
const nationalities = fc.constantFrom<string[]>([], [], ['IR'], ['RU']);
/** Names of one party in several scripts, each a word shorter than the other or with a letter changed. */
const rows = [['muhammad', 'محمد', 'Мухаммад'], ['mahmud', 'محمود', 'Махмуд'], ['saleh', 'صالح', 'Салех'], ['hussein', 'حسین', 'Хусейн'], ['rashid', 'رشید', 'Рашид'], ['li', '李', 'Ли'], ['wei', '伟', 'Вэй'], ['kim', '김', 'Ким'], ['chol', '철', 'Чхоль']];
const inScripts = fc.array(fc.constantFrom(...rows), { minLength: 3, maxLength: 4 }).chain((party) => fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 2, max: 4 })).chain(([script, length]) => damaged(party.slice(0, length).map((row) => row[script]!).join(' '))), { minLength: 1, maxLength: 3 }));
const drafts = fc.array(fc.record({ texts: fc.oneof({ weight: 3, arbitrary: fc.array(name, { minLength: 1, maxLength: 3 }) }, { weight: 1, arbitrary: inScripts }), kind, birthDates, nationalities }), { minLength: 1, maxLength: 30 });

/** A listed name with a letter changed, a word moved or a blank more or less: near enough to be found, or just not. */
function damaged(text: string): fc.Arbitrary<string> {
  const places = { at: fc.nat(Math.max(0, text.length - 1)), letter: fc.constantFrom(...letters, ' ', '') };
  const once = fc.record(places).map(({ at, letter }) => text.slice(0, at) + letter + text.slice(at + 1));
  const twice = fc.tuple(fc.record(places), fc.record(places)).map((changes) => changes.reduce((now, { at, letter }) => now.slice(0, at) + letter + now.slice(at + 1), text));
  return fc.oneof(fc.constant(text), once, twice, fc.constant(text.split(' ').reverse().join(' ')), fc.constant(text.replace(/ /g, '')), fc.constant(text.split(' ').slice(1).join(' ')));
}

const askedKind = fc.constantFrom<ScreeningQuery['kind']>('unknown', 'unknown', 'person', 'organisation');
const lists = drafts.map((some) => some.map((draft, at) => entry(at, draft.texts, draft)));
const query = (entries: ListEntry[]): fc.Arbitrary<ScreeningQuery> =>
  fc.record({
    id: fc.constant('q'),
    name: fc.oneof(name, fc.constantFrom(...entries.flatMap((each) => each.names.map(({ text }) => text))).chain(damaged)),
    kind: askedKind,
    birthDate: fc.constantFrom('1960-05-03', '1961-07-01', '1990-01-01').map((date) => readBirthDate(date)!),
    countries: fc.constantFrom<string[]>(['IR'], ['RU'], ['BR']),
  }).chain((full) => fc.constantFrom<ScreeningQuery>(full, { id: full.id, name: full.name, kind: full.kind }, { id: full.id, name: full.name, kind: full.kind, birthDate: full.birthDate }));
const listAndQueries = lists.chain((entries) => fc.record({ entries: fc.constant(entries), queries: fc.array(query(entries), { minLength: 1, maxLength: 8 }) }));

/** Names spelt with their parts apart or together, so that a run that is written together is itself a part of a longer one. */
const chain = ['abd', 'al', 'rahman', 'ibn', 'nur', 'ud', 'din', 'xiao', 'ping', 'wei'];
const spellings = fc.array(fc.constantFrom(...chain), { minLength: 3, maxLength: 6 }).chain((parts) => fc.tuple(spelt(parts).chain(damaged), spelt(parts)));
const writtenTogether = fc.array(spellings, { minLength: 1, maxLength: 8 }).map((pairs) => ({
  entries: pairs.map(([, listed], at) => entry(at, [listed], {})),
  queries: pairs.map(([asked]): ScreeningQuery => ({ id: 'q', name: asked, kind: 'person' })),
}));

const hitsOf = (context: ScreeningContext, asked: ScreeningQuery): ScreeningHit[] => screenName(context, asked).hits;
const scoresOf = (context: ScreeningContext, asked: ScreeningQuery): [string, number, string][] => hitsOf(context, asked).map((hit): [string, number, string] => [hit.entry, hit.score, hit.name]);

describe('the index finds what comparing every name finds', () => {
  it('on random lists, with words glued on either side, and other facts that widen the search', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(listAndQueries, ({ entries, queries }) => {
        const context = contextOf(entries);
        for (const asked of queries) expect(scoresOf(context, asked)).toEqual(scoresOf({ ...context, everyName: true }, asked));
      }),
      { numRuns: 100 },
    );
  });

  it('also where a run that is written together is itself a part of a longer one', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(writtenTogether, ({ entries, queries }) => {
        const context = contextOf(entries);
        for (const asked of queries) expect(scoresOf(context, asked)).toEqual(scoresOf({ ...context, everyName: true }, asked));
      }),
      { numRuns: 100 },
    );
  });

  it('and there is something to find: the generators make names that hit', { timeout: 300_000 }, () => {
    for (const [lists, least] of [[listAndQueries, 100], [writtenTogether, 150]] as const) {
      const found = fc.sample(lists, { numRuns: 100, seed: 7 }).map(({ entries, queries }) => queries.flatMap((asked) => hitsOf(contextOf(entries), asked)).length);
      expect(found.reduce((sum, hits) => sum + hits, 0)).toBeGreaterThan(least);
    }
  });

  it('words that differ by two letters share a rest', () => {
    const texts = fc.array(rareWord, { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(texts, rareWord, (listed, asked) => {
        const deletions = indexDeletions(listed, Int32Array.from(listed, (_, at) => at));
        for (const most of [1, 2]) {
          const found = new Set<number>();
          wordsWithin(deletions, asked, most, (at) => found.add(at));
          listed.forEach((text, at) => plainEdits(text, asked, most) <= most && expect(found).toContain(at));
        }
      }),
    );
  });

  it('sounds of two scripts are found up to the limit, and none beyond it', () => {
    const arabic = fc.array(fc.constantFrom(...'ابتثجحخدذرزسشصضطظعغفقکلمنهویپچگ'), { minLength: 1, maxLength: 7 }).map((some) => soundsOfArabic(some.join('')));
    const latin = fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'), minLength: 1, maxLength: 10 }).map(soundsOfLatin);
    const limit = fc.constantFrom(0.3, 0.7, 1, 1.5, 2.5);
    fc.assert(
      fc.property(fc.array(arabic, { maxLength: 30 }), fc.array(latin, { maxLength: 30 }), limit, (arabicWords, latinWords, most) => {
        const search = (listed: string[], areArabic: boolean, asked: string): number[] => {
          const found: number[] = [];
          soundsWithin(listSounds(listed.map((_, at) => at), (at) => listed[at]!, areArabic), (at) => listed[at]!, asked, !areArabic, most, (at) => found.push(at));
          return found;
        };
        const near = (sounds: string, other: string): boolean => arabicDistance(sounds, other, most) <= most;
        for (const asked of arabicWords) expect(search(latinWords, false, asked)).toEqual(latinWords.flatMap((each, at) => (near(asked, each) ? [at] : [])));
        for (const asked of latinWords) expect(search(arabicWords, true, asked)).toEqual(arabicWords.flatMap((each, at) => (near(each, asked) ? [at] : [])));
      }),
    );
  });
});

describe('M18 what else is in a list, and in which order, changes no score', () => {
  it('shuffled entries with unrelated ones between them', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(listAndQueries.chain((given) => fc.record({ given: fc.constant(given), others: drafts, order: fc.shuffledSubarray(given.entries, { minLength: given.entries.length }) })), ({ given, others, order }) => {
        const alone = contextOf(given.entries);
        const unrelated = others.map((draft, at) => entry(1000 + at, draft.texts, draft));
        const among = contextOf([...unrelated.slice(0, 5), ...order, ...unrelated.slice(5)]);
        for (const asked of [...given.queries, ...given.queries.toReversed()]) expect(hitsOf(among, asked).filter(({ entry: id }) => Number(id) < 1000)).toEqual(hitsOf(alone, asked));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['letters glued to a syllable of Korean or of Chinese', 'gmbh zelm 정은bin perez', 'putin 习elindztd li', 'ambh zelm 정은bin perez'],
    ['a particle in two spellings, one of which the query glues', 'Saleh ibn Ladin Rashid', 'Saleh bin Ladin Rashid', 'Saleh ibnladin Rashid'],
    ['a beginning in two spellings', 'Abdul Rahman', 'Abdel Rahman', 'Abdelrahman'],
    ['`son of` and `daughter of`, which may be exchanged', 'Ali bin Saleh', 'Ali qizi Saleh', 'Saleh bin Ali'],
  ])('%s', (_label, listed, neighbour, asked) => {
    const first = entry(1, [listed], {});
    const second = entry(2, [neighbour], {});
    for (const kindAsked of ['unknown', 'person'] as const) {
      const scores = (...some: ListEntry[]): Map<string, number> => new Map(hitsOf({ ...contextOf(some), threshold: 0.01 }, { id: 'q', name: asked, kind: kindAsked }).map((hit) => [hit.entry, hit.score]));
      const apart = [...scores(first), ...scores(second)].sort();
      expect(apart.length).toBeGreaterThan(0);
      expect([...scores(first, second)].sort()).toEqual(apart);
      expect([...scores(second, first)].sort()).toEqual(apart);
    }
  });

  it('two words correspond in the same way from either side, or the first comparison of a search would decide', () => {
    const long = fc.array(fc.constantFrom('констан', 'тино', 'поль', 'ский', 'преображен', 'ская', 'محمد', 'صالح', 'رحمن', 'abdul', 'rahman', '习', '정'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(long.chain(damaged), long.chain(damaged), fc.constantFrom('person' as const, 'organisation' as const), (one, other, kindOfName) => {
        const theirs = parseName(other, kindOfName).tokens;
        for (const a of parseName(one, kindOfName).tokens) for (const b of theirs) expect(compareTokens(a, b)).toEqual(compareTokens(b, a));
      }),
      { numRuns: 500 },
    );
  });

  it('M6 an entry is a hit when one of its names alone is, with the score of the best such name', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(listAndQueries, ({ entries, queries }) => {
        const whole = contextOf(entries);
        const single = contextOf(entries.flatMap((each) => each.names.map((only, at) => ({ ...each, id: `${each.id}.${at}`, names: [only] }))));
        for (const asked of queries) {
          const best = new Map<string, number>();
          for (const [id, score] of scoresOf(single, asked)) best.set(id.split('.')[0]!, Math.max(score, best.get(id.split('.')[0]!) ?? 0));
          expect(scoresOf(whole, asked).map(([id, score]) => [id, score]).sort()).toEqual([...best].sort());
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('names of 2,000 characters', () => {
  it('are cut before they are searched, whatever their script, and never pass', () => {
    const context = contextOf([entry(1, ['Vladimir Putin'], {}), entry(2, ['محمد صالح'], {}), entry(3, ['习近平'], {})]);
    const long = fc.constantFrom('a', 'ab ', 'a.', 'محمد ', 'ال', '习', '김', 'и', 'a-', 'vladimir', 'पा', '\u0301', 'Vladimir Putin ').map((part) => part.repeat(Math.ceil(2000 / part.length)).slice(0, 2000));
    fc.assert(
      fc.property(long, kind, (text, asked) => {
        const result = screenName(context, { id: 'q', name: text, kind: asked });
        expect(['REVIEW', 'HIT']).toContain(result.state);
        expect(result.notes).toContainEqual(expect.stringContaining('2000 characters'));
      }),
    );
  });
});
