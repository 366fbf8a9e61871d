import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sampleStatement } from '../documents/statements/public-statements.ts';

const kontor = fileURLToPath(new URL('../../bin/kontor.mjs', import.meta.url));

function statement(...files: string[]) {
  const run = spawnSync(process.execPath, [kontor, 'statement', ...files], { encoding: 'utf8' });
  return { status: run.status, stderr: run.stderr, lines: run.stdout.trim().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as object) };
}

describe('kontor statement', () => {
  it('prints one line a file, tells repeats between the files, and exits 1 when one was refused', () => {
    const [mt940, bai2] = [sampleStatement('october.sta'), sampleStatement('october.bai2')];
    const { status, lines, stderr } = statement(mt940, mt940, fileURLToPath(import.meta.url), '/nowhere', bai2);
    expect(status).toBe(1);
    expect(lines).toMatchObject([
      { file: mt940, ok: true, format: 'mt940', statements: [{ account: 'DE89370400440532013000', number: '41', currency: 'EUR', opening: { minor: '100000' }, closing: { minor: '119950' }, findings: [], entries: [{ amount: { currency: 'EUR', minor: '25000' } }, {}, {}] }] },
      { ok: true, statements: [{ findings: [{ code: 'repeat' }] }] },
      { ok: false, problem: { code: 'statement-format-unknown', place: { line: 1 } } },
      { ok: false, problem: { code: 'document-unreadable' } },
      { ok: true, format: 'bai2' },
    ]);
    expect(stderr).toContain('repeat');
    expect(stderr).toContain('statement-format-unknown');
  });

  it('explains itself', () => {
    expect(statement('--help').status).toBe(0);
    expect(statement().status).toBe(2);
    expect(statement(sampleStatement('returns.ach')).status).toBe(0);
  });
});
