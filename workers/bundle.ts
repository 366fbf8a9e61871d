import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** The workflow code of all processes; `.ts` from the sources, `.js` from `dist/`. */
const ownWorkflows = fileURLToPath(new URL(`../workflows/index${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));

/** What keeps a refused payload from acting and from blocking its process. */
const refusedPayloads = fileURLToPath(new URL(`../workflows/parts/refused-payloads${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url));

export interface Bundle {
  code: string;
  /** Files that went in, project and packages alike. */
  modules: string[];
}

/**
 * Bundles the workflow code once for all workers of a process. Whatever a workflow imports is evaluated again for each
 * cached workflow, so the module list is asserted by a test: no schema library, no logger, no database, no node module.
 * Failures raised in the sandbox are written by the converter that the worker uses too.
 */
export async function bundleWorkflows({ failureConverterPath }: Pick<DataConverter, 'failureConverterPath'> = {}, workflowsPath = ownWorkflows): Promise<Bundle> {
  const modules = new Set<string>();
  const bundle: WorkflowBundleWithSourceMap = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: [refusedPayloads],
    failureConverterPath,
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error },
    webpackConfigHook: (config) => {
      type Plugin = NonNullable<typeof config.plugins>[number];
      return { ...config, plugins: [...(config.plugins ?? []), recordModules(modules) as unknown as Plugin] };
    },
  });
  return { code: bundle.code, modules: [...modules].sort() };
}

interface Compiler {
  hooks: { compilation: { tap(name: string, tapped: (compilation: Compilation) => void): void } };
}

interface Compilation {
  hooks: { finishModules: { tap(name: string, tapped: (modules: Iterable<{ resource?: string }>) => void): void } };
}

function recordModules(into: Set<string>) {
  return {
    apply(compiler: Compiler) {
      compiler.hooks.compilation.tap('record-modules', (compilation) => {
        compilation.hooks.finishModules.tap('record-modules', (modules) => {
          for (const { resource } of modules) if (resource) into.add(resource);
        });
      });
    },
  };
}
