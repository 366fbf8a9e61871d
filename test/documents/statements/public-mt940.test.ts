import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bankStatementSchema } from '../../../domain/model/bank-statement.ts';
import { filesBelow, hasPublicData, publicData } from '../invoice/public-files.ts';
import { readPath } from './public-statements.ts';

/** Fragments that state no account, no balance and no currency: there is nothing to read, and each is refused with its reason. */
const refused: Record<string, string> = {
  'betterplace/empty_86.sta': 'statement-empty',
  'betterplace/empty_line.sta': 'statement-empty',
  'self-provided/empty_non_swift.sta': 'statement-empty',
  'cmxl/statement_line.sta': 'statement-currency-unknown',
};

const root = `${publicData}/bank/mt940`;
const files = hasPublicData ? filesBelow('bank/mt940').filter((file) => /\.(sta|txt)$/.test(file)) : [];
const withExpectation = files.filter((file) => existsSync(expectationOf(file)) && !(relative(root, file) in refused));

describe.skipIf(!hasPublicData)('public MT940 and MT942 files', () => {
  it('are there', () => expect(withExpectation.length).toBeGreaterThan(5));

  it.each(withExpectation.map((file) => [relative(root, file), file] as const))('%s: balances, dates and signed amounts are those expected', async (_, file) => {
    const result = await readPath(file);
    expect(result.ok ? [] : result.problems).toEqual([]);
    const expected = expectedOf(readFileSync(expectationOf(file), 'utf8'));
    const entries = result.statements.flatMap((statement) => statement.entries);
    expect(entries.map((entry) => [plain(entry.amount.minor, entry.amount.currency), entry.valueDate])).toEqual(expected.entries);
    expect(entries.map((entry) => entry.bookingDate ?? '')).toEqual(expected.entryDates.map((date, index) => date ?? entries[index]?.valueDate));
    // The expectation keeps the last balance of the file.
    const last = (key: 'opening' | 'closing') => result.statements.findLast((statement) => statement[key])?.[key];
    for (const key of ['opening', 'closing'] as const) {
      const amount = last(key);
      expect(amount && [plain(amount.minor, amount.currency), amount.currency]).toEqual(expected[key]);
    }
  });

  it.each(Object.entries(refused).filter(([name]) => files.includes(`${root}/${name}`)))('%s is refused: %s', async (name, code) => {
    expect(await readPath(`${root}/${name}`)).toMatchObject({ ok: false, problem: { code, place: { line: expect.any(Number) } } });
  });

  it.each(files.map((file) => [relative(root, file), file] as const))('%s is canonical or refused with a place', async (_, file) => {
    const result = await readPath(file);
    for (const statement of result.statements) expect(bankStatementSchema.safeParse(statement).error).toBeUndefined();
    if (!result.ok) expect(result.problem.place).toBeDefined();
  });
});

function expectationOf(file: string): string {
  return file.replace(/\.\w+$/, '.yml');
}

type Balance = [amount: string, currency: string] | undefined;

/** The facts of a dumped object graph of python-mt940, taken out as text: its tags name classes that nobody should load. */
function expectedOf(yaml: string) {
  const [head = '', ...transactions] = yaml.split('!!python/object:mt940.models.Transaction\n');
  const balance = (name: string): Balance => {
    const block = new RegExp(`  (?:final|intermediate)_${name}_balance: [^]*?\\n    status: ([CD])`).exec(head)?.[0];
    if (!block) return undefined;
    const amount = /apply:decimal\.Decimal\s+- '?(-?[\d.E+-]+)'?/.exec(block)?.[1] ?? '';
    return [shortest(amount), /currency: (\w+)/.exec(block)?.[1] ?? ''];
  };
  return {
    opening: balance('opening'),
    closing: balance('closing'),
    entries: transactions.map((text) => [shortest(/apply:decimal\.Decimal\s+- '?(-?[\d.E+-]+)'?/.exec(text)?.[1] ?? ''), dateOf(text, 'date')]),
    entryDates: transactions.map((text) => dateOf(text, 'entry_date')),
  };
}

/** Dates are four bytes in base64: year of two, month, day. */
function dateOf(text: string, name: string): string | undefined {
  const found = new RegExp(`\\n    ${name}: [^\\n]*\\n    - !!binary \\|\\n\\s+([\\w+/=]+)`).exec(text)?.[1];
  if (found === undefined) return undefined;
  const [high = 0, low = 0, month = 0, day = 0] = Buffer.from(found, 'base64');
  return `${high * 256 + low}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function plain(minor: string, currency: string): string {
  const digits = ['JPY', 'ISK'].includes(currency) ? 0 : 2;
  const padded = minor.replace('-', '').padStart(digits + 1, '0');
  return shortest(`${minor.startsWith('-') ? '-' : ''}${padded.slice(0, padded.length - digits)}.${padded.slice(padded.length - digits)}`);
}

function shortest(decimal: string): string {
  const text = decimal.includes('.') ? decimal.replace(/0+$/, '').replace(/\.$/, '') : decimal;
  return text === '-0' ? '0' : text;
}
