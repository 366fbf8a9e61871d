import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProfile } from '../../../bin/screening/profiles.ts';
import type { NameKind } from '../../../domain/rules/screening/parse-name.ts';
import { parseName } from '../../../domain/rules/screening/parse-name.ts';
import { scorePair } from '../../../domain/rules/screening/score-pair.ts';

const profile = readProfile('qualified');
const score = (a: string, b: string, kind: NameKind = 'person'): number => scorePair(a, b, kind, profile).score;
const matches = (a: string, b: string, kind: NameKind = 'person'): boolean => scorePair(a, b, kind, profile).match;

describe('names that are one', () => {
  it.each<[string, string, string, NameKind]>([
    ['M1 Cyrillic', 'Владимир Путин', 'Vladimir Putin', 'person'],
    ['M1 Arabic', 'صدام حسين', 'Saddam Hussein', 'person'],
    ['M1 Arabic with article and glued -ullah', 'حبیب الله رشاد', 'Habibullah Reshad', 'person'],
    ['M1 Chinese', '习近平', 'Xi Jinping', 'person'],
    ['M1 Wade-Giles', 'Mao Tse-tung', 'Mao Zedong', 'person'],
    ['M1 Korean', '김정은', 'Kim Jong Un', 'person'],
    ['M1 Greek', 'Γιώργος Παπαδόπουλος', 'Giorgos Papadopoulos', 'person'],
    ['M1 sharp s', 'Jürgen Strauß', 'Jurgen Strauss', 'person'],
    ['M1 o with stroke', 'Søren Kierkegård', 'Soren Kierkegard', 'person'],
    ['M1 Turkish dotless i', 'Ilıca Yıldırım', 'Ilica Yildirim', 'person'],
    ['M2 order', 'PUTIN, Vladimir', 'Vladimir Putin', 'person'],
    ['M3 patronymic', 'Vladimir Putin', 'Vladimir Vladimirovich Putin', 'person'],
    ['M4 glued', 'RamiMakhlouf', 'Rami Makhlouf', 'person'],
    ['M4 split', 'Nikolai Plat Ono Vich Patrushev', 'Nikolai Platonovich Patrushev', 'person'],
    ['M4 initials', 'J. R. Smith', 'John Richard Smith', 'person'],
    ['M4 scanner', 'Vlad1mir Put1n', 'Vladlmir Putln', 'person'],
    ['M5 nickname', 'Ted Kaczynski', 'Theodore Kaczynski', 'person'],
    ['M9 legal form', 'Siemens Aktiengesellschaft', 'Siemens AG', 'organisation'],
    ['M9 legal form before and behind', 'OAO Gazprom', 'Gazprom JSC', 'organisation'],
    ['M10 number words', 'Brigade Forty-Four', 'Brigade 44', 'organisation'],
    ['M10 ordinals', '1st International Bank', 'First International Bank', 'organisation'],
    ['M17 title', 'Dr. Rami Makhlouf', 'Rami Makhlouf', 'person'],
    ['M17 article', 'The Goldman Sachs Group, Inc.', 'Goldman Sachs Group Inc', 'organisation'],
    ['M19 look-alikes', 'Vlаdimir Рutin', 'Vladimir Putin', 'person'],
    ['M19 no-break space and marks', 'Vladimir\u00a0\u200fPutin\u200b', 'Vladimir Putin', 'person'],
  ])('%s: %s = %s', (_rule, a, b, kind) => {
    expect(matches(a, b, kind)).toBe(true);
  });
});

describe('names that are not one', () => {
  it.each<[string, string, string, NameKind]>([
    ['another given name', 'Hafez al-Assad', 'Bashar al-Assad', 'person'],
    ['another surname', 'Sergey Ivanov', 'Sergey Viktorovich Lavrov', 'person'],
    ['M4 other initial', 'Frost, William G.', 'William W Frost', 'person'],
    ['father and son', 'Salman bin Muhammad al-Rawi', 'Muhammad bin Salman al-Rawi', 'person'],
    ['one Chinese character', '习近朋', '习近平', 'person'],
    ['M9 nothing but a legal form in common', 'CDE Company', 'A.B.C. Company', 'organisation'],
    ['line of business', 'Saudi Arabian Gas Company', 'Saudi Arabian Oil Company', 'organisation'],
    ['M10 number on one side', 'Management Company 23', 'Management Company', 'organisation'],
  ])('%s: %s ≠ %s', (_rule, a, b, kind) => {
    expect(matches(a, b, kind)).toBe(false);
  });
});

