import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const home = fileURLToPath(new URL('../..', import.meta.url));
const examples = join(home, 'docs/examples/close');
const folder = mkdtempSync(join(tmpdir(), 'kontor-refusals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
cpSync(examples, folder, { recursive: true });

const changed = (name: string, as: string, from: string | RegExp, to: string): string => {
  const text = readFileSync(join(examples, name), 'utf8');
  const after = text.replace(from, to);
  if (after === text) throw new Error(`${name} does not hold ${String(from)}`);
  writeFileSync(join(folder, as), after);
  return as;
};
const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};
const lineOf = (name: string, words: string): number => readFileSync(join(folder, name), 'utf8').split('\n').findIndex((line) => line.includes(words)) + 1;

const header = 'journal,date,account,currency,amount';
const book = (...rows: string[]): string => written('bad.csv', [header, ...rows].join('\n'));
const balanced = ['J1,2026-10-01,1000,EUR,5.00', 'J1,2026-10-01,4000,EUR,-5.00'];
const periods = 'id,from,to,status\n';
const trial = (journal: string, ...more: string[]): string[] => ['ledger', 'trial-balance', journal, '--accounts', 'accounts.csv', ...more];
const circle = (): string => written('circle.yaml', `schemaVersion: 1
name: c
version: 1
calendars: { d: { weekend: [6, 7], holidays: [] } }
people: { a: {} }
entities: [{ id: DE, calendar: d, timeZone: UTC }]
tasks:
  - { id: w, title: W, kind: manual, owner: a, due: { workday: 1, time: '10:00' }, minutes: 1 }
  - { id: x, title: X, kind: manual, owner: a, after: [z], due: { workday: 1, time: '10:00' }, minutes: 1 }
  - { id: y, title: Y, kind: manual, owner: a, after: [x], due: { workday: 1, time: '10:00' }, minutes: 1 }
  - { id: z, title: Z, kind: manual, owner: a, after: [y], due: { workday: 1, time: '10:00' }, minutes: 1 }
`);

describe('bad input gets a line and a reason, and no figures', () => {
  it.each<[string, () => { args: string[]; line: number | (() => number); words: string[] }]>([
    ['an unbalanced journal: the difference', () => ({ args: trial(book('J1,2026-10-01,1000,EUR,5.00', 'J1,2026-10-01,4000,EUR,-4.98')), line: 2, words: ['J1', 'out of balance by 0.02 EUR', 'journal-unbalanced'] })],
    ['an unknown account', () => ({ args: trial(book(balanced[0]!, 'J1,2026-10-01,4711,EUR,-5.00')), line: 3, words: ['Account 4711 is not in the chart', 'account-unknown'] })],
    ['a closed period: the next open one', () => ({
      args: trial(book(...balanced), '--periods', written('p.csv', `${periods}2026-10,2026-10-01,2026-10-31,hard-closed\n2026-11,2026-11-01,2026-11-30,soft-closed\n2026-12,2026-12-01,2026-12-31,open\n`)),
      line: 2, words: ['Period 2026-10', 'hard closed', 'the next open period is 2026-12 (2026-12-01 to 2026-12-31)', 'period-closed'],
    })],
    ['a closed period without a later open one', () => ({ args: trial(book(...balanced), '--periods', written('p.csv', `${periods}2026-10,2026-10-01,2026-10-31,soft-closed\n`)), line: 2, words: ['no later period is open', 'period-closed'] })],
    ['a missing closing rate: date and pair', () => {
      changed('group/rates.csv', 'group/bad-rates.csv', /^USD,EUR,closing.*\n/m, '');
      return { args: ['ledger', 'consolidate', changed('group/group.yaml', 'group/bad.yaml', 'rates.csv', 'bad-rates.csv')], line: () => lineOf('group/bad.yaml', 'id: US02'), words: ['US02', 'no closing rate USD/EUR for 2026-12-31', 'rate-missing'] };
    }],
    ['a missing average rate: date and pair', () => {
      changed('group/rates.csv', 'group/bad-rates.csv', /^USD,EUR,average.*\n/m, '');
      return { args: ['ledger', 'consolidate', changed('group/group.yaml', 'group/bad.yaml', 'rates.csv', 'bad-rates.csv')], line: () => lineOf('group/bad.yaml', 'id: US02'), words: ['no average rate USD/EUR for 2026-12-31', 'rate-missing'] };
    }],
    ['two periods that overlap', () => ({
      args: trial(book(...balanced), '--periods', written('p.csv', `${periods}2026-09,2026-09-01,2026-10-02,open\n2026-11,2026-11-01,2026-11-30,open\n2026-10,2026-10-02,2026-10-31,open\n`)),
      line: 4, words: ['Periods 2026-09 (to 2026-10-02) and 2026-10 (from 2026-10-02)', 'overlap', '2026-10 can begin on 2026-10-03', 'period-overlap'],
    })],
    ['a period that ends before it begins', () => ({ args: trial(book(...balanced), '--periods', written('p.csv', `${periods}a,2026-10-31,2026-10-01,open\n`)), line: 2, words: ['before it begins', 'period-overlap'] })],
    ['a template with a circle, printed', () => ({ args: ['close', 'plan', circle(), '--period', '2026-10'], line: 9, words: ['DE/x → DE/z → DE/y → DE/x', 'template-cycle'] })],
    ['more decimals than the currency has', () => ({ args: trial(book('J1,2026-10-01,1000,EUR,5.001', balanced[1]!)), line: 2, words: ['column 24', 'amount 5.001 has more decimals than EUR allows (2)', 'amount-too-precise'] })],
    ['more decimals than the yen has', () => ({ args: trial(book('J1,2026-10-01,1000,JPY,5.5')), line: 2, words: ['5.5 has more decimals than JPY allows (0)', 'amount-too-precise'] })],
    ['more decimals in a reconciliation', () => ({
      args: ['reconcile', changed('bank-ledger.csv', 'bad-ledger.csv', '1200.00', '1200.005'), 'bank-statement.csv', '--rules', 'bank-rules.yaml'], line: 2, words: ['has more decimals than EUR allows (2)', 'amount-too-precise'],
    })],
  ])('%s', (_name, prepare) => {
    const { args, line, words } = prepare();
    const run = spawnSync(process.execPath, [join(home, 'bin/kontor.mjs'), ...args], { cwd: folder, encoding: 'utf8' });
    for (const part of [`line ${typeof line === 'number' ? line : line()}`, ...words]) expect(run.stderr).toContain(part);
    expect(run.stdout).toBe('');
    expect(run.status).toBe(1);
  });
});
