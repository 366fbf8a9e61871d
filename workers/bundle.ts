import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** The workflow code of all processes; `.ts` from the sources, `.js` from `dist/`. */
export const ownWorkflows = fileURLToPath(new URL(`../workflows/index${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));

/** What keeps a refused payload from acting and from blocking its process. */
const refusedPayloads = fileURLToPath(new URL(`../workflows/parts/refused-payloads${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));

export interface Bundle {
  code: string;
  /** Files that went in, project and packages alike. */
  modules: string[];
}

export type FreshBundle = Bundle & {
  /** Every file that the bundler looked into: the modules, the maps of their sources, descriptions of packages, and this way of bundling. */
  read: string[];
};

/**
 * Bundles the workflow code once for all workers of a process. Our own modules keep nothing between calls, which a test asserts, so that a worker
 * evaluates them once, and the libraries that they import with them, which are pure. The module list is asserted, too: no schema library, no
 * logger, no database, no node module. Failures raised in the sandbox are written by the converter that the worker uses too.
 */
export async function bundleWorkflows(converter: BundledConverter = {}, workflowsPath = ownWorkflows): Promise<FreshBundle> {
  const modules = new Set<string>();
  const read = new Set<string>([fileURLToPath(import.meta.url)]);
  const bundle: WorkflowBundleWithSourceMap = await bundleWorkflowCode({
    ...choices(converter, workflowsPath),
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error },
    webpackConfigHook: (config) => {
      type Plugin = NonNullable<typeof config.plugins>[number];
      return { ...config, plugins: [...(config.plugins ?? []), record(modules, read) as unknown as Plugin] };
    },
  });
  return { code: bundle.code, modules: [...modules].sort(), read: [...read].filter(isFile) };
}

/** What decides on a bundle besides the files that go in: the same text for the same choices on the same runtime. */
export function bundleChoices(converter: BundledConverter, workflowsPath: string): string {
  return JSON.stringify({ ...choices(converter, workflowsPath), cwd: process.cwd(), node: process.version });
}

export type BundledConverter = Pick<DataConverter, 'failureConverterPath'>;

function choices({ failureConverterPath }: BundledConverter, workflowsPath: string) {
  return {
    workflowsPath,
    workflowInterceptorModules: [refusedPayloads],
    failureConverterPath,
    ...(workflowsPath === ownWorkflows ? { preloadModules: [ownWorkflows, refusedPayloads] } : {}),
  };
}

interface Compiler {
  hooks: {
    compilation: { tap(name: string, tapped: (compilation: Compilation) => void): void };
    afterCompile: { tap(name: string, tapped: (compilation: Compilation) => void): void };
  };
}

interface Compilation {
  hooks: { finishModules: { tap(name: string, tapped: (modules: Iterable<{ resource?: string }>) => void): void } };
  fileDependencies: Iterable<string>;
}

function record(modules: Set<string>, read: Set<string>) {
  return {
    apply(compiler: Compiler) {
      compiler.hooks.compilation.tap('record', (compilation) => {
        compilation.hooks.finishModules.tap('record', (finished) => {
          for (const { resource } of finished) if (resource) modules.add(resource);
        });
      });
      compiler.hooks.afterCompile.tap('record', ({ fileDependencies }) => {
        for (const path of fileDependencies) read.add(path);
      });
    },
  };
}

/** The bundler names the folders that it came through, and the entry that it wrote in memory, too. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
