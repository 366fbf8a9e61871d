import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStatement } from '../../../documents/statements/read-statement.ts';
import { bankStatementSchema } from '../../../domain/model/bank-statement.ts';
import { filesBelow, hasPublicData, publicData } from '../invoice/public-files.ts';
import { read, readPath, sampleStatement } from './public-statements.ts';

const sample = readFileSync(sampleStatement('october.camt053.xml'), 'utf8');
const root = `${publicData}/bank/camt`;
const files = hasPublicData ? filesBelow('bank/camt').filter((file) => file.endsWith('.xml')) : [];

describe.skipIf(!hasPublicData)('public camt files', () => {
  it('are there', () => expect(files.length).toBeGreaterThan(5));

  it.each(files.map((file) => [relative(root, file), file] as const))('%s: signed amounts, dates, accounts and balances are those expected', async (_, file) => {
    const result = await readPath(file);
    expect(result.ok ? [] : result.problems).toEqual([]);
    for (const statement of result.statements) expect(bankStatementSchema.safeParse(statement).error).toBeUndefined();
    const expected = JSON.parse(readFileSync(file.replace(/xml$/, 'json'), 'utf8')) as unknown;
    const entries = result.statements.flatMap((statement) => statement.entries);
    // The expectation writes an object once and "__RECURSIVITY__" afterwards, so that each fact is found by its class.
    for (const entry of objectsOf(expected, /DTO\\Entry$/)) {
      const date = (name: string) => (entry[name] as { 0?: string } | null)?.[0]?.slice(0, 10);
      expect(entries.map(({ amount, bookingDate, valueDate }) => ({ ...amount, bookingDate, valueDate }))).toContainEqual({
        ...moneyOf(entry['getAmount']),
        bookingDate: date('getBookingDate'),
        valueDate: date('getValueDate'),
      });
    }
    for (const { getAmount, getType } of objectsOf(expected, /DTO\\Balance$/)) {
      if (getType !== 'opening' && getType !== 'closing') continue;
      expect(result.statements.map((statement) => statement[getType])).toContainEqual(moneyOf(getAmount));
    }
    for (const reference of objectsOf(expected, /DTO\\Reference$/)) {
      const id = reference['getEndToEndId'];
      if (typeof id === 'string' && id !== 'NOTPROVIDED') expect(entries.flatMap((entry) => [entry, ...(entry.details ?? [])].map(({ endToEndId }) => endToEndId))).toContain(id);
    }
  });
});

