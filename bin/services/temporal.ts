import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { KontorError } from '../../domain/errors.ts';
import { dynamicConfig, dynamicConfigFile, serverConfig, webConfig, type ServerStore } from '../../temporal-config/server/config.ts';
import { toolEnvironment, type Settings } from '../../temporal-config/settings.ts';
import { writableFolder } from './folders.ts';
import { freePort, isFree } from './ports.ts';
import { launch, whenReady, type Running } from './process.ts';
import { createDatabase } from './postgres.ts';
import { sqlTool, type TemporalPrograms } from './temporal-programs.ts';
import { indexSetValuesOnly } from './visibility-indexes.ts';
import type { Progress } from './progress.ts';

const readyWithinMs = 60_000;
/** The server usually stops within a second; after a crash it may wait for members that are gone. Its store bears a kill. */
const serverGraceMs = 3_000;

export interface TemporalPlan {
  stateDir: string;
  runDir: string;
  port: number;
  webPort: number;
  metricsPort: number;
  namespace: string;
  /** Where Web has encrypted payloads decrypted; absent while nothing is encrypted. */
  codecEndpoint?: string | undefined;
  /** A PostgreSQL server whose user may create databases; absent: a SQLite file in the state folder. */
  storeUrl?: string | undefined;
}

export interface LocalTemporal {
  address: string;
  metricsUrl: string;
  webUrl: string;
  logFile: string;
  /** Both may be called again after the program died. */
  launchServer(): Promise<Running>;
  /** Undefined where the server serves its Web itself. */
  launchWeb: (() => Promise<Running>) | undefined;
}

/** Writes the configuration of a local server and its Web under `stateDir`, without starting them. */
export async function prepareTemporal(programs: TemporalPrograms, plan: TemporalPlan, settings: Settings, progress: Progress): Promise<LocalTemporal> {
  const folder = writableFolder(join(plan.stateDir, 'temporal'));
  const addresses = {
    address: `127.0.0.1:${plan.port}`,
    metricsUrl: `http://127.0.0.1:${plan.metricsPort}/metrics`,
    webUrl: `http://127.0.0.1:${plan.webPort}`,
    logFile: join(plan.stateDir, 'logs', 'temporal.log'),
  };
  if (programs.kind === 'command-line') {
    if (plan.storeUrl) throw new KontorError('temporal-unreachable', 'A server on PostgreSQL needs the official programs; the command line has only SQLite.');
    return { ...addresses, launchServer: () => launchCommandLine(programs.cli, folder, plan, addresses), launchWeb: undefined };
  }
  const store = plan.storeUrl ? await postgresStore(plan.storeUrl, settings, progress) : { kind: 'sqlite' as const, file: join(folder, 'server.db') };
  return {
    ...addresses,
    launchServer: () => launchServer(programs.server, folder, store, plan, addresses),
    launchWeb: () => launchWeb(programs.web, folder, plan, addresses),
  };
}

async function launchServer(program: string, folder: string, store: ServerStore, plan: TemporalPlan, at: { address: string; logFile: string }): Promise<Running> {
  const ports = { ...(await innerPorts(join(folder, 'ports.json'))), frontend: plan.port, metrics: plan.metricsPort };
  const dynamicFile = join(folder, 'dynamic-config.yaml');
  const configFile = join(folder, 'server.yaml');
  writeFileSync(dynamicFile, dynamicConfigFile());
  writeFileSync(configFile, serverConfig(store, ports, dynamicFile), { mode: 0o600 });
  const running = launch({
    name: 'temporal', command: program, args: ['--config-file', configFile, '--allow-no-auth', 'start'], cwd: folder,
    // A high GOGC trades memory for processor time, which limits a local server; beyond a gigabyte it is the other way round.
    env: toolEnvironment({ GOGC: '400', GOMEMLIMIT: '1GiB' }), logFile: at.logFile, runDir: plan.runDir, stopSignal: 'SIGTERM', stopGraceMs: serverGraceMs,
  });
  await whenReady(running, at.logFile, readyWithinMs, () => serverAnswers(at.address));
  return running;
}

