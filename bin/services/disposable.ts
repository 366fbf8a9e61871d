import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../temporal-config/settings.ts';
import { writableFolder } from './folders.ts';
import { removeState } from './postgres.ts';
import { endOrphans } from './process.ts';
import type { Progress } from './progress.ts';
import { runDirOf, startServices, type Services, type ServicesPlan } from './services.ts';
import { ownState, runningOn } from './state.ts';

/**
 * Gives `work` a state folder that exists only meanwhile: nothing of a running installation is touched, and nothing
 * but the logs (`logs/<purpose>` of the state folder) is left. What killed runs left behind is cleared first.
 */
export async function withDisposableState<T>(purpose: string, settings: Settings, progress: Progress, work: (stateDir: string) => Promise<T>): Promise<T> {
  const runs = writableFolder(join(settings.stateDir, 'runs'));
  await clearDeadRuns(runs, progress);
  const stateDir = writableFolder(join(runs, `${purpose}-${process.pid}`));
  const state = await ownState(stateDir, progress);
  if ('holder' in state) throw new Error(`The folder ${stateDir} of this very process is owned by another.`);
  try {
    return await work(stateDir);
  } finally {
    await state.release();
    keepLogs(settings, purpose, stateDir);
    removeState(stateDir);
  }
}

/** PostgreSQL and Temporal for the time of `work`, on free ports, apart from any running installation. */
export async function withServices<T>(purpose: string, plan: Pick<ServicesPlan, 'temporalStore'>, settings: Settings, progress: Progress, work: (services: Services, stateDir: string) => Promise<T>): Promise<T> {
  return withDisposableState(purpose, settings, progress, async (stateDir) => {
    const services = await startServices({ stateDir, ports: 'free', web: false, ...plan }, settings, progress);
    try {
      return await work(services, stateDir);
    } finally {
      await services.stop();
    }
  });
}

async function clearDeadRuns(runs: string, progress: Progress): Promise<void> {
  for (const name of readdirSync(runs)) {
    const stateDir = join(runs, name);
    if (runningOn(stateDir) !== undefined) continue;
    await endOrphans(runDirOf(stateDir), progress);
    removeState(stateDir);
  }
}

function keepLogs(settings: Settings, purpose: string, stateDir: string): void {
  const kept = join(settings.stateDir, 'logs', purpose);
  rmSync(kept, { recursive: true, force: true });
  if (existsSync(join(stateDir, 'logs'))) cpSync(join(stateDir, 'logs'), kept, { recursive: true });
}
