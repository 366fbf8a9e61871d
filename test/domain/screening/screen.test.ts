import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProfile } from '../../../bin/screening/profiles.ts';
import type { ListEntry } from '../../../domain/model/list-entry.ts';
import type { ScreeningQuery } from '../../../domain/model/screening.ts';
import { buildDatabase } from '../../../domain/rules/screening/screening-database.ts';
import { screenName, type ScreeningContext } from '../../../domain/rules/screening/screen.ts';
import { compareBirthDates } from '../../../domain/rules/screening/evidence.ts';
import type { Script } from '../../../domain/rules/screening/characters.ts';
import { thresholdFor } from '../../../domain/rules/screening/thresholds.ts';
import { strongIdentifier } from '../../../domain/rules/screening/identifiers.ts';
import { readBirthDate } from '../../../documents/lists/dates.ts';

const day = (text: string) => readBirthDate(text)!;

function entry(id: string, names: string | ListEntry['names'], more: Partial<ListEntry> = {}): ListEntry {
  return {
    schemaVersion: 1, list: 'TEST', id, kind: 'person', birthDates: [], nationalities: [], identifiers: [], addresses: [], programmes: [],
    names: typeof names === 'string' ? [{ text: names, quality: 'primary' }] : names,
    ...more,
  };
}

const entries = [
  entry('1', 'LUKASHENKO, Alexander Grigoryevich', { birthDates: [day('1954-08-30')], nationalities: ['BY'], gender: 'male', identifiers: [{ type: 'Passport', value: 'MP 1234567' }] }),
  entry('2', [{ text: 'Haji Basir Khan', quality: 'primary' }, { text: 'The Engineer', quality: 'weak' }], { birthDates: [day('1970')] }),
  entry('3', 'Sea Eagle 4', { kind: 'vessel', identifiers: [{ type: 'IMO', value: '9074729' }] }),
  entry('4', 'Aero Trading Company LLC', { kind: 'organisation' }),
  entry('5', 'Zulkarnain'),
  entry('6', 'Maria Torres Vega', { kind: 'unknown' }),
];

function context(more: Partial<ScreeningContext> = {}, some = entries, date = '2026-11-20'): ScreeningContext {
  const list = { list: 'TEST', format: 'test', files: [], sha256: '', date, dateSource: 'publisher' as const, counts: { read: some.length, loaded: some.length, refused: 0 }, entries: some };
  return { database: buildDatabase([list]), profile: readProfile('qualified'), today: '2026-11-21', gaps: [], ...more };
}

const shared = context();
const screen = (name: string, more: Partial<ScreeningQuery> = {}, where = shared) => screenName(where, { id: 'q', name, kind: 'person', ...more });

describe('states: only CLEAR is a pass (K4)', () => {
  it.each([
    ['a hit', 'Aleksandr Lukashenko', {}, 'HIT'],
    ['nobody', 'Ingeborg Abrahamsen', {}, 'CLEAR'],
    ['M16 an empty name', '', {}, 'REVIEW'],
    ['M16 spaces', ' \u200b\u00a0 ', {}, 'REVIEW'],
    ['M16 no letters', '--- ???', {}, 'REVIEW'],
    ['one letter', 'X', {}, 'REVIEW'],
    ['one Chinese character', '李', {}, 'REVIEW'],
    ['only initials', 'J. R.', {}, 'REVIEW'],
    ['2,000 characters', 'ab '.repeat(700), {}, 'REVIEW'],
    ['M14 a person is not a vessel', 'Sea Eagle 4', {}, 'CLEAR'],
    ['M14 a vessel is', 'Sea Eagle 4', { kind: 'vessel' }, 'HIT'],
    ['M14 an unknown kind searches all', 'Sea Eagle 4', { kind: 'unknown' }, 'HIT'],
    ['M14 an entry of unknown kind is found', 'Maria Torres Vega', {}, 'HIT'],
    ['M8 a listed single word does not stand for every longer name', 'Winda Satya Zulkarnain', {}, 'CLEAR'],
    ['M7 a weak alias alone', 'The Engineer', {}, 'CLEAR'],
    ['M7 a weak alias with the year of birth', 'The Engineer', { birthDate: day('1970-05-01') }, 'HIT'],
    ['M13 an identifier decides alone', 'Somebody Else', { identifiers: [{ value: 'mp-1234567' }] }, 'HIT'],
    ['M13 an identifier that fails its check digits does not', 'Ferry', { kind: 'vessel', identifiers: [{ type: 'IMO', value: '9074728' }] }, 'CLEAR'],
  ] as [string, string, Partial<ScreeningQuery>, string][])('%s is %s', (_label, name, more, state) => {
    expect(screen(name, more).state).toBe(state);
  });

  it('a list too old is STALE for nobody-found, and a hit stays a hit', () => {
    const old = context({}, entries, '2026-11-17');
    expect(screen('Ingeborg Abrahamsen', {}, old).state).toBe('STALE');
    expect(screen('Ingeborg Abrahamsen', {}, old).notes?.[0]).toContain('4 days old');
    expect(screen('Aleksandr Lukashenko', {}, old).state).toBe('HIT');
    expect(screen('Ingeborg Abrahamsen', {}, context({}, entries, '2026-11-18')).state).toBe('CLEAR');
  });

  it('a list that is missing makes an ERROR of nobody-found', () => {
    const gap = context({ gaps: ['list UN was not loaded'] });
    expect(screen('Ingeborg Abrahamsen', {}, gap)).toMatchObject({ state: 'ERROR', notes: ['list UN was not loaded'] });
    expect(screen('', {}, gap).state).toBe('ERROR');
    expect(screen('Aleksandr Lukashenko', {}, gap).state).toBe('HIT');
  });

  it('no list at all and no name are never CLEAR', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 3 }).filter((name) => !/[\p{L}\p{N}]/u.test(name.normalize('NFKC'))), (name) => {
      expect(screen(name).state).toBe('REVIEW');
    }));
  });

  it('M19 look-alike letters are flagged and folded', () => {
    const result = screen('Аleksandr Lukаshenko');
    expect(result.state).toBe('HIT');
    expect(result.notes?.join()).toContain('look-alike letters');
  });
});