const innerRoles = ['frontendMembership', 'history', 'historyMembership', 'matching', 'matchingMembership', 'worker', 'workerMembership'] as const;
type InnerPorts = Record<(typeof innerRoles)[number], number>;

/**
 * Free ports, those of the last start where they still are: for some time the store lists the members of that start, and a
 * server that cannot reach them at their ports does not serve for half a minute.
 */
async function innerPorts(file: string): Promise<InnerPorts> {
  const last = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<InnerPorts>) : {};
  const ports = {} as InnerPorts;
  for (const role of innerRoles) {
    const before = last[role];
    ports[role] = before !== undefined && (await isFree(before)) ? before : await freePort();
  }
  writeFileSync(file, JSON.stringify(ports));
  return ports;
}

async function launchCommandLine(cli: string, folder: string, plan: TemporalPlan, at: { address: string; logFile: string }): Promise<Running> {
  const values = Object.entries(dynamicConfig).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`]);
  const running = launch({
    name: 'temporal', command: cli, cwd: folder, env: toolEnvironment(), logFile: at.logFile, runDir: plan.runDir, stopSignal: 'SIGTERM', stopGraceMs: serverGraceMs,
    args: [
      'server', 'start-dev', '--ip', '127.0.0.1', '--port', String(plan.port), '--ui-port', String(plan.webPort), '--metrics-port', String(plan.metricsPort),
      '--db-filename', join(folder, 'cli-server.db'), '--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL', '--log-level', 'warn', ...(plan.codecEndpoint ? ['--ui-codec-endpoint', plan.codecEndpoint] : []), ...values,
    ],
  });
  await whenReady(running, at.logFile, readyWithinMs, () => serverAnswers(at.address));
  return running;
}

async function launchWeb(program: string, folder: string, plan: TemporalPlan, at: { address: string; webUrl: string }): Promise<Running> {
  const config = writableFolder(join(folder, 'web'));
  const logFile = join(plan.stateDir, 'logs', 'temporal-web.log');
  writeFileSync(join(config, 'local.yaml'), webConfig(plan.webPort, at.address, plan.namespace, plan.codecEndpoint));
  const running = launch({
    name: 'temporal-web', command: program, args: ['--root', folder, '--config', 'web', '--env', 'local', 'start'], cwd: folder,
    env: toolEnvironment(), logFile, runDir: plan.runDir, stopSignal: 'SIGTERM', stopGraceMs: 5_000,
  });
  await whenReady(running, logFile, readyWithinMs, () => webAnswers(at.webUrl));
  return running;
}

/** Makes the server's two databases and brings their schema up to date; safe to repeat. */
async function postgresStore(storeUrl: string, settings: Settings, progress: Progress): Promise<ServerStore> {
  const url = new URL(storeUrl);
  const store = {
    kind: 'postgres' as const, host: url.hostname, port: Number(url.port || 5432), user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password), database: 'temporal', visibilityDatabase: 'temporal_visibility',
  };
  const tool = await sqlTool(settings, progress);
  await progress.step("Temporal's schema on PostgreSQL", async () => {
    for (const [database, schema] of [[store.database, 'temporal'], [store.visibilityDatabase, 'visibility']] as const) {
      await createDatabase(storeUrl, database);
      const sql = (...args: string[]) => runSqlTool(tool, store, database, args);
      sql('setup-schema', '--version', '0.0');
      sql('update-schema', '--schema-name', `postgresql/v12/${schema}`);
    }
    await indexSetValuesOnly(withDatabase(storeUrl, store.visibilityDatabase));
  });
  return store;
}

function withDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

function runSqlTool(tool: string, store: ServerStore & { kind: 'postgres' }, database: string, args: string[]): void {
  const run = spawnSync(tool, args, {
    encoding: 'utf8',
    env: toolEnvironment({ SQL_HOST: store.host, SQL_PORT: String(store.port), SQL_USER: store.user, SQL_PASSWORD: store.password, SQL_DATABASE: database, SQL_PLUGIN: 'postgres12_pgx' }),
  });
  if (run.status !== 0) throw new KontorError('temporal-unreachable', `Temporal's schema tool failed on database ${database} (${args.join(' ')}):\n${run.stderr}${run.stdout}`);
}

export async function serverAnswers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

async function webAnswers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
}