describe('camt entries', () => {
  it('SI-5, SI-8, SI-9: sign by CdtDbtInd, reversal only marks, pending does not count, batch keeps its payments', async () => {
    const result = await read(sample);
    expect(result).toMatchObject({
      ok: true,
      format: 'camt.053.001.08',
      statements: [
        {
          account: 'DE89370400440532013000',
          number: '41',
          opening: { currency: 'EUR', minor: '100000' },
          closing: { currency: 'EUR', minor: '95000' },
          findings: [],
          entries: [
            { amount: { minor: '-6000' }, valueDate: '2026-10-06', transactions: 2, references: { paymentInformation: 'RUN-9', bank: 'BK-1' }, details: [{ amount: { minor: '-2000' }, endToEndId: 'E2E-1', text: 'INV-1001' }, { amount: { minor: '-4000' }, references: { remittance: ['RF18539007547034'] } }] },
            { amount: { minor: '1000' }, reversal: true, returnReason: 'AC04', counterparty: { name: 'Kiosk Sued' } },
            { amount: { minor: '50000' }, status: 'pending' },
          ],
        },
      ],
    });
    expect(result.statements[0]?.entries[1]).not.toHaveProperty('endToEndId');
  });

  it('is the same whatever the size of the parts', async () => {
    const whole = await read(sample);
    for (const size of [1, 7, 4096]) expect(await readStatement(parts(Buffer.from(sample), size))).toEqual(whole);
  });

  it.each([
    ['prefixed', sample.replace('<Document xmlns=', '<c:Document xmlns:c=').replace('</Document>', '</c:Document>')],
    ['UTF-16', undefined],
  ])('%s XML is read', async (name, text) => {
    const bytes = text === undefined ? Buffer.from(`\ufeff${sample.replace('UTF-8', 'UTF-16')}`, 'utf16le') : Buffer.from(text);
    expect(await readStatement(bytes), name).toMatchObject({ ok: true, statements: [{ number: '41' }] });
  });

  it.each([
    ['unbalanced', sample.replace('950.00', '950.01')],
    ['details-differ', sample.replace('>20.00<', '>21.00<')],
    ['copy', sample.replace('<Acct>', '<CpyDplctInd>COPY</CpyDplctInd><Acct>')],
  ])('%s is a finding, the statement stays readable', async (code, text) => {
    expect(await read(text)).toMatchObject({ ok: true, statements: [{ findings: [{ code }] }] });
  });

  it.each([
    ['xml-doctype', sample.replace('<Document', '<!DOCTYPE Document>\n<Document'), { line: 2 }],
    ['xml-entity', sample.replace('<Document', '<!DOCTYPE Document [<!ENTITY a "b">]>\n<Document'), { line: 2 }],
    ['xml-external-entity', sample.replace('<Document', '<!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<Document'), { line: 2 }],
    ['xml-malformed', sample.slice(0, 1500), { line: 11 }],
    ['xml-malformed', sample.replace('INV-1001', '&unknown;'), { line: 9 }],
    ['statement-version-unsupported', sample.replace('001.08', '001.11'), { path: '/Document' }],
    ['statement-format-unknown', sample.replace('camt.053', 'pain.001'), { path: '/Document' }],
    ['statement-amount-too-precise', sample.replace('60.00', '60.001'), { path: '/Document/BkToCstmrStmt/Stmt[1]/Ntry[1]/Amt' }],
    ['statement-amount-malformed', sample.replace('60.00', '6e1'), { path: '/Document/BkToCstmrStmt/Stmt[1]/Ntry[1]/Amt' }],
    ['statement-currency-unknown', sample.replace('Ccy="EUR">60.00', 'Ccy="EUX">60.00'), { line: 7 }],
    ['statement-date-malformed', sample.replace('<Dt>2026-10-06', '<Dt>2026-02-30'), { path: '/Document/BkToCstmrStmt/Stmt[1]/Ntry[1]/ValDt' }],
    ['statement-field-missing', sample.replace('<CdtDbtInd>DBIT</CdtDbtInd>', ''), { path: '/Document/BkToCstmrStmt/Stmt[1]/Ntry[1]/CdtDbtInd' }],
  ])('%s: refused with its place', async (code, text, place) => {
    expect(await read(text)).toMatchObject({ ok: false, problem: { code, place } });
  });

  it('SI-10: a statement that cannot be read leaves its neighbour', async () => {
    const body = /<Stmt>[^]*<\/Stmt>/.exec(sample)?.[0] ?? '';
    const text = sample.replace('</BkToCstmrStmt>', `${body.replace('60.00', 'x')}</BkToCstmrStmt>`);
    expect(await read(text)).toMatchObject({ ok: false, problem: { place: { path: '/Document/BkToCstmrStmt/Stmt[2]/Ntry[1]/Amt' } }, statements: [{ number: '41' }] });
  });
});

// eslint-disable-next-line @typescript-eslint/require-await
async function* parts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function objectsOf(value: unknown, kind: RegExp): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const object = value as Record<string, unknown>;
  const own = typeof object['__CLASS__'] === 'string' && kind.test(object['__CLASS__']) && 'getAmount' in object || (typeof object['__CLASS__'] === 'string' && kind.test(object['__CLASS__']) && 'getEndToEndId' in object) ? [object] : [];
  return [...own, ...Object.values(object).flatMap((member) => objectsOf(member, kind))];
}

function moneyOf(value: unknown): { currency: string; minor: string } {
  const { getAmount, getCurrency } = value as { getAmount: string; getCurrency: { getCode: string } };
  return { currency: getCurrency.getCode, minor: getAmount };
}
