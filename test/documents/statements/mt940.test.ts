import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { read, sampleStatement, statementsOf } from './public-statements.ts';

const sample = readFileSync(sampleStatement('october.sta'), 'utf8');
const around = (line: string, closing = 'C261005EUR100,00') => `:20:X\n:25:1\n:28C:1\n:60F:C261005EUR100,00\n${line}\n:62F:${closing}\n-\n`;
const entryOf = async (line: string) => (await statementsOf(around(line)))[0]?.entries[0];

describe('MT940', () => {
  it.each([
    ['its code repeated on a line of its own', ['020', '020~00VE02', '~20INVOICE 77', '~32JAN', '~33 KOWALSKI', '~38PL61109010140000071219812874']],
    ['no code at all', ['?00VE02?20INVOICE 77?32JAN?33 KOWALSKI?38PL61109010140000071219812874']],
  ])('subfields of :86: with %s', async (_, information) => {
    const text = [':20:X', ':25:PL61', ':28C:1', ':60F:C261004PLN10,00', ':61:261005D3,00NTRFNONREF', `:86:${information.join('\n')}`, ':62F:C261005PLN7,00', '-', ''].join('\n');
    expect(await statementsOf(text)).toMatchObject([{ entries: [{ text: 'INVOICE 77', counterparty: { name: 'JAN KOWALSKI', account: 'PL61109010140000071219812874' } }] }]);
  });

  it('text of :86: that begins with two numbers is text', async () => {
    expect(await entryOf(':61:261005D3,00NTRFNONREF\n:86:100234/2026 RENT')).toMatchObject({ text: '100234/2026 RENT' });
  });

  it('SI-6: pages chain inside one statement; :86: gives ids, parties and text in each form', async () => {
    expect(await statementsOf(sample)).toMatchObject([
      {
        account: 'DE89370400440532013000',
        number: '41',
        pages: { first: 1, last: 2 },
        opening: { minor: '100000' },
        closing: { minor: '119950' },
        findings: [],
        entries: [
          { amount: { minor: '25000' }, endToEndId: 'E2E-1001', references: { customer: 'INV-1001', bank: 'BK-77' }, counterparty: { name: 'Papierhof Lindau GmbH', account: 'DE75512108001245126199', bank: 'COBADEFFXXX' }, text: 'Invoice INV-1001 October' },
          { amount: { minor: '-5000' }, reversal: true, endToEndId: 'E2E-0990', counterparty: { name: 'Kiosk Sued' }, text: 'Taken back' },
          { amount: { minor: '-50' }, references: {}, text: 'Account fee' },
        ],
      },
    ]);
  });

  it.each([
    ['C', '1000'],
    ['D', '-1000'],
    ['RC', '-1000'],
    ['RD', '1000'],
    ['EC', '1000'],
    ['ED', '-1000'],
    ['CR', '1000'],
    ['DN', '-1000'],
  ])('SI-5: mark %s gives %s', async (mark, minor) => {
    expect(await entryOf(`:61:2610051005${mark}10,NTRFNONREF`)).toMatchObject({ amount: { currency: 'EUR', minor } });
  });

  it.each([
    ['no entry date', '261005D', '2026-10-05'],
    ['blank entry date', '261005    D', '2026-10-05'],
    ['new year after', '2612311' .slice(0, 6) + '0102D', '2027-01-02'],
    ['old year before', '2701021231D', '2026-12-31'],
  ])('booking date: %s', async (_, start, bookingDate) => {
    expect(await entryOf(`:61:${start}10,00NTRFNONREF`)).toMatchObject({ bookingDate });
  });

  it('reads SWIFT blocks, CRLF and text before the first tag alike', async () => {
    const plain = await statementsOf(around(':61:261005C0,NTRFNONREF'));
    const wrapped = `BANKNL2A\n940\n{1:F01ABNANL2A}{2:I940ABNANL2AXN}{4:\n${around(':61:261005C0,NTRFNONREF').replace(/-\n$/, '-}{5:}\n')}`.replace(/\n/g, '\r\n');
    expect(await statementsOf(wrapped)).toEqual(plain);
  });

  it('an interim report (MT942) has no balances, its sums are checked, its entries are pending', async () => {
    const report = (sum: string) => `:20:X\n:25:1\n:28C:1\n:34F:EUR0,\n:13D:2610051200+0100\n:61:261005C10,NTRFNONREF\n:90D:0EUR0,\n:90C:1EUR${sum}\n-`;
    expect(await read(report('10,'))).toMatchObject({ ok: true, format: 'mt942', statements: [{ currency: 'EUR', findings: [], entries: [{ status: 'pending' }] }] });
    expect(await statementsOf(report('11,'))).toMatchObject([{ findings: [{ code: 'unbalanced' }] }]);
    expect((await statementsOf(report('10,')))[0]).not.toHaveProperty('opening');
  });

  it.each([
    ['unbalanced', around('', 'C261005EUR100,01')],
    ['truncated', around('').replace(/:62F[^]*/, '')],
    ['truncated', sample.slice(0, sample.indexOf('-\n:20:'))],
    ['truncated', sample.slice(sample.indexOf('-\n:20:') + 2)],
    ['gap', sample.replace(':60M:C261005EUR1200,00', ':60M:C261005EUR1200,01').replace('1199,50', '1199,51').replace(':62M:C261005EUR1200,00', ':62M:C261005EUR1200,00')],
    ['date-adjusted', around(':61:260230C0,NTRFNONREF')],
  ])('%s is a finding, the statement stays readable', async (code, text) => {
    const [statement] = await statementsOf(text);
    expect(statement?.findings.map((finding) => finding.code)).toContain(code);
  });

  it.each([
    ['statement-amount-too-precise', around(':61:261005C1,001NTRFNONREF'), 5],
    ['statement-malformed', around(':61:261005X1,00NTRFNONREF'), 5],
    ['statement-date-malformed', around(':61:261305C1,00NTRFNONREF'), 5],
    ['statement-date-malformed', around(':61:2610051305C1,00NTRFNONREF'), 5],
    ['statement-malformed', around('', 'X261005EUR100,00'), 6],
    ['statement-currency-unknown', around('', 'C261005EUX100,00'), 6],
    ['statement-format-unknown', 'hello', 1],
    ['document-empty', ' \n', 1],
  ])('%s: refused with its line', async (code, text, line) => {
    expect(await read(text)).toMatchObject({ ok: false, problem: { code, place: { line } } });
  });

  it('SI-10: a message that cannot be read leaves its neighbours', async () => {
    const result = await read(`${around(':61:broken')}${around('').replace(':28C:1', ':28C:2')}`);
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'statement-malformed' }], statements: [{ number: '2' }] });
  });

  it('SI-11: trailing zeros are no decimals, and any amount comes back exactly', async () => {
    expect(await entryOf(':61:261005C1,5000NTRFNONREF')).toMatchObject({ amount: { minor: '150' } });
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: 0n, max: 999_999_999_999n }), fc.boolean(), async (minor, debit) => {
        const amount = `${minor / 100n},${String(minor % 100n).padStart(2, '0')}`;
        expect(await entryOf(`:61:261005${debit ? 'D' : 'C'}${amount}NTRFNONREF`)).toMatchObject({ amount: { minor: String(debit ? -minor : minor) } });
      }),
      { numRuns: 50 },
    );
  });
});
