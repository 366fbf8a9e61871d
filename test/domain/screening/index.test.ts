import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProfile } from '../../../bin/screening/profiles.ts';
import { readBirthDate } from '../../../documents/lists/dates.ts';
import type { ListEntry } from '../../../domain/model/list-entry.ts';
import type { ScreeningQuery } from '../../../domain/model/screening.ts';
import { arabicDistance, soundsOfArabic, soundsOfLatin } from '../../../domain/rules/screening/arabic.ts';
import { indexDeletions, wordsWithin } from '../../../domain/rules/screening/deletions.ts';
import { plainEdits } from '../../../domain/rules/screening/edits.ts';
import { buildDatabase } from '../../../domain/rules/screening/screening-database.ts';
import { screenName, type ScreeningContext } from '../../../domain/rules/screening/screen.ts';
import { listSounds, soundsWithin } from '../../../domain/rules/screening/sound-search.ts';

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
  'trading', 'company', 'gmbh', 'llc', 'ibm', 'international', 'business', 'machines',
  'محمد', 'أحمد', 'حسين', 'صالح', 'عبد', 'الرحمن', 'نور', 'الدين', 'بن', 'Владимир', 'Путин', 'Иванов', '习', '近平', '김', '정은', 'כהן', 'पल्लव', 'Γιώργος',
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
const drafts = fc.array(fc.record({ texts: fc.array(name, { minLength: 1, maxLength: 3 }), kind, birthDates, nationalities }), { minLength: 1, maxLength: 30 });

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

const scoresOf = (context: ScreeningContext, asked: ScreeningQuery): [string, number, string][] => screenName(context, asked).hits.map((hit): [string, number, string] => [hit.entry, hit.score, hit.name]);

describe('the index finds what comparing every name finds', () => {
  it('on random lists, with words glued on either side, and other facts that widen the search', { timeout: 300_000 }, () => {
    let hits = 0;
    fc.assert(
      fc.property(listAndQueries, ({ entries, queries }) => {
        const context = contextOf(entries);
        for (const asked of queries) {
          const every = scoresOf({ ...context, everyName: true }, asked);
          expect(scoresOf(context, asked)).toEqual(every);
          hits += every.length;
        }
      }),
      { numRuns: 100 },
    );
    expect(hits).toBeGreaterThan(100);
  });

  it('also where a run that is written together is itself a part of a longer one', { timeout: 300_000 }, () => {
    const chain = ['abd', 'al', 'rahman', 'ibn', 'nur', 'ud', 'din', 'xiao', 'ping', 'wei'];
    const written = fc.array(fc.constantFrom(...chain), { minLength: 3, maxLength: 6 }).chain((parts) => fc.tuple(spelt(parts), spelt(parts)).chain(([a, b]) => fc.tuple(damaged(a), fc.constant(b))));
    let hits = 0;
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 8 }), (pairs) => {
        const context = contextOf(pairs.map(([, listed], at) => entry(at, [listed], {})));
        for (const [asked] of pairs) {
          const every = scoresOf({ ...context, everyName: true }, { id: 'q', name: asked, kind: 'person' });
          expect(scoresOf(context, { id: 'q', name: asked, kind: 'person' })).toEqual(every);
          hits += every.length;
        }
      }),
      { numRuns: 100 },
    );
    expect(hits).toBeGreaterThan(150);
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
        for (const asked of given.queries) {
          const mine = scoresOf(among, asked).filter(([id]) => Number(id) < 1000);
          expect(mine).toEqual(scoresOf(alone, asked));
        }
        for (const asked of [...given.queries].reverse()) expect(scoresOf(among, asked).filter(([id]) => Number(id) < 1000)).toEqual(scoresOf(alone, asked));
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
