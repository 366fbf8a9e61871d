import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KontorError } from '../../domain/errors.ts';
import { connectClient } from '../../temporal-config/connection.ts';
import type { Settings, TemporalStore } from '../../temporal-config/settings.ts';
import { freePort, requireFreePort } from './ports.ts';
import { preparePostgres, withClient } from './postgres.ts';
import { standingBack } from './priority.ts';
import type { Progress } from './progress.ts';
import { supervise, type Supervised } from './supervise.ts';
import { findTemporal, officialPrograms } from './temporal-programs.ts';
import { prepareTemporal } from './temporal.ts';

export interface ServicesPlan {
  /** Data, logs and process ids go here. Only one set of services may use it at a time. */
  stateDir: string;
  /** `fixed`: the ports of the settings, a taken one is an error. `free`: whatever is free. */
  ports: 'fixed' | 'free';
  temporalStore: TemporalStore;
  web: boolean;
  /** The API shares the machine: where processors are scarce it answers first, and the engine carries on after it. */
  engineStandsBack?: boolean;
  /** Aborted when everything is to end: nothing is started again from then on. */
  stopping?: AbortSignal;
}

/** PostgreSQL and Temporal, local or given. What is absent below was not started by us. */
export interface Services {
  databaseUrl: string;
  temporalAddress: string;
  webUrl: string | undefined;
  temporalMetricsUrl: string | undefined;
  postgres: Supervised | undefined;
  temporal: Supervised | undefined;
  web: Supervised | undefined;
  stop(): Promise<void>;
}

/**
 * Starts what the settings do not name an address for, waits until it answers and keeps it running. What was started is
 * stopped again when a later part fails.
 */
export async function startServices(plan: ServicesPlan, settings: Settings, progress: Progress): Promise<Services> {
  const started: Supervised[] = [];
  const stop = async () => {
    for (const program of started.reverse()) await program.stop();
  };
  try {
    const database = await startDatabase(plan, settings, progress, started);
    const temporal = await startTemporal(plan, settings, database.databaseUrl, progress, started);
    return { ...database, ...temporal, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** PostgreSQL alone, local or given. */
export async function startDatabase(plan: ServicesPlan, settings: Settings, progress: Progress, started: Supervised[]): Promise<Pick<Services, 'databaseUrl' | 'postgres'>> {
  if (settings.databaseUrl) {
    await progress.step('PostgreSQL of DATABASE_URL', () => requireDatabase(settings.databaseUrl as string));
    return { databaseUrl: settings.databaseUrl, postgres: undefined };
  }
  const port = await choosePort(plan, settings.postgresPort, 'PostgreSQL', 'KONTOR_POSTGRES_PORT');
  const local = await progress.step(`PostgreSQL on 127.0.0.1:${port}`, async (because) => {
    because('it prepares its data directory, or recovers after a crash');
    const prepared = await preparePostgres(plan.stateDir, runDirOf(plan.stateDir), port, progress);
    return { url: prepared.url, postgres: await supervise('PostgreSQL', prepared.launch, progress, plan.stopping) };
  });
  started.push(local.postgres);
  return { databaseUrl: local.url, postgres: local.postgres };
}

type TemporalPart = Pick<Services, 'temporalAddress' | 'webUrl' | 'temporalMetricsUrl' | 'temporal' | 'web'>;

async function startTemporal(plan: ServicesPlan, settings: Settings, databaseUrl: string, progress: Progress, started: Supervised[]): Promise<TemporalPart> {
  if (settings.temporalAddress) {
    const address = settings.temporalAddress;
    await progress.step(`Temporal server at ${address}`, async () => (await connectClient(settings)).close());
    return { temporalAddress: address, webUrl: undefined, temporalMetricsUrl: undefined, temporal: undefined, web: undefined };
  }
  const onPostgres = plan.temporalStore === 'postgres';
  const programs = onPostgres ? await officialPrograms(settings, progress) : await findTemporal(settings, progress);
  const local = await prepareTemporal(programs, {
    stateDir: plan.stateDir,
    runDir: runDirOf(plan.stateDir),
    port: await choosePort(plan, settings.temporalPort, 'the Temporal server', 'KONTOR_TEMPORAL_PORT'),
    webPort: await choosePort(plan, settings.temporalWebPort, 'Temporal Web', 'KONTOR_TEMPORAL_WEB_PORT'),
    metricsPort: await choosePort(plan, settings.temporalMetricsPort, "the Temporal server's metrics", 'KONTOR_TEMPORAL_METRICS_PORT'),
    namespace: settings.namespace,
    codecEndpoint: existsSync(settings.keyRingFile) ? `http://${settings.bindAddress}:${settings.apiPort}/codec` : undefined,
    storeUrl: onPostgres ? databaseUrl : undefined,
  }, settings, progress);
  const temporal = await progress.step(`Temporal server on ${local.address}`, async (because) => {
    because(`it opens its store; its log is ${local.logFile}`);
    return supervise('The Temporal server', plan.engineStandsBack ? standingBack(local.launchServer) : local.launchServer, progress, plan.stopping);
  });
  started.push(temporal);
  const { launchWeb } = local;
  const web = launchWeb && plan.web ? await progress.step(`Temporal Web on ${local.webUrl}`, () => supervise('Temporal Web', launchWeb, progress, plan.stopping)) : undefined;
  if (web) started.push(web);
  return { temporalAddress: local.address, webUrl: launchWeb && !web ? undefined : local.webUrl, temporalMetricsUrl: local.metricsUrl, temporal, web };
}

/** The folder with the ids of the processes that belong to a state folder. */
export function runDirOf(stateDir: string): string {
  return join(stateDir, 'run');
}

async function choosePort(plan: ServicesPlan, fixed: number, what: string, variable: string): Promise<number> {
  if (plan.ports === 'free') return freePort();
  await requireFreePort(fixed, what, variable);
  return fixed;
}

async function requireDatabase(url: string): Promise<void> {
  try {
    await withClient(url, (client) => client.query('select 1'));
  } catch (cause) {
    const { hostname, port, pathname } = new URL(url);
    throw new KontorError('database-unreachable', `PostgreSQL at ${hostname}:${port || 5432}${pathname} (DATABASE_URL) does not answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
