import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listFiles } from '../../../bin/screening/list-files.ts';
import { diffLists } from '../../../documents/lists/diff-lists.ts';
import { readBirthDate } from '../../../documents/lists/dates.ts';
import { readLists } from '../../../documents/lists/read-lists.ts';
import type { SourceFile } from '../../../documents/lists/source.ts';
import type { LoadedList } from '../../../domain/model/list-entry.ts';
import { companyCsv, euXml, ftmLines, ofacAlt, ofacSdn, ofacXml, ukCsv, ukXml, unXml } from './samples.ts';

const file = (path: string, text: string): SourceFile => ({ path, bytes: new TextEncoder().encode(text), modified: '2026-11-20' });
const only = (...files: SourceFile[]) => {
  const readings = readLists(files);
  expect(readings).toHaveLength(1);
  return readings[0]!;
};
const cutInside = (text: string): Uint8Array => new TextEncoder().encode(text).subarray(0, -1);
const ofac = (sdn = ofacSdn, alt = ofacAlt) => [file('o/sdn.csv', sdn), file('o/alt.csv', alt)];

describe('every format becomes the same entry', () => {
  it.each<[string, SourceFile[], string, string]>([
    ['UN XML', [file('un.xml', unXml)], 'UN', '2026-02-27'],
    ['OFAC XML', [file('sdn.xml', ofacXml)], 'OFAC-SDN', '2023-10-05'],
    ['EU XML', [file('eu.xml', euXml)], 'EU', '2026-01-15'],
    ['UK XML', [file('uk.xml', ukXml)], 'UK', '2026-03-04'],
    ['UK CSV', [file('uk.csv', ukCsv)], 'UK', '2026-03-04'],
    ['FollowTheMoney JSON lines', [file('ftm.json', ftmLines)], 'ftm', '2026-05-06'],
    ['company CSV', [file('own.csv', companyCsv)], 'own', '2026-06-07'],
    ['OFAC delimited', ofac(), 'OFAC-SDN', '2026-11-20'],
  ])('%s', (_format, files, name, date) => {
    const { list, problems } = only(...files);
    expect(problems).toEqual([]);
    expect(list).toMatchObject({ list: name, date, counts: { read: 2, loaded: 2, refused: 0 } });
    expect(list!.sha256).toMatch(/^[0-9a-f]{64}$/);
    const [person, other] = list!.entries;
    expect(person).toMatchObject({ kind: 'person', birthDates: [{ earliest: '1971-05-03', latest: '1971-05-03', circa: false }], nationalities: ['IQ'], identifiers: [{ value: 'A1234567' }] });
    expect(person!.names[0]!.quality).toBe('primary');
    expect(person!.names[0]!.text.toLowerCase()).toContain('harith');
    expect(person!.names.filter((each) => each.quality === 'weak').map((each) => each.text)).toEqual(['The Ghost']);
    expect(other!.kind).toBe('organisation');
    expect(other!.names[0]!.text).toBe('Desert Trading LLC');
  });
});

describe('what cannot be trusted is refused with its place', () => {
  it.each<[string, SourceFile[], string, string]>([
    ['empty file', [file('un.xml', '')], 'list-empty', 'un.xml'],
    ['UN list without entries', [file('un.xml', '<CONSOLIDATED_LIST dateGenerated="2026-01-01"><INDIVIDUALS/></CONSOLIDATED_LIST>')], 'list-empty', 'un.xml'],
    ['XML cut in half', [file('un.xml', unXml.slice(0, unXml.length / 2))], 'list-cut', 'line '],
    ['XML cut inside a character', [{ ...file('un.xml', ''), bytes: cutInside('<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>محم') }], 'list-cut', 'line 1'],
    ['XML that is not well-formed in the middle', [file('un.xml', unXml.replace('</FIRST_NAME>', '</FIRST>'))], 'list-unreadable', 'line 5'],
    ['XML in bytes that are no text', [{ ...file('un.xml', ''), bytes: Uint8Array.from([...new TextEncoder().encode('<CONSOLIDATED_LIST>'), 0xff, 0xfe, 0x3c]) }], 'list-unreadable', 'un.xml'],
    ['XML with entities', [file('un.xml', `<!DOCTYPE x [<!ENTITY a "b">]>${unXml}`)], 'list-unreadable', 'entities'],
    ['OFAC XML with fewer records than announced', [file('sdn.xml', ofacXml.replace('<Record_Count>2<', '<Record_Count>3<'))], 'list-cut', 'announces 3 records and holds 2'],
    ['OFAC cut inside a row', ofac(ofacSdn.slice(0, ofacSdn.length - 30)), 'list-cut', 'sdn.csv'],
    ['OFAC cut between rows', ofac(ofacSdn.split('\n')[0]!), 'list-cut', 'alt.csv line 2'],
    ['OFAC row with a field too few', ofac(ofacSdn.replace('"individual",', '')), 'list-unreadable', 'sdn.csv line 1'],
    ['OFAC part alone', [file('o/alt.csv', ofacAlt)], 'list-format-unknown', 'sdn.csv is missing'],
    ['JSON lines cut inside a line', [file('ftm.json', ftmLines.slice(0, ftmLines.length - 20))], 'list-cut', 'line 2'],
    ['broken line in the middle', [file('ftm.json', `{"id":\n\n\n${ftmLines}`)], 'list-unreadable', 'line 1'],
    ['CSV cut inside a quoted field', [file('own.csv', companyCsv.slice(0, companyCsv.lastIndexOf('"')))], 'list-cut', 'own.csv'],
    ['no list at all', [file('photo.bin', '\u0001\u0002')], 'list-format-unknown', 'photo.bin'],
  ])('%s', (_label, files, code, place) => {
    const { list, problems } = only(...files);
    expect(list).toBeUndefined();
    expect(problems[0]).toMatchObject({ code });
    expect(problems[0]!.message).toContain(place);
    expect(problems[0]!.place?.file).toBeTruthy();
  });

  it.each<[string, string, string, number]>([
    ['an entry without a name', companyCsv.replace('Desert Trading LLC', ' -- '), 'list-entry-nameless', 3],
    ['one id twice', companyCsv.replace('\nc2,', '\nc1,'), 'list-entry-duplicate', 3],
    ['30 February', companyCsv.replace('1971-05-03', '1971-02-30'), 'list-entry-invalid', 2],
  ])('%s makes the list incomplete and names the line', (_label, text, code, line) => {
    const { list, problems } = only(file('own.csv', text));
    expect(problems.map((each) => [each.code, each.place])).toEqual([[code, { file: 'own.csv', line }]]);
    expect(list!.counts.read).toBe(list!.counts.loaded + list!.counts.refused);
  });

  it('two lists of one publisher keep names of their own', () => {
    const names = readLists([file('a/sdn.csv', ofacSdn), file('b/sdn.csv', ofacSdn)]).map((each) => each.name);
    expect(new Set(names).size).toBe(2);
  });
});

