import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bankStatementSchema } from '../../../domain/model/bank-statement.ts';
import { filesBelow, hasPublicData } from '../invoice/public-files.ts';
import { read, readPath, sampleStatement, statementsOf } from './public-statements.ts';

const bai = readFileSync(sampleStatement('october.bai2'), 'utf8');
const ach = readFileSync(sampleStatement('returns.ach'), 'utf8');

describe('BAI2', () => {
  it('gives a statement an account, with balances, value dates, references and continued text', async () => {
    expect(await statementsOf(bai)).toMatchObject([
      {
        account: '998877',
        number: '2026-10-05/7',
        opening: { currency: 'USD', minor: '100000' },
        closing: { currency: 'USD', minor: '120000' },
        findings: [],
        entries: [
          { amount: { minor: '25000' }, code: '142', references: { bank: 'BK-1', customer: 'INV-1001' }, text: 'ACH CREDIT PAPIERHOF LINDAU 5/10 PART' },
          { amount: { minor: '-5000' }, valueDate: '2026-10-06', references: { bank: 'BK-2' }, text: 'FEE' },
        ],
      },
    ]);
  });

  it.each([',,', ',,,'])('a continuation of 03 goes on with the next field, behind %s as well', async (empty) => {
    const continued = bai.replace(',,,015,', `${empty}/\n88,015,`).replace('280000,5/', '280000,6/').replace('1,7/', '1,8/').replace('1,9/', '1,10/');
    expect(continued).not.toBe(bai);
    expect(await statementsOf(continued)).toEqual(await statementsOf(bai));
  });

  it('a continuation of 16 goes on with its references before it goes on with its text', async () => {
    const lockbox = ['01,A,B,261005,0200,1,80,,2/', '02,B,A,1,261004,,USD,2/', '03,1,USD/', '16,115,900,S,300,400,200/', '88,BK-7,CU-8,LOCKBOX', '88,DEPOSIT/', '49,900,5/', '98,900,1,7/', '99,900,1,9/', ''];
    expect(await statementsOf(lockbox.join('\n'))).toMatchObject([{ entries: [{ amount: { minor: '900' }, references: { bank: 'BK-7', customer: 'CU-8' }, text: 'LOCKBOX DEPOSIT' }] }]);
  });

  it.each([
    ['1', false],
    ['4', false],
    ['3', true],
    ['', true],
  ])('SI-10: version "%s" is read: %s', async (version, ok) => {
    const text = bai.replace(/^(01(?:,[^,/]*){7},)2\//, `$1${version}/`);
    expect(text === bai).toBe(false);
    expect(await read(text)).toMatchObject(ok ? { ok } : { ok, problem: { code: 'statement-version-unsupported', place: { line: 1 } }, statements: [] });
  });

  it('loan codes are credits below 760 and debits from there', async () => {
    const loan = ['01,A,B,261005,0200,1,80,,2/', '02,B,A,1,261004,,USD,2/', '03,1,USD/', '16,721,100,Z,,,INTEREST/', '16,761,250,Z,,,DISBURSED/', '49,350,4/', '98,350,1,6/', '99,350,1,8/', ''];
    expect(await statementsOf(loan.join('\n'))).toMatchObject([{ entries: [{ amount: { minor: '100' } }, { amount: { minor: '-250' } }] }]);
  });

  it('records on one line are the same records', async () => {
    expect(await statementsOf(bai.replace('FEE\n', 'FEE/\n').replace(/\/\n/g, '/ '))).toEqual(await statementsOf(bai));
  });

  describe('an account in several groups of one as-of date', () => {
    const opens = '010,10000,,,';
    const closes = '015,13000,,';
    const credit = ['16,142,5000,Z,B1,,IN/', 5000] as const;
    const debit = ['16,451,2000,Z,B2,,OUT/', 2000] as const;
    /** A file of groups with one account each: what stands in 02 behind the status, the summaries, the transactions. */
    function fileOf(...groups: [header: string, summaries: string, ...transactions: (readonly [string, number])[]][]): string {
      const sums = groups.map(([, summaries, ...transactions]) => [...summaries.matchAll(/01[05],(\d+)/g)].reduce((sum, found) => sum + Number(found[1]), 0) + transactions.reduce((sum, [, amount]) => sum + amount, 0));
      const lines = groups.flatMap(([header, summaries, ...transactions], at) => [`02,K,BANK,${header}/`, `03,77,USD,${summaries}/`, ...transactions.map(([line]) => line), `49,${sums[at]},${2 + transactions.length}/`, `98,${sums[at]},1,${4 + transactions.length}/`]);
      return ['01,BANK,K,261005,0200,7,80,,2/', ...lines, `99,${sums.reduce((all, sum) => all + sum, 0)},${groups.length},${lines.length + 2}/`, ''].join('\n');
    }
    const day = '1,261004,2400,USD,2';
    const whole = [{ account: '77', number: '2026-10-04/7', opening: { minor: '10000' }, closing: { minor: '13000' }, findings: [], entries: [{ amount: { minor: '5000' } }, { amount: { minor: '-2000' } }] }];

    it.each([
      ['balances apart from details', fileOf([day, opens + closes], [day, '', credit, debit])],
      ['credits apart from debits, each with the balances of the day', fileOf([day, opens + closes, credit], [day, opens + closes, debit])],
      ['one stretch of the day after the other', fileOf([day, `${opens}015,15000,,`, credit], [day, `010,15000,,,${closes}`, debit])],
    ])('%s: one statement', async (_, text) => {
      expect(await statementsOf(text)).toMatchObject(whole);
      expect(await statementsOf(text)).toHaveLength(1);
    });

    it.each([
      ['the same twice', fileOf([day, opens + closes, credit, debit], [day, opens + closes, credit, debit]), 'repeat'],
      ['another version of the same', fileOf([day, `${opens}015,15000,,`, credit], [day, `${opens}015,15000,,`, ['16,142,5000,Z,B9,,ELSE/', 5000]]), 'conflict'],
      ['a later report that tells the earlier entries again', fileOf([day, `${opens}015,10000,,`, ['16,142,2000,Z,B3,,IN/', 2000], debit], [day, `${opens}015,15000,,`, ['16,142,2000,Z,B3,,IN/', 2000], debit, credit]), 'conflict'],
      ['parts that do not foot', fileOf([day, opens + closes, credit, debit], [day, opens + closes, ['16,142,900,Z,B3,,MORE/', 900]]), 'conflict'],
    ])('%s: each by itself, with a finding', async (_, text, code) => {
      const statements = await statementsOf(text);
      expect(statements).toHaveLength(2);
      expect(statements[1]!.findings.map((finding) => finding.code)).toContain(code);
    });

    it('of two banks: two statements', async () => {
      const text = fileOf([day, opens + closes], [day, '', credit, debit]).replace(/02,K,BANK([^]*)02,K,BANK/, '02,K,BANK$102,K,OTHER');
      expect(await statementsOf(text)).toHaveLength(2);
    });

    it('SI-8: interim data are pending until the final report tells them again, and are no version of it', async () => {
      const statements = await statementsOf(fileOf(['1,261004,1000,USD,3', '010,10000,,', credit], ['1,261004,1400,USD,3', `${opens}015,99900,,`, credit, debit], [day, opens + closes, credit, debit]));
      expect(statements.map(({ number, findings, entries }) => [number, findings, [...new Set(entries.map(({ status }) => status))]])).toEqual([
        ['2026-10-04 1000/7', [], ['pending']],
        ['2026-10-04 1400/7', [], ['pending']],
        ['2026-10-04/7', [], ['booked']],
      ]);
      expect(statements[1]).not.toHaveProperty('closing');
    });

    it.each(['2', '3', '4'])('group status %s is refused with its line, its neighbour is read', async (status) => {
      const result = await read(fileOf([day, opens + closes, credit, debit], [`${status}${day.slice(1)}`, '', debit]));
      expect(result).toMatchObject({ ok: false, problem: { code: 'statement-not-new', place: { line: 8, path: '02' } } });
      expect(result.statements).toMatchObject(whole);
    });
  });

  it.each([
    ['account total', bai.replace('49,280000', '49,280001'), 7],
    ['account records', bai.replace('280000,5/', '280000,6/'), 7],
    ['a changed amount', bai.replace('16,142,25000', '16,142,25001'), 7],
    ['group total', bai.replace('98,280000', '98,280001').replace('99,280000', '99,280001'), 8],
    ['file records', bai.replace('1,9/', '1,8/'), 9],
  ])('SI-7: %s that does not agree is refused', async (_, text, line) => {
    expect(await read(text)).toMatchObject({ ok: false, problem: { code: 'statement-control-total', place: { line } }, statements: [] });
  });

  it.each([
    ['cut before the trailer', bai.slice(0, bai.indexOf('99,280000')), 8],
    ['a type code that is none', bai.replace('16,451', '16,45x'), 6],
    ['an amount with a decimal point', bai.replace('16,451,5000', '16,451,50.00'), 6],
  ])('%s is refused with its line', async (_, text, line) => {
    expect(await read(text)).toMatchObject({ ok: false, problem: { place: { line } } });
  });
});

describe('NACHA', () => {
  it('CA-16: a return carries its reason and the trace of the original', async () => {
    expect(await statementsOf(ach)).toMatchObject([
      { account: '121042882', currency: 'USD', entries: [{ bookingDate: '2026-10-05', amount: { currency: 'USD', minor: '-12500' }, returnReason: 'R02', references: { trace: '121042880000001', originalTrace: '021000020000001' } }] },
    ]);
    expect((await statementsOf(ach))[0]).not.toHaveProperty('opening');
  });

  it('a notification of change is information, not money', async () => {
    expect(await statementsOf(ach.replace('799R02', '798C02'))).toMatchObject([{ entries: [{ status: 'information', returnReason: 'C02' }] }]);
  });

  it.each([
    ['batch debit', 5, (line: string) => line.replace('000000012500', '000000012501')],
    ['entry hash', 5, (line: string) => line.replace('0023138010', '0023138011')],
    ['entry count', 5, (line: string) => line.replace('8200000002', '8200000003')],
    ['file count of batches', 6, (line: string) => line.replace('9000001', '9000002')],
    ['batch number', 5, (line: string) => `${line.slice(0, 87)}0000002`],
  ])('SI-7: a wrong %s is refused at line %i', async (_, line, change) => {
    const text = ach.split('\n').map((content, index) => (index === line - 1 ? change(content) : content)).join('\n');
    expect(await read(text)).toMatchObject({ ok: false, problem: { code: 'statement-control-total', place: { line } } });
  });

  it.each([
    ['an unknown reason', ach.replace('R02', 'R96'), 4],
    ['a wrong check digit', ach.replace('626231380104', '626231380105'), 3],
    ['letters in an amount', ach.replace('0000012500', '00000A2500'), 3],
    ['a control character', ach.replace('Papierhof ', 'Papierhof\u001a'), 3],
    ['addenda that are not announced', ach.replace(/1(?=121042880000001\n799)/, '0'), 3],
  ])('%s is refused with its line', async (_, text, line) => {
    expect(await read(text)).toMatchObject({ ok: false, problem: { code: 'statement-malformed', place: { line } } });
  });
});

/**
 * Public files that are refused although their name does not say so: totals that do not agree (a lost batch, a lost count), a
 * reason code of a bank's own, a return without its file. One named invalid is read: only the name of its origin is unusual.
 */
const refused = /^(?!ppd-mixed).*invalid|crashers|parseError|20110805A|nonascii|custom-reason-code|no-batch-header|^\d+\.ach$/;
const files = hasPublicData ? [...filesBelow('bank/ach'), ...filesBelow('bank/bai2')].filter((file) => !file.endsWith('.json')) : [];

describe.skipIf(!hasPublicData)('public BAI2 and NACHA files', () => {
  it('are there', () => expect(files.length).toBeGreaterThan(10));

  it.each(files.map((file) => [basename(file), file] as const))('%s', async (name, file) => {
    const result = await readPath(file);
    for (const statement of result.statements) expect(bankStatementSchema.safeParse(statement).error).toBeUndefined();
    expect(result.ok ? [] : result.problems.map(({ code, message }) => [code, message])).toEqual(refused.test(name) ? expect.arrayContaining([expect.anything()]) : []);
    if (!result.ok) expect(result.problem.place?.line).toBeGreaterThan(0);
  });
});