describe('evidence (M11, M12)', () => {
  const scoreWith = (more: Partial<ScreeningQuery>): number => screen('Alexander Lukashenko', more).best!.score;

  it('a missing date, country or gender changes nothing; agreeing ones never lower', () => {
    const plain = scoreWith({});
    expect(scoreWith({ birthDate: day('1954-08-30') })).toBeGreaterThanOrEqual(plain);
    expect(scoreWith({ countries: ['Belarus'] })).toBeGreaterThanOrEqual(plain);
    expect(scoreWith({ birthDate: day('1999-01-01') })).toBeLessThan(plain);
    expect(scoreWith({ countries: ['BR'] })).toBeLessThan(plain);
    expect(scoreWith({ gender: 'female' })).toBeLessThan(plain);
  });

  it('the reasons add up to the score (K8)', () => {
    const { best } = screen('Alexandr Lukashnko', { birthDate: day('1990-01-01'), countries: ['BR'], gender: 'female' });
    expect(best!.reasons.reduce((sum, reason) => sum + reason.points, 0)).toBeCloseTo(best!.score, 9);
    expect(best!.reasons.map((reason) => reason.code)).toEqual(expect.arrayContaining(['name', 'birthDate', 'country', 'gender']));
  });

  it.each([
    ['1954-08-30', '1954-08-30', 'same'],
    ['1954-08-30', '1954', 'sameYear'],
    ['1954-05-08', '1954-08-05', 'near'],
    ['1954-08-30', '1954-08-20', 'near'],
    ['1954-08-30', '1955-03-01', 'near'],
    ['1958-01-01', 'circa 1954', 'near'],
    ['1960-02-03', '1954', 'other'],
    ['1999-01-01', '1954', 'far'],
    ['1957-01-01', '1954 to 1960', 'sameYear'],
  ])('M11 %s against %s is %s', (asked, listed, relation) => {
    expect(compareBirthDates(day(asked), day(listed))).toBe(relation);
  });

  it.each([
    ['9074729', 'IMO', '9074729'],
    ['IMO 9074729', 'IMO', '9074729'],
    ['9074728', 'IMO', undefined],
    ['529900T8BM49AURSDO55', 'LEI', '529900T8BM49AURSDO55'],
    ['529900T8BM49AURSDO56', 'LEI', undefined],
    ['AB-12 345', 'Passport', 'AB12345'],
    ['00000000', 'Passport', undefined],
    ['123', 'Passport', undefined],
    ['DEUTDEFF', 'SWIFT/BIC', 'DEUTDEFF'],
  ])('M13 %s as %s', (value, type, expected) => {
    expect(strongIdentifier(value, type)).toBe(expected);
  });
});

