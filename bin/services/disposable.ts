import { cpSync, existsSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../temporal-config/settings.ts';
import { writableFolder } from './folders.ts';
import { removeState } from './postgres.ts';
import type { Progress } from './progress.ts';
import { startServices, type Services, type ServicesPlan } from './services.ts';
import { endAllOrphans, ownState, runningOn } from './state.ts';

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
  let left: Promise<void> | undefined;
  const leave = () => (left ??= state.release().then(() => {
    keepLogs(settings, purpose, stateDir);
    removeRun(stateDir);
  }));
  const leftInOrder = leaveWhenInterrupted(leave);
  try {
    return await work(stateDir);
  } finally {
    await leave();
    leftInOrder();
  }
}

/** What has to be left when this process is told to end in the middle of its work. */
const open = new Set<() => Promise<void>>();

/** `leave` ends programs that this process has started and would outlive it; the answer is to be called when they have ended in order. */
export function leaveWhenInterrupted(leave: () => Promise<void>): () => void {
  open.add(leave);
  return () => open.delete(leave);
}

/** Ends every program of the work that is under way and clears its folders. Whoever calls this ends right after: the work itself is not told. */
export async function leaveDisposableStates(): Promise<void> {
  for (const leave of open) await leave();
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
    await endAllOrphans(stateDir, progress);
    removeRun(stateDir);
  }
}

/** With the folders that it links to: those of test houses that nobody disposed of. */
function removeRun(stateDir: string): void {
  for (const entry of readdirSync(stateDir, { withFileTypes: true }))
    if (entry.isSymbolicLink() && existsSync(join(stateDir, entry.name))) removeState(realpathSync(join(stateDir, entry.name)));
  removeState(stateDir);
}

function keepLogs(settings: Settings, purpose: string, stateDir: string): void {
  const kept = join(settings.stateDir, 'logs', purpose);
  rmSync(kept, { recursive: true, force: true });
  if (existsSync(join(stateDir, 'logs'))) cpSync(join(stateDir, 'logs'), kept, { recursive: true });
}
