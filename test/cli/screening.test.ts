import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { companyCsv, unXml } from '../documents/lists/samples.ts';

const kontor = join(import.meta.dirname, '../../bin/kontor.mjs');
let folder: string;

function run(...args: string[]): { code: number | null; lines: Record<string, unknown>[]; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [kontor, ...args], { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr, lines: stdout.startsWith('{') ? stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>) : [] };
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kontor-screening-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const names = 'id,name,kind,dob,country\n1,Haris al Dari,person,1971-05-03,Iraq\n2,Ingeborg Abrahamsen,,,\n3,,person,,\n4,Lars Olsen,person,1970-02-30,\n';

describe('kontor screen', () => {
  it('prints a line a name in the given order and shows the gravest state in the exit code', () => {
    const { code, lines, err } = run('screen', '--lists', write('own.csv', companyCsv), '--names', write('names.csv.txt', names), '--today', '2026-06-08');
    expect(lines.map((line) => [line['id'], line['state']])).toEqual([['1', 'HIT'], ['2', 'CLEAR'], ['3', 'REVIEW'], ['4', 'ERROR']]);
    expect(lines[0]!['best']).toMatchObject({ entry: 'c1', list: 'own', score: expect.any(Number), name: 'Haris Dari', reasons: expect.arrayContaining([expect.objectContaining({ code: 'birthDate' })]) });
    expect(lines[3]!['notes']).toEqual([expect.stringContaining('line 5: 1970-02-30')]);
    expect(code).toBe(13);
    expect(err).toContain('own: 2 of 2 entries');
  });

  it.each<[string, string, string, string[], number]>([
    ['all clear', '9,Ingeborg Abrahamsen,person,,\n', companyCsv, ['--today', '2026-06-08'], 0],
    ['a hit', '9,Harith al-Dari,person,,\n', companyCsv, ['--today', '2026-06-08'], 10],
    ['a name to review', '9,X,person,,\n', companyCsv, ['--today', '2026-06-08'], 11],
    ['a list too old', '9,Ingeborg Abrahamsen,person,,\n', companyCsv, ['--today', '2026-06-20'], 12],
    ['a longer age allowed', '9,Ingeborg Abrahamsen,person,,\n', companyCsv, ['--today', '2026-06-20', '--max-age-days', '30'], 0],
    ['an incomplete list', '9,Ingeborg Abrahamsen,person,,\n', companyCsv.replace('Desert Trading LLC', ''), ['--today', '2026-06-08'], 13],
    ['a list cut in half', '9,Ingeborg Abrahamsen,person,,\n', unXml.slice(0, 600), ['--today', '2026-02-28'], 13],
  ])('%s', (label, row, list, options, code) => {
    const result = run('screen', '--lists', write(`${label}.${list.startsWith('<') ? 'xml' : 'csv'}`, list), '--names', write(`${label}.names`, `id,name,kind,dob,country\n${row}`), ...options);
    expect({ code: result.code, lines: result.lines.length }).toEqual({ code, lines: 1 });
  });

  it.each<[string, string[], number, string]>([
    ['no arguments', [], 2, '--lists and --names are needed'],
    ['an unknown option', ['--list', 'x'], 2, "Unknown option '--list'"],
    ['a folder that is not there', ['--lists', '/nowhere', '--names', '/nowhere.csv'], 1, 'There is no file /nowhere.csv'],
    ['an unknown profile', ['--lists', 'x', '--names', 'y', '--profile', 'strict'], 1, 'There is no profile strict'],
    ['a threshold beyond 1', ['--lists', 'x', '--names', 'y', '--threshold', '85'], 1, '--threshold must be a number from 0 to 1'],
  ])('refuses %s', (_label, args, code, message) => {
    const result = run('screen', ...args);
    expect(result.code).toBe(code);
    expect(result.err).toContain(message);
    expect(result.out).toBe('');
  });

  it('several threads answer as one', () => {
    const lists = write('threads.csv', companyCsv);
    const many = write('many.names', `id,name,kind,dob,country\n${Array.from({ length: 120 }, (_, at) => `${at},${at % 3 ? 'Ingeborg Abrahamsen' : 'Haris Dari'},person,,\n`).join('')}`);
    const one = run('screen', '--lists', lists, '--names', many, '--today', '2026-06-08', '--workers', '1');
    expect(run('screen', '--lists', lists, '--names', many, '--today', '2026-06-08', '--workers', '2').out).toBe(one.out);
    expect(one.lines).toHaveLength(120);
  });
});

describe('kontor name-score', () => {
  it('prints the score and contributions that add up to it', () => {
    const { code, lines } = run('name-score', 'Ted Kaczynski', 'KACZYNSKI, Theodore', '--json');
    const [result] = lines as unknown as [{ score: number; match: boolean; contributions: { points: number }[] }];
    expect(code).toBe(0);
    expect(result.match).toBe(true);
    expect(result.contributions.reduce((sum, each) => sum + each.points, 0)).toBeCloseTo(result.score, 9);
    expect(run('name-score', 'Ted Kaczynski', 'KACZYNSKI, Theodore').out).toContain('ted is a form of theodore');
  });

  it('scores pairs of a file, 0 to 100 with ofac-parity', () => {
    const pairs = write('pairs.csv', 'id,kind,a,b\np1,person,Bashar al-Asasd,Bashar al-Assad\np2,company,Siemens AG,Volkswagen AG\n');
    expect(run('name-score', '--pairs', pairs).lines).toEqual([{ id: 'p1', score: expect.any(Number), match: true }, { id: 'p2', score: expect.any(Number), match: false }]);
    expect(run('name-score', 'BIN LADEN', 'BIN LADEN, Osama', '--profile', 'ofac-parity', '--json').lines[0]).toMatchObject({ score: 100, match: true });
  });

  it('refuses a file without its columns', () => {
    const { code, err } = run('name-score', '--pairs', write('bad.csv', 'id,a\n1,x\n'));
    expect(code).toBe(1);
    expect(err).toContain('has no column kind');
  });
});

describe('kontor lists diff', () => {
  it('prints each change and asks for two persons when much is gone (K17)', () => {
    const next = write('next.csv', companyCsv.replace('c2,Desert Trading LLC', 'c3,Ocean Trading LLC'));
    const { code, lines } = run('lists', 'diff', write('old.csv', companyCsv), next);
    expect(lines.map((line) => line['change'] ?? line['release'])).toEqual(['addition', 'delisting', 'two persons']);
    expect(code).toBe(3);
    expect(run('lists', 'diff', next, next).code).toBe(0);
  });
});
