import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../domain/errors.ts';

const home = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: home, encoding: 'utf8' }).split('\n').filter((file) => file !== '' && existsSync(join(home, file)));
const code = files.filter((file) => /\.(ts|tsx|mjs|cjs)$/.test(file));
const words = files.filter((file) => /\.(ts|tsx|mjs|md|yaml)$/.test(file) && !file.startsWith('samples/'));
const read = (file: string) => readFileSync(join(home, file), 'utf8');

/** Each rule takes a text and says what is wrong with it; the same functions are tried on planted texts below. */
const tooLong = (text: string, limit: number): string[] => (text.split('\n').length - 1 > limit ? [`has ${text.split('\n').length - 1} lines, more than ${limit}`] : []);
const unfinished = (text: string): string[] => [...text.matchAll(new RegExp(String.raw`\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'not imple' + 'mented', 'for n' + 'ow'].join('|')})\b`, 'g'))].map(([word]) => `says ${word}`);
const machinePaths = (text: string): string[] => [...text.matchAll(/(?<![\w./])\/(work|root|home\/\w+)\/[\w.-]+/g)].map(([path]) => `names ${path}`);
const mainLines = (text: string, name: string): number => {
  const from = text.indexOf(`export async function ${name}(`);
  return text.slice(from, text.indexOf('\n}', from) + 2).split('\n').length;
};

describe('file shapes', () => {
  it('files have at most 300 lines, tests at most 400', () => {
    expect(code.length).toBeGreaterThan(300);
    expect(code.flatMap((file) => tooLong(read(file), file.startsWith('test/') ? 400 : 300).map((fault) => `${file} ${fault}`))).toEqual([]);
  });

  it('nothing says that it is unfinished, and nothing names a machine', () => {
    expect(words.filter((file) => file !== 'test/tidy/shapes.test.ts').flatMap((file) => [...unfinished(read(file)), ...machinePaths(read(file))].map((fault) => `${file} ${fault}`))).toEqual([]);
  });

  it('only entry points, commands and benchmarks print', () => {
    const mayPrint = /^(bin|bench|test|sandbox)\/|^(api|workers)\/main\.ts$/;
    const printing = code.filter((file) => !mayPrint.test(file) && /\bconsole\.(log|info|debug)\(/.test(read(file)));
    expect(printing).toEqual([]);
  });

  it('the rules above catch what they are for', () => {
    expect(tooLong('x\n'.repeat(301), 300)).toHaveLength(1);
    expect(tooLong('x\n'.repeat(300), 300)).toEqual([]);
    expect(unfinished(`// ${'TO' + 'DO'}: later`)).toHaveLength(1);
    expect(machinePaths(`see ${'/wo' + 'rk/main/x.ts'}`)).toHaveLength(1);
    expect(machinePaths('GET /v1/invoices/{id}')).toEqual([]);
    expect(mainLines('export async function a(): Promise<void> {\n  x();\n}\n', 'a')).toBe(3);
  });
});

describe('processes', () => {
  const index = read('workflows/index.ts');
  const processes = [...index.matchAll(/export \{ (\w+) \} from '\.\/(.+)';/g)].map(([, name, path]) => ({ name: name!, file: `workflows/${path}` }));
  /** Looks and housekeeping that fit in one activity: no person decides, so no diagram and no page of their own. */
  const withoutDiagram = new Set(['erpChanges', 'maintenance', 'bankMessages', 'launchPaymentRuns', 'reconcilePaymentLedger']);
  const dashed = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

  it('there are some', () => expect(processes.length).toBeGreaterThan(1));

  it.each(processes)('$name has a purpose comment, a main function of at most 70 lines, a contract and a declaration', ({ name, file }) => {
    const text = read(file);
    expect(text.startsWith('/**')).toBe(true);
    expect(mainLines(text, name)).toBeLessThanOrEqual(70);
    expect(files).toContain(`workflows/contracts/${dashed(name)}.ts`);
    expect(files).toContain(`policies/processes/${dashed(name)}.yaml`);
  });

  it.each(processes.filter(({ name }) => !withoutDiagram.has(name)))('$name has a diagram, a page and a process test', ({ name }) => {
    expect(files).toContain(`models/${dashed(name)}.bpmn`);
    expect(files).toContain(`docs/${dashed(name)}.md`);
    expect(files).toContain(`test/process/${dashed(name)}.test.ts`);
  });
});

describe('adapters, errors, words', () => {
  it('every adapter hands itself to the contract suite of its port', () => {
    const adapters = [...new Set(files.flatMap((file) => /^adapters\/(erp|bank|screening)\/([\w-]+)\//.exec(file)?.slice(1, 3).join('/') ?? []))];
    expect(adapters.length).toBeGreaterThan(0);
    for (const adapter of adapters) expect(read(`test/adapters/${adapter}.test.ts`)).toContain(`contracts/${adapter.split('/')[0]}`);
  });

  it('every error says what it is and what to do next', () => {
    for (const [code, { title, remedy }] of Object.entries(errorCatalogue)) expect([code, title.length > 5, remedy.length > 5]).toEqual([code, true, true]);
  });

  it('every relative link in the documentation leads to a file', () => {
    const broken = files.filter((file) => file.endsWith('.md')).flatMap((file) =>
      [...read(file).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target]) => target!)
        .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(home, dirname(file), target)))
        .map((target) => `${file} links to ${target}`),
    );
    expect(broken).toEqual([]);
  });
});