describe('M18 a score depends on the two names alone', () => {
  const pool = ['Ivan Petrov', 'Mohammed Ali', 'Zhang Wei', 'Acme Holdings', 'Lukashenko Brothers', 'Alexander Smith', 'Grigory Lukashin', 'Alexander Lukas'];

  it('unrelated entries and another order of the list do not change it', () => {
    const alone = screen('Alexandr Lukashnko');
    fc.assert(
      fc.property(fc.shuffledSubarray(pool), fc.integer({ min: 0, max: 8 }), (names, place) => {
        const others = names.map((name, at) => entry(`x${at}`, name));
        const result = screen('Alexandr Lukashnko', {}, context({}, [...others.slice(0, place), ...[...entries].reverse(), ...others.slice(place)]));
        expect(result.hits.find((hit) => hit.entry === '1')).toEqual(alone.hits.find((hit) => hit.entry === '1'));
      }),
      { numRuns: 25 },
    );
  });

  it('earlier queries do not change it', () => {
    const first = screen('Aleksandr Lukashenko');
    for (const name of pool) screen(name);
    expect(screen('Aleksandr Lukashenko')).toEqual(first);
  });
});

describe('thresholds', () => {
  const qualified = readProfile('qualified');
  if (qualified.profile !== 'qualified') throw new Error('another profile');
  const { screening } = qualified.thresholds;

  it.each<[Script, Script, number]>([
    ['Latin', 'Latin', screening.default],
    ['Latin', 'Cyrillic', screening.default],
    ['Arabic', 'Latin', screening['Arabic>Latin']!],
    ['Arabic', 'Arabic', screening['Arabic>Arabic']!],
    ['Other', 'Arabic', screening['Latin>Arabic']!],
    ['Arabic', 'Cyrillic', screening['Arabic>Latin']!],
    ['Han', 'Hangul', Math.max(screening['Han>Latin']!, screening['Latin>Hangul']!)],
  ])('a name in %s against one in %s', (asked, listed, limit) => {
    expect(thresholdFor(qualified, undefined, asked, listed)).toBe(limit);
    expect(thresholdFor(qualified, screening.default - 0.1, asked, listed)).toBeCloseTo(limit - 0.1, 4);
  });

  it('two lossy romanisations are no match', () => {
    expect(screen('तारा सेन', {}, context({}, [entry('1', 'طارق عزيز')])).state).toBe('CLEAR');
  });

  it('the best of a hit is a hit, although another script may score higher below its own threshold', () => {
    const lists = [entry('1', 'NAVAI, Ali'), entry('2', 'نوف علي')];
    const result = screen('نوف آل علي', {}, context({}, lists));
    expect(result.state).toBe('HIT');
    expect(result.best).toEqual(result.hits[0]);
  });

  it.each([
    ['Mohamed Salih Husain', 'محمد سالم حسین'],
    ['Mohamed Salah', 'محمد صالح'],
  ])('M6 the Latin name %s is a hit, although %s of the same entry scores higher below its own threshold', (latin, arabic) => {
    const asked = (...texts: string[]) => screen('Muhammad Saleh Hussein', {}, context({}, [entry('1', texts.map((text) => ({ text, quality: 'primary' })))]));
    expect(asked(arabic).state).toBe('CLEAR');
    expect(asked(arabic).best!.score).toBeGreaterThan(asked(latin).best!.score);
    for (const both of [asked(latin, arabic), asked(arabic, latin)]) expect([both.state, both.best]).toEqual(['HIT', asked(latin).best]);
  });

  it('equal scores tell the first name in the alphabet, in whatever order the entry has them', () => {
    const named = (...texts: string[]) => screen('Muhammad Ihsan', {}, context({}, [entry('1', texts.map((text) => ({ text, quality: 'good' })))])).best!.name;
    expect(named('EHSAN, Muhammad', 'AHSAN, Muhammad')).toBe(named('AHSAN, Muhammad', 'EHSAN, Muhammad'));
  });

  it('a given threshold replaces the default', () => {
    expect(screen('Aleksandr Lukashenka', {}, context({ threshold: 0.999 })).hits).toEqual([]);
    expect(screen('Aleksandr Lukashenka', {}, context({ threshold: 0.1 })).hits.length).toBeGreaterThan(0);
  });

  it('the ofac-parity profile scores from 0 to 100', () => {
    const result = screen('Alexander Lukashenko', {}, context({ profile: readProfile('ofac-parity') }));
    expect(result.state).toBe('HIT');
    expect(result.best!.score).toBe(100);
  });
});