describe('dates of birth (M11)', () => {
  it.each([
    ['1971', '1971-01-01', '1971-12-31', false],
    ['1971-05', '1971-05-01', '1971-05-31', false],
    ['03 May 1971', '1971-05-03', '1971-05-03', false],
    ['May 1971', '1971-05-01', '1971-05-31', false],
    ['circa 1971', '1971-01-01', '1971-12-31', true],
    ['1960 to 1965', '1960-01-01', '1965-12-31', false],
    ['01 Jan 1960 to 03 Feb 1965', '1960-01-01', '1965-02-03', false],
    ['03/05/1971', '1971-05-03', '1971-05-03', false],
    ['dd/mm/1971', '1971-01-01', '1971-12-31', false],
    ['29 Feb 1972', '1972-02-29', '1972-02-29', false],
  ])('%s', (text, earliest, latest, circa) => {
    expect(readBirthDate(text)).toEqual({ earliest, latest, circa });
  });

  it.each(['1971-02-30', '30 Feb 1971', '1971-13-01', '29 Feb 1971', '', 'unknown', '1965 to 1960', '31/04/1971'])('%s is no date', (text) => {
    expect(readBirthDate(text)).toBeUndefined();
  });
});

describe('diffLists (K17)', () => {
  const read = (text: string): LoadedList => only(file('own.csv', text)).list!;

  it('tells additions, changes, delistings and how much is gone', () => {
    const next = companyCsv.replace('c2,Desert Trading LLC', 'c3,Ocean Trading LLC').replace('A1234567', 'B7654321');
    expect(diffLists(read(companyCsv), read(next))).toMatchObject({
      additions: [{ id: 'c3', name: 'Ocean Trading LLC' }],
      changes: [{ id: 'c1', fields: ['identifiers'] }],
      delistings: [{ id: 'c2', name: 'Desert Trading LLC' }],
      shrinkShare: 0.5,
    });
  });

  it('the order of aliases means nothing', () => {
    const aliases = companyCsv.replace('Haris Dari', 'Haris Dari;H. Dhari');
    const other = companyCsv.replace('Haris Dari', 'H. Dhari;Haris Dari');
    expect(diffLists(read(aliases), read(other)).changes).toEqual([]);
  });
});

const folder = join(process.env['KONTOR_TEST_DATA'] ?? join(import.meta.dirname, '../../../../shared/data'), 'screening/lists');

describe.skipIf(!existsSync(folder))('public lists', () => {
  it('are read without a problem and in full', () => {
    const readings = readLists(listFiles(folder));
    expect(readings.flatMap((each) => each.problems)).toEqual([]);
    expect(Object.fromEntries(readings.map((each) => [each.name, each.list!.counts.loaded]))).toEqual({ UN: 1003, 'OFAC-SDN': 7379, 'OFAC-SDN@bench': 8976 });
  });

  it('a half of each file is not loaded', () => {
    const files = listFiles(folder).filter((each) => !each.path.includes('/'));
    for (const name of ['UN_consolidated.xml', 'sdn.csv']) {
      const halved = files.map((each) => (each.path === name ? { ...each, bytes: each.bytes.subarray(0, Math.floor(each.bytes.length / 2)) } : each));
      const broken = readLists(halved).filter((each) => !each.list);
      expect(broken).toHaveLength(1);
      expect(broken[0]!.problems[0]!.code).toBe('list-cut');
    }
  });
});
