import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sourceRevision } from '../../bin/services/source-revision.ts';

describe('what results count for', () => {
  let home: string;
  const write = (name: string, text: string) => writeFileSync(join(home, name), text);
  const git = (...words: string[]) => execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...words], { cwd: home, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'kontor-revision-'));
    mkdirSync(join(home, 'test/faults'), { recursive: true });
    mkdirSync(join(home, 'node_modules'));
    write('.gitignore', 'node_modules\n');
    write('product.ts', 'one');
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('is the commit while the files are its own, whatever runs have left', () => {
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'x');
    const commit = git('rev-parse', '--short', 'HEAD');
    expect(sourceRevision(home, join(home, 'state'))).toBe(commit);
    write('test/faults/kept-seeds.json', '[]');
    write('node_modules/other.ts', 'x');
    mkdirSync(join(home, 'state'));
    write('state/log', 'x');
    expect(sourceRevision(home, join(home, 'state'))).toBe(commit);
  });

  it('tells two changes apart, and files that nobody has added', () => {
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'x');
    const seen = new Set([sourceRevision(home, join(home, 'state'))]);
    for (const change of [() => write('product.ts', 'two'), () => write('product.ts', 'three'), () => write('more.ts', 'x')]) {
      change();
      seen.add(sourceRevision(home, join(home, 'state')));
    }
    expect(seen.size).toBe(4);
    write('product.ts', 'two');
    rmSync(join(home, 'more.ts'));
    expect(seen, 'the same change is the same').toContain(sourceRevision(home, join(home, 'state')));
  });

  it('goes by the files alone where there is no checkout, and within that of somebody else', () => {
    const before = sourceRevision(home, join(home, 'state'));
    expect(before).toMatch(/^files-[0-9a-f]{10}$/);
    write('product.ts', 'two');
    expect(sourceRevision(home, join(home, 'state'))).not.toBe(before);
    const parent = home;
    git('init', '-q');
    home = join(parent, 'within');
    mkdirSync(home);
    write('product.ts', 'one');
    expect(sourceRevision(home, join(home, 'state'))).toMatch(/^files-/);
    home = parent;
  });
});
