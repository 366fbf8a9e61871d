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

  it('records on one line are the same records', async () => {
    expect(await statementsOf(bai.replace('FEE\n', 'FEE/\n').replace(/\/\n/g, '/ '))).toEqual(await statementsOf(bai));
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
