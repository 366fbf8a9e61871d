import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { leaveWhenInterrupted } from '../../bin/services/disposable.ts';
import { launchNode, type NodeProcess, type ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { removeState } from '../../bin/services/postgres.ts';
import { silent } from '../../bin/services/progress.ts';
import { endOrphans } from '../../bin/services/process.ts';
import { runDirOf, startServices, type Services, type ServicesPlan } from '../../bin/services/services.ts';
import { readSettings, type Settings } from '../../temporal-config/settings.ts';

/**
 * Real processes of a test file: each runs as in production, has its log in one folder, can be stopped in order or
 * killed as a crash would, and is gone after `dispose`.
 */
export interface Processes {
  /** Logs and process ids; `logs/<name>.log`. */
  folder: string;
  /** Starts this program of ours and waits for its `ready` line. */
  start(what: Omit<NodeProcess, 'stateDir'>): Promise<ReadyNodeProcess>;
  /** PostgreSQL and Temporal of the caller's own, for tests that kill them; they come back by themselves on the same ports. */
  services(plan?: Partial<ServicesPlan>): Promise<Services>;
  dispose(): Promise<void>;
}

export function processes(): Processes {
  const folder = mkdtempSync(join(tmpdir(), 'kontor-processes-'));
  chmodSync(folder, 0o755); // the user that runs PostgreSQL must get through
  const link = linkFromRun(folder);
  const own: Services[] = [];
  /** Several of one name may run side by side; the folder keeps a record of the last one only. */
  const running = new Set<ReadyNodeProcess>();
  const dispose = async () => {
    await Promise.all([...running].map(({ kill }) => kill())); // whatever a test is still about, nobody waits for it
    await Promise.all(own.map((services) => services.stop()));
    await endOrphans(runDirOf(folder), silent);
    removeState(folder);
    if (link !== undefined) rmSync(link, { force: true });
  };
  const endedInOrder = leaveWhenInterrupted(dispose);
  return {
    folder,
    async start(what) {
      const started = await launchNode({ ...what, stateDir: folder });
      running.add(started);
      void started.ended.then(() => running.delete(started));
      return started;
    },
    async services(plan = {}) {
      const settings: Settings = { ...readSettings(), databaseUrl: undefined, temporalAddress: undefined };
      const services = await startServices({ stateDir: folder, ports: 'free', temporalStore: settings.temporalStore, web: false, ...plan }, settings, silent);
      own.push(services);
      return services;
    },
    async dispose() {
      await dispose();
      endedInOrder();
    },
  };
}

/** Where `kontor test` looks for what an interrupted test left running; undefined where vitest was started by itself. */
function linkFromRun(folder: string): string | undefined {
  const { testResults } = readSettings();
  if (testResults === undefined) return undefined;
  const link = join(dirname(testResults), basename(folder));
  symlinkSync(folder, link);
  return link;
}
