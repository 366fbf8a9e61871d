import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { journalHeader, randomBook } from '../../../bench/close/random-books.ts';
import { entriesOf } from '../../../domain/rules/ledger/entry.ts';
import { figuresOf, type Figure } from '../../../domain/rules/ledger/figure.ts';
import { JournalBalances } from '../../../domain/rules/ledger/journal-checks.ts';
import { statements } from '../../../domain/rules/ledger/statements.ts';
import { trialBalance } from '../../../domain/rules/ledger/trial-balance.ts';
import { money, toDecimalText } from '../../../domain/rules/money.ts';
import { hledgerJournal } from '../../../documents/ledger/hledger-journal.ts';
import { chartOf, readBook } from './books.ts';

const installed = spawnSync('hledger', ['--version']).status === 0;
const seeds = [1, 2, 3, 4, 5];

/** An oracle that nobody here wrote: hledger reads our export and must report what we report. */
describe.skipIf(!installed)(`hledger agrees with our books${installed ? '' : ' (missing: the program hledger, Debian package hledger)'}`, () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'kontor-hledger-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const hledger = (file: string, ...args: string[]): string => {
    const run = spawnSync('hledger', ['-f', file, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    return run.stdout;
  };

  /** Account → amounts, as hledger prints them: `1.00 EUR, 2 JPY`. Zero balances are left out on both sides. */
  const balances = (text: string): Map<string, string> =>
    new Map((parse(text, { relax_column_count: true }) as string[][]).filter(([name, amount]) => name!.split(':').length === 3 && amount && !/^-?0(\.0+)?( [A-Z]{3})?$/.test(amount)).map(([name, amount]) => [name!, amount!]));

  const ours = (rows: Iterable<[string, string, bigint]>): Map<string, string> =>
    new Map([...rows].filter(([, , minor]) => minor !== 0n).map(([name, currency, minor]) => [name, `${toDecimalText(money(currency, minor))} ${currency}`]));

  const accountsOf = (entity: string, figures: readonly Figure[], sign: bigint): [string, string, bigint][] =>
    figures.flatMap((root) => [...figuresOf(root)].filter((figure) => figure.formula.kind === 'lines' && !figure.id.includes('/result-')).map((figure): [string, string, bigint] => [`${entity}:main:${figure.id.split('/').at(-1)}`, figure.amount.currency, sign * BigInt(figure.amount.minor)]));

  it.each(seeds)('book %i: balanced, same trial balance, balance sheet and income statement', async (seed) => {
    const { accounts, rows } = randomBook(seed, 400);
    const { lines, problems } = await readBook([journalHeader, ...rows].join('\n'));
    expect(problems).toEqual([]);
    const check = new JournalBalances();
    expect(lines.flatMap((line) => check.add(line)).concat(check.differences())).toEqual([]);
    const chart = chartOf(accounts);
    const file = join(folder, `${seed}.journal`);
    writeFileSync(file, [...hledgerJournal(entriesOf(lines), chart)].join(''));
    hledger(file, 'check', 'accounts', 'commodities', 'ordereddates');
    const range = { from: '2026-04-01', to: '2026-06-30' };
    const to = '2026-07-01';
    const balance = trialBalance(lines, range);

    const trial = balances(hledger(file, 'balance', '-B', '--flat', '--no-elide', '-N', '-e', to, '-O', 'csv'));
    expect(trial).toEqual(ours(balance.map((row) => [`${row.entity}:main:${row.account}`, row.currency, row.closing])));
    expect(trial.size).toBeGreaterThan(20);
    const movement = balances(hledger(file, 'balance', '-B', '--flat', '-N', '-b', range.from, '-e', to, '-O', 'csv'));
    expect(movement).toEqual(ours(balance.map((row) => [`${row.entity}:main:${row.account}`, row.currency, row.debit - row.credit])));

    const all = statements(balance, chart, range);
    const sheet = balances(hledger(file, 'balancesheetequity', '-B', '--flat', '-e', to, '-O', 'csv'));
    expect(sheet).toEqual(ours(all.flatMap(({ entity, balanceSheet }) => accountsOf(entity, Object.values(balanceSheet), 1n))));
    const income = balances(hledger(file, 'incomestatement', '-B', '--flat', '-b', range.from, '-e', to, '-O', 'csv'));
    expect(income).toEqual(ours(all.flatMap(({ entity, incomeStatement }) => [...accountsOf(entity, [incomeStatement.income], 1n), ...accountsOf(entity, [incomeStatement.expenses], -1n)])));
  });

  it('refuses a book of ours once an amount is changed', async () => {
    const { accounts, rows } = randomBook(99, 20);
    const { lines } = await readBook([journalHeader, ...rows].join('\n'));
    const changed = lines.map((line, index) => (index === 3 ? { ...line, functional: line.functional + 1n, amount: line.currency === line.functionalCurrency ? line.amount + 1n : line.amount } : line));
    const file = join(folder, 'broken.journal');
    writeFileSync(file, [...hledgerJournal(entriesOf(changed), chartOf(accounts))].join(''));
    expect(spawnSync('hledger', ['-f', file, 'check']).status).not.toBe(0);
  });
});
