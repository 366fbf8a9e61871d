import { builtinModules } from 'node:module';
import { describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../workers/bundle.ts';

/** What may be evaluated inside the workflow sandbox, for every cached process. */
const allowedFolders = /^(workflows|domain\/(rules|errors|errors\.ts|calendar)|temporal-config\/(queues|retry-profiles|search-attributes)\.ts)/;
const allowedPackages = new Set(['@temporalio/workflow', '@temporalio/common', '@temporalio/worker', 'dinero.js', 'nexus-rpc', 'long', 'ms']);
const maxBytes = 700 * 1024;

describe('the workflow bundle', async () => {
  const { code, modules } = await bundleWorkflows();
  const own = modules.filter((file) => !file.includes('node_modules')).map((file) => file.slice(process.cwd().length + 1));
  const packages = modules.filter((file) => file.includes('node_modules')).map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(file)?.[1] ?? file);

  it('holds workflow code, pure rules and constants only', () => {
    expect(own.length).toBeGreaterThan(5);
    expect(own.filter((file) => !allowedFolders.test(file))).toEqual([]);
  });

  it('holds no schema library, logger, database or other package', () => {
    expect([...new Set(packages)].filter((name) => !allowedPackages.has(name))).toEqual([]);
  });

  it('holds no module of Node', () => {
    const names = builtinModules.filter((name) => !['assert', 'url'].includes(name));
    const required = [...code.matchAll(/require\("(?:node:)?([a-z_/]+)"\)/g)].map(([, name]) => name!);
    expect(required.filter((name) => names.includes(name))).toEqual([]);
  });

  it('is at most 700 KB without its inline source map', () => {
    const size = Buffer.byteLength(code.replace(/\n\/\/# sourceMappingURL=[^\n]*\s*$/, ''));
    expect(size).toBeGreaterThan(100 * 1024);
    expect(size).toBeLessThanOrEqual(maxBytes);
  });
});
