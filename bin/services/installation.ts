import { join } from 'node:path';
import { migrate } from '../../db/migrate.ts';
import { connectClient } from '../../temporal-config/connection.ts';
import { prepareNamespace } from '../../temporal-config/namespace.ts';
import type { Settings } from '../../temporal-config/settings.ts';
import { fillDatabase } from './fill-database.ts';
import { writableFolder } from './folders.ts';
import { launchNode } from './node-process.ts';
import { requireFreePort } from './ports.ts';
import { standingBack } from './priority.ts';
import type { Progress } from './progress.ts';
import { startServices, type ServicesPlan } from './services.ts';
import type { Addresses } from './state.ts';
import { supervise, type Supervised } from './supervise.ts';

/** All of Kontor on one machine: services, counterparts, worker, API. */
export interface Installation {
  /** With the addresses of what was started. */
  settings: Settings;
  addresses: Addresses;
  stop(): Promise<void>;
}

/** In the order of need; each is told where the earlier ones are. What works in the background leaves the processor to who answers people. */
const ownProcesses = (settings: Settings, stateDir: string) => [
  { name: 'sandbox', title: 'Sandbox counterparts', file: 'sandbox/main.ts', env: sandboxEnvironment(settings.sandboxPort, stateDir), background: false },
  { name: 'worker', title: 'Worker', file: 'workers/main.ts', env: {}, background: true },
  { name: 'api', title: 'API', file: 'api/main.ts', env: {}, background: false },
];

/** The counterparts are foreign systems: they share no settings with us and keep their ledger in a file of their own. */
export function sandboxEnvironment(port: number, stateDir: string): Record<string, string> {
  return { SANDBOX_PORT: String(port), SANDBOX_FILE: join(writableFolder(join(stateDir, 'sandbox')), 'erp.jsonl') };
}

/**
 * Starts everything and waits until it serves; what dies is started again. When a part cannot start, the others are
 * stopped and the error says which part and where its log is.
 */
export async function startInstallation(plan: ServicesPlan, settings: Settings, progress: Progress): Promise<Installation> {
  await requireFreePort(settings.apiPort, 'the API', 'KONTOR_API_PORT', settings.bindAddress);
  await requireFreePort(settings.sandboxPort, 'the sandbox counterparts', 'KONTOR_SANDBOX_PORT');
  await requireFreePort(settings.workerMetricsPort, "the worker's metrics", 'KONTOR_WORKER_METRICS_PORT', settings.bindAddress);
  const services = await startServices({ ...plan, engineStandsBack: true }, settings, progress);
  const running: Supervised[] = [];
  const stop = async () => {
    for (const program of running.reverse()) await program.stop();
    await services.stop();
  };
  const own: Settings = { ...settings, databaseUrl: services.databaseUrl, temporalAddress: services.temporalAddress };
  try {
    await progress.step('Database schema', () => migrate(services.databaseUrl));
    if (own.nodeEnv !== 'production') await progress.step('Companies, people and policies', () => fillDatabase(own, services.databaseUrl, progress.note));
    await progress.step(`Temporal namespace ${own.namespace}`, () => prepareOwnNamespace(own));
    for (const { name, title, file, env, background } of ownProcesses(own, plan.stateDir)) {
      running.push(await progress.step(title, async (because) => {
        because(`it starts; its log is ${plan.stateDir}/logs/${name}.log`);
        const launch = () => launchNode({ name, file, env, settings: own, stateDir: plan.stateDir });
        return supervise(title, background ? standingBack(launch) : launch, progress, plan.stopping);
      }));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { settings: own, addresses: addressesOf(own, services.webUrl), stop };
}

async function prepareOwnNamespace(settings: Settings): Promise<void> {
  const connection = await connectClient(settings);
  try {
    await prepareNamespace(connection, settings.namespace);
  } finally {
    await connection.close();
  }
}

function addressesOf(settings: Settings, webUrl: string | undefined): Addresses {
  return {
    apiUrl: `http://${settings.bindAddress}:${settings.apiPort}`,
    sandboxUrl: settings.sandboxUrl,
    webUrl: webUrl && `${webUrl}/namespaces/${settings.namespace}/workflows`,
    temporalAddress: settings.temporalAddress ?? '',
    namespace: settings.namespace,
    databaseUrl: settings.databaseUrl ?? '',
  };
}
