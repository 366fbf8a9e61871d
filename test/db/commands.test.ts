import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '../../db/client.ts';
import { savePerson } from '../../db/repositories/directory.ts';
import { describeWithDatabase } from '../support/services.ts';
import { aCase, aPerson, useDatabase } from './fixtures.ts';

const home = join(import.meta.dirname, '..', '..');

describeWithDatabase('commands on the database', () => {
  const own = useDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'kontor-commands-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(() =>
    inTransaction(own.db, async (trx) => {
      for (const id of ['ada', 'bob']) await savePerson(trx, aPerson(id, [{ entity: '*', role: 'controller' }]));
    }),
  );
  const kontor = (...args: string[]) => {
    const env = { PATH: process.env.PATH ?? '', DATABASE_URL: own.url, KONTOR_STATE: folder };
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(home, 'bin', 'kontor.mjs'), ...args], { encoding: 'utf8', env });
    return { status, stderr, stdout, lines: stdout.split('\n').filter(Boolean) };
  };
  const shipped = join(home, 'policies', 'approval', 'matrix-de01.yaml');

  it('refuses a matrix with a gap between its bands, naming the line, and stores none of the files', () => {
    const lines = readFileSync(shipped, 'utf8').split('\n');
    const at = lines.findIndex((line, index) => /^\s+over:/.test(line) && index > lines.findIndex((earlier) => /upTo:/.test(earlier)));
    expect(at).toBeGreaterThan(0);
    lines[at] = (lines[at] ?? '').replace(/over:.*/, 'over: "99999999"');
    const broken = join(folder, 'gap.yaml');
    writeFileSync(broken, lines.join('\n'));
    const refused = kontor('policy', 'import', shipped, broken, '--by', 'ada');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(new RegExp(`line ${at + 1}, column \\d+: .*gap`));
    expect(kontor('policy', 'list').lines).toEqual([]);
  });

  it('imports, activates by two persons, and lists what is in force', () => {
    const [imported] = kontor('policy', 'import', shipped, '--by', 'ada').lines.map((line) => JSON.parse(line));
    expect(imported).toMatchObject({ kind: 'approval', added: true });
    const alone = kontor('policy', 'activate', imported.version, '--proposed-by', 'ada', '--approved-by', 'ada');
    expect([alone.status, alone.stderr]).toEqual([1, expect.stringContaining('two different persons')]);
    expect(JSON.parse(kontor('policy', 'list').lines[0] ?? '')).toMatchObject({ inForce: false });
    expect(kontor('policy', 'activate', imported.version, '--proposed-by', 'ada', '--approved-by', 'bob').status).toBe(0);
    expect(JSON.parse(kontor('policy', 'list').lines[0] ?? '')).toMatchObject({ version: imported.version, inForce: true, importedBy: 'person:ada' });
  });

  it('signs, verifies and exports', async () => {
    const caseId = await aCase(own.db, 'command');
    const kept = join(folder, 'kept.jsonl');
    writeFileSync(kept, kontor('audit', 'checkpoint').stdout);
    expect(kontor('audit', 'checkpoint').stdout).toBe(readFileSync(kept, 'utf8'));
    const verified = kontor('audit', 'verify', '--checkpoints', kept);
    expect([verified.status, JSON.parse(verified.stdout)]).toMatchObject([0, { ok: true, checkpoints: 1, unsigned: 0, signaturesChecked: true }]);
    const pack = join(folder, 'case.json');
    expect(kontor('audit', 'export', '--case', caseId, '--out', pack).status).toBe(0);
    expect(JSON.parse(kontor('audit', 'verify', pack).stdout)).toMatchObject({ ok: true, case: caseId, events: 1, proven: 1, completeness: 'not-proven', faults: [] });
    expect(kontor('audit', 'export').lines.length).toBeGreaterThan(3);
  });

  it('says what is wrong with a command and what to do', () => {
    for (const [args, said] of [
      [['audit', 'verify', '--nonsense'], /Unknown option '--nonsense'/],
      [['policy', 'import', shipped], /--by is missing/],
      [['audit', 'export', '--case', 'none'], /no case none/],
    ] as const) {
      const { status, stderr } = kontor(...args);
      expect([status, stderr]).toEqual([expect.any(Number), expect.stringMatching(said)]);
      expect(status).not.toBe(0);
      expect(stderr).not.toMatch(/ at .*\.ts:/);
    }
  });
});
