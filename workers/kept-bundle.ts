import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { keptOrMade, tolerantly } from '../bin/services/kept.ts';
import { bundleChoices, bundleWorkflows, ownWorkflows, type Bundle, type BundledConverter } from './bundle.ts';

/** One a checkout and way of bundling; the ones that were used last stay. About 2 MB each. */
const mostKept = 16;

/**
 * The workflow bundle of an earlier start while nothing has changed that went into it: to bundle costs more than the rest of a worker's start. A file
 * that is new in a folder of ours, other packages, other choices or another runtime make a new one.
 */
export async function keptBundle(cacheDir: string, converter: BundledConverter = {}, workflowsPath = ownWorkflows, bundler = bundleWorkflows): Promise<Bundle> {
  const folder = join(cacheDir, 'workflow-bundles');
  const name = createHash('sha256').update(bundleChoices(converter, workflowsPath)).digest('hex').slice(0, 20);
  return keptOrMade(join(folder, `${name}.json`), async () => {
    tolerantly(() => prune(folder));
    const { read, ...bundle } = await bundler(converter, workflowsPath);
    return { value: bundle, from: [...read, installedPackages(), ...ownFolders(bundle.modules)] };
  });
}

/** Makes room for one. */
function prune(folder: string): void {
  const files = readdirSync(folder).map((name) => join(folder, name)).map((path) => ({ path, usedAt: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  files.sort((one, other) => other.usedAt - one.usedAt);
  for (const { path } of files.slice(mostKept - 1)) rmSync(path, { force: true });
}

/** npm writes it with every installation: bundler, translator and libraries in their versions. */
function installedPackages(): string {
  const worker = createRequire(import.meta.url).resolve('@temporalio/worker/package.json');
  return join(dirname(worker), '../../.package-lock.json');
}

/** A file that appears beside a module, or a folder of packages above it, may be taken in its stead. */
function ownFolders(modules: string[]): string[] {
  const folders = new Set<string>();
  for (const module of modules.filter((file) => !file.includes('/node_modules/'))) {
    for (let folder = dirname(module); !isProject(folder); folder = dirname(folder)) folders.add(folder);
  }
  return [...folders];
}

/** What lies beside the project's own description (logs, state, results) concerns no bundle. */
function isProject(folder: string): boolean {
  return folder === dirname(folder) || statSync(join(folder, 'package.json'), { throwIfNoEntry: false }) !== undefined;
}
