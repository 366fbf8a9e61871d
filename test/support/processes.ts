import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  /** Starts `node --import tsx FILE` and waits for its `ready` line. */
  start(what: Omit<NodeProcess, 'stateDir'>): Promise<ReadyNodeProcess>;
  /** PostgreSQL and Temporal of the caller's own, for tests that kill them; they come back by themselves on the same ports. */
  services(plan?: Partial<ServicesPlan>): Promise<Services>;
  dispose(): Promise<void>;
}

export function processes(): Processes {
  const folder = mkdtempSync(join(tmpdir(), 'kontor-processes-'));
  chmodSync(folder, 0o755); // the user that runs PostgreSQL must get through
  const own: Services[] = [];
  /** Several of one name may run side by side; the folder keeps a record of the last one only. */
  const running = new Set<ReadyNodeProcess>();
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
      for (const services of own) await services.stop();
      await endOrphans(runDirOf(folder), silent);
      for (const { kill } of running) await kill();
      removeState(folder);
    },
  };
}
