import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CsvFormat } from '../../../documents/csv/csv-reader.ts';
import { openCsv, readCsv } from '../../../documents/csv/open-csv.ts';
import { minorUnits } from '../../../documents/ledger/amount.ts';

const format: CsvFormat = { file: 'f.csv', separators: [',', ';', '\t'], malformed: 'ledger-file-malformed', encoding: 'cash-file-encoding' };
const rowsOf = (text: string | Uint8Array): string[][] => {
  const { reader, records } = readCsv(typeof text === 'string' ? Buffer.from(text) : text, format, { required: [] });
  return [[...reader.columns], ...Array.from(records, (record) => reader.columns.map((_, index) => record.text(index)))];
};
const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;

describe('the one reader of separated values', () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '\n', '\r', 'é', '漢', '🏦', ' ', '1'), maxLength: 8 });
  const table = fc.integer({ min: 2, max: 70 }).chain((width) => fc.array(fc.array(fc.tuple(field, fc.boolean()), { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }));

  it('gives back what was written, cut into pieces anywhere, by text and by repeated text', async () => {
    await fc.assert(fc.asyncProperty(table, fc.integer({ min: 1, max: 60 }), fc.constantFrom('\n', '\r\n'), fc.boolean(), async (rows, size, newline, closed) => {
      const header = rows[0]!.map((_, index) => `c${index}`);
      const written = rows.map((row) => row.map(([text, quote]) => (quote || /[,"\n\r]/.test(text) ? quoted(text) : text)).join(','));
      const bytes = Buffer.from([header.join(','), ...written].join(newline) + (closed ? newline : ''));
      const { reader, records } = await openCsv((async function* () {
        for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
      })(), format, { required: ['c0'], known: header });
      const read: string[][] = [];
      for await (const record of records) while (record.next()) read.push(header.map((_, index) => (index % 2 ? record.text(index) : record.repeated(index))));
      expect(read).toEqual(rows.map((row) => row.map(([text]) => text)));
      expect(reader.columns).toEqual(header);
    }));
  });

  it.each([
    ['a byte order mark', '\uFEFFa,b\n1,2', [['a', 'b'], ['1', '2']]],
    ['semicolons', 'a;b\n1,5;2', [['a', 'b'], ['1,5', '2']]],
    ['tabs, with commas in quotes', 'a\tb\n"1,5"\t2\n', [['a', 'b'], ['1,5', '2']]],
    ['empty lines and blanks around names', '\n a , b \n\n1,2\n\r\n', [['a', 'b'], ['1', '2']]],
    ['UTF-16', Buffer.from('\uFEFFa,b\nü,2\n', 'utf16le'), [['a', 'b'], ['ü', '2']]],
    ['a header alone', 'a,b', [['a', 'b']]],
    ['empty fields', 'a,b\n,\n"",""\n', [['a', 'b'], ['', ''], ['', '']]],
  ])('reads %s', (_name, text, expected) => expect(rowsOf(text)).toEqual(expected));

  it.each([
    ['nothing at all', '', 1, 1, 'empty'],
    ['too few fields', 'a,b\n1\n', 2, 2, '1 fields where the header has 2'],
    ['too many fields', 'a,b\n1,2,3\n', 2, 5, '3 fields'],
    ['a quote that is never closed', 'a,b\n1,2\né,"3\n4,5\n', 3, 3, 'never closed'],
    ['text after a closing quote', 'a,b\n"1"x,2\n', 2, 4, 'follows'],
    ['a quote inside a field', 'a,b\n1,x"y\n', 2, 4, 'inside'],
    ['a fault after a field of two lines', 'a,b\n"1\n2",3,4\n', 3, 6, '3 fields'],
    ['a name twice', 'a,a\n', 1, 3, 'twice'],
    ['bytes of another encoding', Buffer.concat([Buffer.from('a,b\nü,'), Buffer.from([0xfc]), Buffer.from('\n')]), 2, 3, '0xFC'],
  ])('refuses %s with its place', (_name, text, line, column, words) => {
    let thrown: { place?: unknown; message?: string } = {};
    try {
      rowsOf(text);
    } catch (error) {
      thrown = error as typeof thrown;
    }
    expect(thrown.place).toEqual({ file: 'f.csv', line, column });
    expect(thrown.message).toContain(words);
  });

  it('stops at a quote or a line without end instead of reading it all into memory', async () => {
    let given = 0;
    const endless = (start: string) => (async function* () {
      yield Buffer.from(`a,b\n${start}`);
      for (;;) {
        given++;
        yield Buffer.alloc(100_000, 'x');
      }
    })();
    for (const start of ['1,"', '1,']) {
      given = 0;
      const { records } = await openCsv(endless(start), format, { required: [] });
      await expect(async () => { for await (const record of records) while (record.next()); }).rejects.toThrow(/never closed|a line of more than/);
      expect(given).toBeLessThan(20);
    }
  });
});

describe('SI-11: amounts in minor units', () => {
  const read = (text: string, digits: number): bigint | string => minorUnits(Buffer.from(text), 0, Buffer.byteLength(text), digits);
  it.each([
    ['1', 2, 100n], ['-1.5', 2, -150n], ['0.05', 2, 5n], ['-0.05', 2, -5n], ['1.5000', 2, 150n], ['12', 0, 12n], ['12.0', 0, 12n], ['1.234', 3, 1_234n], ['99999999999999999999.99', 2, 9_999_999_999_999_999_999_999n],
    ['-00012.30', 2, -1_230n], ['1.005', 2, 'too-precise'], ['1.5', 0, 'too-precise'], ['', 2, 'unreadable'], ['-', 2, 'unreadable'], ['1.', 2, 'unreadable'], ['.5', 2, 'unreadable'], ['1,5', 2, 'unreadable'], ['+1', 2, 'unreadable'],
    ['1e3', 2, 'unreadable'], ['1.2.3', 2, 'unreadable'], ['--1', 2, 'unreadable'], ['١', 2, 'unreadable'],
  ])('%s with %i digits', (text, digits, expected) => expect(read(text, digits)).toBe(expected));

  it('is exact at every length', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.constantFrom(0, 2, 3), (minor, digits) => {
      const size = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
      const text = `${minor < 0n ? '-' : ''}${digits ? `${size.slice(0, -digits)}.${size.slice(-digits)}` : size}`;
      expect(read(text, digits)).toBe(minor);
    }));
  });
});
