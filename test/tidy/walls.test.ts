import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { breaches, importsOf } from './imports.ts';
import { free, walls } from './walls.ts';

const home = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const folders = [...new Set(walls.map(({ from }) => from.split('/')[0]!))];

describe('who may import whom', () => {
  it('no import crosses a wall', async () => {
    const imports = await importsOf(folders, home);
    expect(imports.length).toBeGreaterThan(300);
    expect(breaches(imports)).toEqual([]);
  }, 600_000); // resolves every import of the house, which takes minutes beside busy neighbours

  it('every folder with code has a wall or is free on purpose', () => {
    const others = ['node_modules', 'dist', 'docs', 'models', 'policies', 'samples', 'coverage', 'types'];
    const withCode = readdirSync(home, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !others.includes(entry.name))
      .map(({ name }) => name);
    expect(withCode.filter((name) => !folders.includes(name) && !free.includes(name))).toEqual([]);
  });

  it.each([
    ['domain/rules/x.ts', 'npm:zod', false],
    ['domain/rules/x.ts', 'domain/model/money.ts', false],
    ['workflows/x.ts', 'activities/x.ts', false],
    ['workflows/x.ts', 'npm:pino', false],
    ['workflows/x.ts', 'node:crypto', false],
    ['workflows/x.ts', 'domain/model/money.ts', false],
    ['api/x.ts', 'adapters/erp/sandbox/client.ts', true],
    ['adapters/erp/sandbox/client.ts', 'adapters/erp/tryton/client.ts', false],
    ['db/x.ts', 'npm:express', false],
    ['sandbox/x.ts', 'db/client.ts', false],
    ['documents/x.ts', 'db/client.ts', false],
  ])('%s may not import %s', (from, to, typeOnly) => {
    expect(breaches([{ from, to, typeOnly }])).toHaveLength(1);
  });

  it.each([
    ['workflows/x.ts', 'domain/model/money.ts', true],
    ['workflows/x.ts', 'domain/rules/money.ts', false],
    ['adapters/erp/sandbox/client.ts', 'adapters/erp/sandbox/translate.ts', false],
    ['domain/rules/x.ts', 'domain/model/money.ts', true],
  ])('%s may import %s', (from, to, typeOnly) => {
    expect(breaches([{ from, to, typeOnly }])).toEqual([]);
  });
});
