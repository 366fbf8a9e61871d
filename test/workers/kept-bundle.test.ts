import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FreshBundle } from '../../workers/bundle.ts';
import { keptBundle } from '../../workers/kept-bundle.ts';

/** A bundler that joins files, over a project of its own; what the real one reads is asserted with the bundle's modules. */
describe('the kept workflow bundle', () => {
  let folder: string;
  let cache: string;
  let times: number;
  const modules = ['workflows/index.ts', 'workflows/parts/wait.ts', 'domain/rules/sum.ts', 'node_modules/pure/index.js'];
  const at = (path: string) => join(folder, 'project', path);
  const put = (path: string, text: string) => {
    mkdirSync(join(at(path), '..'), { recursive: true });
    writeFileSync(at(path), text);
  };
  const bundler = async (): Promise<FreshBundle> => {
    times += 1;
    const paths = modules.map(at);
    return { code: paths.map((path) => readFileSync(path, 'utf8')).join('\n'), modules: paths, read: [...paths, at('package.json'), at('node_modules/pure/package.json')] };
  };
  const worker = (failureConverterPath?: string, entry = at('workflows/index.ts')) => keptBundle(cache, { failureConverterPath }, entry, bundler);
  const kept = () => readdirSync(join(cache, 'workflow-bundles')).map((name) => join(cache, 'workflow-bundles', name));
  const onlyKept = () => {
    expect(kept()).toHaveLength(1);
    return kept()[0]!;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kontor-kept-'));
    cache = join(folder, 'cache');
    times = 0;
    for (const path of [...modules, 'package.json', 'node_modules/pure/package.json']) put(path, `of ${path}`);
    later(60);
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true });
  });

  /** So that what was written just now counts as old. */
  function later(seconds: number): void {
    vi.useFakeTimers({ now: Date.now() + seconds * 1_000, toFake: ['Date'] });
  }

  it('serves the next start, the same in every respect', async () => {
    const first = await worker();
    expect(await worker()).toEqual(first);
    expect(times).toBe(1);
    expect(Object.keys(first).sort()).toEqual(['code', 'modules']);
  });

  it.each<[string, () => void]>([
    ['a module of ours changes', () => put('workflows/parts/wait.ts', 'changed')],
    ['a module of ours changes and keeps its length and its time', () => {
      const { atime, mtime } = statSync(at('domain/rules/sum.ts'));
      put('domain/rules/sum.ts', 'OF domain/rules/sum.ts');
      utimesSync(at('domain/rules/sum.ts'), atime, mtime);
    }],
    ['a module of a package changes', () => put('node_modules/pure/index.js', 'changed')],
    ['a package describes itself in another way', () => put('node_modules/pure/package.json', '{"main":"other.js"}')],
    ['a file appears beside a module', () => put('workflows/parts/wait.js', 'taken instead')],
    ['a folder of packages appears nearer to a module', () => put('domain/node_modules/pure/index.js', 'taken instead')],
    ['a description appears above a module', () => put('workflows/package.json', '{"type":"commonjs"}')],
    ['a file beside a module goes', () => rmSync(at('workflows/notes.md'))],
  ])('is made anew when %s', async (_what, change) => {
    put('workflows/notes.md', 'goes');
    later(60);
    await worker();
    change();
    expect((await worker()).code).toBe((await bundler()).code);
    expect(times).toBe(3);
  });

  it('is made anew for other choices, without touching the one before', async () => {
    await worker();
    await worker(at('converter.cjs'));
    await worker(undefined, at('workflows/parts/wait.ts'));
    expect(times).toBe(3);
    await worker();
    expect(times).toBe(3);
    expect(kept()).toHaveLength(3);
  });

  it('is not taken over by another checkout, and none takes it from one', async () => {
    const here = await worker();
    const changed = at('copy/workflows/index.ts');
    put('copy/workflows/index.ts', 'changed');
    const there = await keptBundle(cache, {}, changed, async () => ({ code: 'changed', modules: [changed], read: [changed] }));
    expect(there.code).toBe('changed');
    expect(await worker()).toEqual(here);
    expect(times).toBe(1);
  });

  it('holds for the installed packages only', async () => {
    await worker();
    expect(readFileSync(onlyKept(), 'utf8')).toContain('/node_modules/.package-lock.json"');
  });

  it.each<[string, (file: string) => void]>([
    ['cut off', (file) => writeFileSync(file, readFileSync(file).subarray(0, -20))],
    ['empty', (file) => writeFileSync(file, '')],
    ['changed in one character of the code', (file) => writeFileSync(file, readFileSync(file, 'utf8').replace('of workflows', 'if workflows'))],
    ['somebody else\'s', (file) => writeFileSync(file, '{"code":"","modules":[],"prints":[]}')],
    ['a folder', (file) => {
      rmSync(file);
      mkdirSync(file);
    }],
  ])('is made anew when what was kept is %s', async (_what, damage) => {
    const whole = await worker();
    damage(onlyKept());
    expect(await worker()).toEqual(whole);
    expect(times).toBe(2);
  });

  it('is not needed: a cache that cannot be written or is no folder costs time alone', async () => {
    writeFileSync(cache, 'no folder');
    expect((await worker()).code).toBe((await bundler()).code);
  });

  it('is not kept when a file may have changed while it was made', async () => {
    vi.useRealTimers();
    put('workflows/index.ts', 'changed a moment ago');
    await worker();
    expect(() => kept()).toThrow('ENOENT');
  });

  it('is whole after many starts at once, of which none left anything else', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => worker()));
    expect(new Set(all.map(({ code }) => code)).size).toBe(1);
    onlyKept();
    times = 0;
    await worker();
    expect(times).toBe(0);
  });

  it('leaves the disk when it is the one of sixteen that was not used for longest, and what a killed process left half written goes first', async () => {
    const files: string[] = [];
    for (let other = 0; other < 16; other += 1) {
      await worker(at(`converter-${other}.cjs`));
      files.push(...kept().filter((file) => !files.includes(file)));
      utimesSync(files[other]!, other + 1, other + 1);
    }
    const half = `${files[3]}.4711`;
    writeFileSync(half, 'half');
    utimesSync(half, 0, 0);

    await worker(at('converter-0.cjs'));
    await worker(at('another.cjs'));
    expect(times).toBe(17);
    expect(kept()).toHaveLength(16);
    expect([files[0], ...files.slice(2)].filter((file) => !kept().includes(file!))).toEqual([]);
    expect([half, files[1]].filter((file) => kept().includes(file!))).toEqual([]);
  });
});
