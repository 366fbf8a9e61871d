import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { programArguments } from '../../bin/services/programs.ts';
import { readSettings } from '../../temporal-config/settings.ts';

const { home: checkout } = readSettings();

describe('a program of ours', () => {
  let home: string;
  const at = (file: string) => join(home, file);
  const put = (file: string, text: string) => {
    mkdirSync(join(at(file), '..'), { recursive: true });
    writeFileSync(at(file), text);
  };
  const ofMain = () => programArguments(home, 'tools/main.ts');
  const translation = async () => (await ofMain()).at(-1)!;
  const run = (words: string[]) => spawnSync(process.execPath, words, { cwd: home, encoding: 'utf8' });

  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'kontor-programs-')));
    put('package.json', '{"type":"module"}');
    put('tsconfig.json', '{"compilerOptions":{"verbatimModuleSyntax":true}}');
    put('node_modules/.package-lock.json', '{}');
    put('node_modules/pure/package.json', '{"type":"module","exports":"./index.js"}');
    put('node_modules/pure/index.js', 'export const pure = "of a package";');
    put('tools/part.ts', 'export const places: string[] = [import.meta.url, import.meta.dirname];\nexport function fail(): never {\n  throw new Error("on purpose");\n}\n');
    put('tools/main.ts', 'import { pure } from "pure";\nimport { fail, places } from "./part.ts";\nif (process.argv[2] === "fail") fail();\nconsole.log(JSON.stringify([pure, "first", ...places]));\n');
    vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] }); // what was written just now counts as old
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(home, { recursive: true });
  });

  it('is translated once, finds its packages, and its modules know where they are', async () => {
    const words = await ofMain();
    expect(words).toEqual(['--enable-source-maps', expect.stringContaining(join('node_modules', '.cache'))]);
    expect(JSON.parse(run(words).stdout)).toEqual(['of a package', 'first', pathToFileURL(at('tools/part.ts')).href, at('tools')]);
    const made = statSync(words[1]!).ino;
    expect(await ofMain()).toEqual(words);
    expect(statSync(words[1]!).ino).toBe(made);
  });

  it('names its sources when it fails', async () => {
    expect(run([...(await ofMain()), 'fail']).stderr).toMatch(/on purpose[^]*tools\/part\.ts:3:9/);
  });

  it.each<[string, () => Promise<void> | void]>([
    ['a module of it changes', () => put('tools/main.ts', 'console.log("second");')],
    ['its translation is damaged', async () => {
      put('tools/main.ts', 'console.log("second");');
      const words = await ofMain();
      writeFileSync(words[1]!, 'console.log("damaged");');
    }],
    ['its translation is gone', async () => {
      put('tools/main.ts', 'console.log("second");');
      rmSync(await translation());
    }],
  ])('is translated anew when %s', async (_what, change) => {
    await ofMain();
    await change();
    expect(run(await ofMain()).stdout).toBe('second\n');
  });

  it('is translated anew when other packages are installed', async () => {
    const made = statSync(await translation()).ino;
    put('node_modules/.package-lock.json', '{"packages":{}}');
    expect(statSync(await translation()).ino).not.toBe(made);
  });

  it('is translated for itself by each of many that start it at once', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, ofMain));
    expect(new Set(all.map(String)).size).toBe(1);
    expect(run(all[0]!).status).toBe(0);
    expect(readdirSync(join(all[0]![1]!, '..')).sort()).toEqual(['main.js', 'main.js.map', 'main.ts.json']);
  });

  it.each<[string, string, () => void]>([
    ['lies elsewhere', join(tmpdir(), 'elsewhere.ts'), () => undefined],
    ['has packages of its own', 'peers/main.ts', () => {
      put('peers/package.json', '{"type":"module"}');
      put('peers/main.ts', 'console.log("peer");');
    }],
    ['is no TypeScript', 'tools/wrong.ts', () => put('tools/wrong.ts', 'const = ;')],
    ['cannot be kept', 'tools/main.ts', () => put('node_modules/.cache', 'no folder')],
  ])('that %s runs as it is', async (_what, file, prepare) => {
    prepare();
    expect(await programArguments(home, file)).toEqual(['--import', 'tsx', join(file.startsWith('/') ? '' : home, file)]);
  });

  it('of a copy that is gone leaves no translation behind', async () => {
    const former = at('node_modules/.cache/kontor/%2Fgone%2Fhome');
    mkdirSync(former, { recursive: true });
    await ofMain();
    expect(existsSync(former)).toBe(false);
  });

  it('starts its threads from what they were translated to', async () => {
    vi.useRealTimers();
    const [, program] = await programArguments(checkout, 'test/services/fixtures/reads.ts');
    const answer = spawnSync(process.execPath, [program!, join(checkout, 'samples/invoices', readdirSync(join(checkout, 'samples/invoices')).find((name) => name.endsWith('.xml'))!)], { cwd: checkout, encoding: 'utf8' });
    expect(answer).toMatchObject({ stdout: '{"ok":true}\n', stderr: '' });
    const thread = join(program!, '../../../../documents/worker/reader-worker.js');
    expect(readFileSync(program!, 'utf8')).toContain(pathToFileURL(join(thread, '../../invoice/read-in-worker.js')).href);
    expect(existsSync(thread)).toBe(true);
  });
});
