import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const home = fileURLToPath(new URL('../..', import.meta.url));
const examples = join(home, 'docs/examples/close');
const folder = mkdtempSync(join(tmpdir(), 'kontor-books-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kontor = (...args: string[]): { status: number | null; stdout: string; stderr: string } => spawnSync(process.execPath, ['bin/kontor.mjs', ...args], { cwd: home, encoding: 'utf8' });
const example = (name: string): string => join(examples, name);
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const accounts = ['--accounts', example('accounts.csv')];

describe('kontor ledger', () => {
  it('trial balance, statements and checks of the example', () => {
    expect(kontor('ledger', 'trial-balance', example('journal.csv'), ...accounts, '--period', '2026-10').stdout).toMatch(/main +total +EUR +0\.00 +53000\.00 +53000\.00 +0\.00/);
    expect(kontor('ledger', 'statements', example('journal.csv'), ...accounts, '--period', '2026-10').stdout).toMatch(/Total liabilities and equity +67900\.00[\s\S]*Result of the period +5000\.00[\s\S]*Cash at the end +31800\.00/);
    expect(kontor('ledger', 'check', example('journal.csv'), ...accounts)).toMatchObject({ status: 0 });
    expect(kontor('ledger', 'consolidate', example('group/group.yaml'))).toMatchObject({ status: 0, stderr: '' });
  });

  const header = 'journal,date,account,currency,amount';
  it.each([
    ['an unbalanced entry', `${header}\nJ1,2026-10-01,1000,EUR,5.00\nJ1,2026-10-01,4000,EUR,-4.99`, 'line 2: Journal J1 of main/main is out of balance by 0.01 EUR'],
    ['an unknown account', `${header}\nJ1,2026-10-01,1000,EUR,5.00\nJ1,2026-10-01,4711,EUR,-5.00`, 'line 3: Account 4711 is not in the chart'],
    ['too many decimals', `${header}\nJ1,2026-10-01,1000,JPY,5.5`, 'line 2, column 24: amount 5.5 has more decimals than JPY allows (0)'],
    ['no date', `${header}\nJ1,2026-02-30,1000,EUR,5`, 'line 2, column 4: date "2026-02-30" is not a date'],
    ['no currency', `${header}\nJ1,2026-10-01,1000,EUX,5`, 'line 2, column 20: currency "EUX"'],
    ['a column that nobody knows', `${header},colour\n`, 'line 1, column 38: unknown column "colour"'],
    ['a missing field', `${header}\nJ1,2026-10-01,1000,EUR`, 'line 2, column 23: 4 fields where the header has 5'],
    ['an open quotation mark', `${header}\n"J1,2026-10-01,1000,EUR,5\n`, 'line 2, column 1: a quotation mark is opened and never closed'],
  ])('%s gets its line and reason, and no figures', (_name, text, message) => {
    const run = kontor('ledger', 'trial-balance', file('bad.csv', text), ...accounts);
    expect(run.stderr).toContain(message);
    expect(run).toMatchObject({ status: 1, stdout: '' });
  });

  it('a closed period names the next open one; overlapping periods are refused', () => {
    const head = 'id,from,to,status\n';
    const closed = kontor('ledger', 'check', example('journal.csv'), ...accounts, '--periods', file('periods.csv', `${head}2026-09,2026-09-01,2026-09-30,hard-closed\n2026-10,2026-10-01,2026-10-31,open\n`));
    expect(closed.status).toBe(1);
    expect(closed.stdout).toContain('the next open period is 2026-10');
    expect(kontor('ledger', 'check', example('journal.csv'), ...accounts, '--periods', file('overlap.csv', `${head}a,2026-09-01,2026-10-01,open\nb,2026-10-01,2026-10-31,open\n`)).stderr).toContain('overlap');
  });

  it('wrong arguments explain themselves', () => {
    expect(kontor('ledger', 'nothing')).toMatchObject({ status: 2 });
    expect(kontor('ledger', 'statements', 'no-such-file.csv', ...accounts).stderr).toContain('There is no file');
    expect(kontor('ledger', '--help')).toMatchObject({ status: 0, stderr: '' });
  });
});

describe('kontor ledger report', () => {
  it('is kept once, and as a new version with its differences after a late posting', () => {
    const submissions = join(folder, 'submissions.jsonl');
    const report = (journal: string, receipt: string, at: string) => kontor('ledger', 'report', journal, ...accounts, '--period', '2026-10', '--definition', example('return.yaml'), '--format', 'json', '--submissions', submissions, '--submit', receipt, '--at', at);
    const last = (run: ReturnType<typeof kontor>) => JSON.parse(run.stdout.trim().split('\n').at(-1)!) as unknown;
    expect(last(report(example('journal.csv'), 'A-1', '2026-11-10T10:00:00Z'))).toMatchObject({ version: 1, repeated: false, late: false });
    expect(last(report(example('journal.csv'), 'A-2', '2026-11-11T10:00:00Z'))).toMatchObject({ version: 1, repeated: true, receipt: 'A-1' });
    const late = 'J-900,2026-10-31,1000,,EUR,100.00,,,Late,manual,ana,2026-11-12T10:00:00Z\nJ-900,2026-10-31,4000,,EUR,-100.00,,,Late,manual,ana,2026-11-12T10:00:00Z\n';
    const changed = file('late.csv', `${readFileSync(example('journal.csv'), 'utf8').trimEnd()}\n${late}`);
    expect(last(report(changed, 'A-3', '2026-12-01T10:00:00Z'))).toMatchObject({ version: 2, late: true, differences: [{ cell: 'r010', difference: { minor: '10000' } }, { cell: 'r020' }] });
    expect(readFileSync(submissions, 'utf8').trim().split('\n')).toHaveLength(2);
  });
});

describe('kontor ledger forecast, intercompany', () => {
  const forecast = (...more: string[]) => kontor('ledger', 'forecast', example('forecast/forecast.yaml'), ...more);

  it('forecasts the example, base and scenario, and holds what came against the snapshot', () => {
    const base = forecast('--format', 'json');
    expect(base).toMatchObject({ status: 0, stderr: '' });
    expect(base.stdout).toContain('"kind":"snapshot"');
    expect(forecast('--scenario', 'slow customers').stdout).toMatch(/group +EUR +2027-01-25 +21525\.00 +0\.00 +0\.00 +21525\.00/);
    const later = file('later.yaml', readFileSync(example('forecast/forecast.yaml'), 'utf8').replace('today: 2026-11-04', 'today: 2026-11-09').replaceAll(/(\w+\.csv)/g, `${examples}/forecast/$1`));
    const against = kontor('ledger', 'forecast', later, '--statement', example('forecast/statement.csv'), '--against', file('snapshot.jsonl', base.stdout));
    expect(against.stdout).toMatch(/2026-11-02 +receivable +0\.00 +8000\.00 +8000\.00 +0\.00/);
  });

  it('a balance below the minimum and a statement that does not balance end with 1; a bad item gets its line', () => {
    const text = readFileSync(example('forecast/forecast.yaml'), 'utf8').replaceAll(/(\w+\.csv)/g, `${examples}/forecast/$1`);
    expect(kontor('ledger', 'forecast', file('low.yaml', text.replace("minor: '1000000'", "minor: '2000000'")))).toMatchObject({ status: 1, stdout: expect.stringMatching(/reserve +DE01 +house +2026-11-02 +19800\.00 +20000\.00 +P-77/) as string });
    expect(kontor('ledger', 'forecast', file('unbalanced.yaml', text.replace('balanced: true', 'balanced: false')))).toMatchObject({ status: 1, stderr: expect.stringContaining('DE01/house has no imported statement that balances') as string });
    const items = file('items.csv', readFileSync(example('forecast/items.csv'), 'utf8').replace('2500.00', '2500.005'));
    expect(kontor('ledger', 'forecast', file('bad.yaml', text.replace(`${examples}/forecast/items.csv`, items))).stderr).toMatch(/items\.csv, line 4, column 33: amount: 2500.005 has more decimals than EUR allows/);
  });

  it('intercompany items of the example agree', () => expect(kontor('ledger', 'intercompany', example('group/group.yaml'))).toMatchObject({ status: 0, stderr: '2 agree, 0 do not\n' }));
});

describe('kontor reconcile', () => {
  it('matches the example and explains every cent', () => {
    const run = kontor('reconcile', example('bank-ledger.csv'), example('bank-statement.csv'), '--rules', example('bank-rules.yaml'));
    const lines = run.stdout.trim().split('\n').map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(run.status).toBe(1);
    expect(lines.filter(({ kind }) => kind === 'match')).toHaveLength(3);
    expect(lines.filter(({ kind }) => kind === 'open').map(({ id }) => id)).toEqual(['5', 'A4']);
    expect(lines.at(-1)).toMatchObject({ kind: 'total', unexplained: { minor: '0' } });
  });

  it('rules that name what is not there are refused with their place', () => {
    const rules = file('rules.yaml', 'name: x\nleft: { date: date, amount: amount, currency: EUR }\nright: { date: booked, amount: value, currency: EUR }\npasses:\n  - { name: a, kind: one-to-one, keys: [reference] }\n');
    expect(kontor('reconcile', example('bank-ledger.csv'), example('bank-statement.csv'), '--rules', rules).stderr).toContain('pass 1 (a) matches by "reference"');
    expect(kontor('reconcile', example('bank-ledger.csv'), example('bank-statement.csv'), '--rules', file('rules2.yaml', 'name: x\npasses: []\nleft: 5\n')).stderr).toMatch(/line 3, column 7: left/);
  });
});

describe('kontor close', () => {
  it('plans the example: what became stale by the late posting, and why', () => {
    const run = kontor('close', 'plan', example('template.yaml'), '--period', '2026-10', '--events', example('events.jsonl'));
    const lines = run.stdout.trim().split('\n').map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(lines.filter(({ kind }) => kind === 'stale').map(({ task }) => task)).toEqual(['DE01/bank-reconciliation', 'DE01/trial-balance', 'DE01/close']);
    expect(lines.at(-1)).toMatchObject({ kind: 'close', daysToClose: 3, counts: { stale: 3 } });
  });

  it('refuses a bad event with its line and goes on; refuses a template with a circle, printed', () => {
    const refused = kontor('close', 'plan', example('template.yaml'), '--period', '2026-10', '--events', file('events.jsonl', '{"type":"started","task":"DE01/trial-balance","by":"anna","at":"2026-11-02T08:00:00Z"}\n'));
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('line 1: DE01/trial-balance is not ready and cannot be begun: it waits for DE01/accruals, DE01/bank-reconciliation');
    const circle = file('circle.yaml', `schemaVersion: 1\nname: c\nversion: 1\ncalendars: { d: { weekend: [6, 7], holidays: [] } }\npeople: { a: {} }\nentities: [{ id: DE, calendar: d, timeZone: UTC }]\ntasks:\n  - { id: x, title: X, kind: manual, owner: a, after: [y], due: { workday: 1, time: '10:00' }, minutes: 1 }\n  - { id: y, title: Y, kind: manual, owner: a, after: [x], due: { workday: 1, time: '10:00' }, minutes: 1 }\n`);
    expect(kontor('close', 'plan', circle, '--period', '2026-10').stderr).toContain('DE/x → DE/y → DE/x');
  });
});