describe('what costs more than what', () => {
  it.each<[string, [string, string], [string, string], NameKind]>([
    ['M2 tagged names that changed places score below equal ones', ['PUTIN, Vladimir', 'PUTIN, Vladimir'], ['PUTIN, Vladimir', 'VLADIMIR, Putin'], 'person'],
    ['M5 a nickname scores below the name', ['Theodore Kaczynski', 'Theodore Kaczynski'], ['Ted Kaczynski', 'Theodore Kaczynski'], 'person'],
    ['M8 one word of a longer name', ['Emma Watkins', 'Emma Watkins'], ['Emma', 'Emma Watkins'], 'person'],
    ['M9 another legal form', ['Deutsche Bank AG', 'Deutsche Bank AG'], ['Deutsche Bank AG', 'Deutsche Bank GmbH'], 'organisation'],
    ['M10 another number', ['Snow Storm 1', 'Snow Storm 1'], ['Snow Storm 1', 'Snow Storm 2'], 'object'],
    ['two typing errors against one', ['Vladimir Pution', 'Vladimir Putin'], ['Vladimir Ptuion', 'Vladimir Putin'], 'person'],
  ])('%s', (_rule, better, worse, kind) => {
    expect(score(...better, kind)).toBeGreaterThan(score(...worse, kind));
  });

  it('M8 a single word is never a full score against a longer name', () => {
    for (const longer of ['Emma Watkins', 'Emma Jane Watkins', 'Watkins, Emma']) expect(score('Emma', longer)).toBeLessThan(1);
  });

  it('M9 a name of nothing but legal forms keeps its words', () => {
    expect(parseName('CORP', 'organisation').tokens.map((token) => token.text)).toEqual(['corp']);
    expect(matches('CORP', 'Acme Corp', 'organisation')).toBe(false);
  });
});

const words = fc.array(fc.constantFrom('vladimir', 'putin', 'Ли', 'محمد', '习近平', 'bin', 'al-', 'Dr.', 'J.', 'GmbH', '44', 'second', 'van', 'der', '김', 'Ø', ',', '\u200b', 'smith'), { maxLength: 8 }).map((parts) => parts.join(' '));
const anyName = fc.oneof(words, fc.string({ unit: 'grapheme', maxLength: 40 }));
const kinds = fc.constantFrom<NameKind>('person', 'organisation', 'object');

describe('what always holds', () => {
  it('K8 the contributions add up to the score, which lies between 0 and 1', () => {
    fc.assert(
      fc.property(anyName, anyName, kinds, (a, b, kind) => {
        const { score: total, contributions } = scorePair(a, b, kind, profile);
        expect(total).toBeGreaterThanOrEqual(0);
        expect(total).toBeLessThanOrEqual(1);
        expect(contributions.reduce((sum, each) => sum + each.points, 0)).toBeCloseTo(total, 9);
        for (const each of contributions) expect(each.because.length).toBeGreaterThan(0);
      }),
    );
  });

  it('a readable name is equal to itself', () => {
    fc.assert(
      fc.property(anyName, kinds, (name, kind) => {
        fc.pre(parseName(name, kind).tokens.length > 0);
        expect(score(name, name, kind)).toBe(1);
      }),
    );
  });

  it('M18 the same names score the same again, whatever was scored between', () => {
    fc.assert(
      fc.property(anyName, anyName, anyName, (a, b, other) => {
        const first = score(a, b);
        score(other, b);
        score(a, other);
        expect(score(a, b)).toBe(first);
      }),
    );
  });

  it('capitals and spaces mean nothing', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        const asciiOnly = a.replace(/[^\x20-\x7e]/g, '');
        expect(score(asciiOnly.toUpperCase(), b)).toBe(score(`  ${asciiOnly.toLowerCase().replace(/ /g, '  ')} `, b));
      }),
    );
  });

  it('names of 2,000 characters are cut, and the cut is known', () => {
    for (const name of ['a'.repeat(2000), 'ab '.repeat(700), '习'.repeat(2000), 'ال'.repeat(1000), 'a.'.repeat(1000), '\u0301'.repeat(2000)]) {
      const parsed = parseName(name, 'person');
      expect(parsed.truncated).toBe(true);
      expect(parsed.tokens.length).toBeLessThanOrEqual(24);
      expect(score(name, 'Vladimir Putin')).toBeLessThan(0.5);
    }
  });
});
