import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, readdirSync, readlinkSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { KontorError } from '../../domain/errors.ts';
import { checkoutHash, toolEnvironment } from '../../temporal-config/settings.ts';
import { codeOf, writableFolder } from './folders.ts';
import { endProcess, identityOf } from './identity.ts';
import { canReach, findPostgres, sharedRoot, type PostgresPrograms } from './postgres-programs.ts';
import { launch, whenReady, type Running } from './process.ts';
import type { Progress } from './progress.ts';

const role = 'kontor';
/** A crash recovery replays what was committed since the last checkpoint. */
const readyWithinMs = 120_000;

export interface LocalPostgres {
  /** The business database. */
  url: string;
  dataDir: string;
  logFile: string;
  /** Starts the server on the same data and port; used again after it died. */
  launch(): Promise<Running>;
}

/**
 * Prepares a PostgreSQL of our own under `stateDir`, without starting it: programs, data directory, password, leftovers
 * of a crash. Commits are durable (fsync stays on): our guarantees rest on them.
 * @throws KontorError `database-foreign` where the keys of a state folder that was used are gone and its data is not
 */
export async function preparePostgres(stateDir: string, runDir: string, port: number, progress: Progress): Promise<LocalPostgres> {
  const programs = findPostgres(progress);
  const folder = databaseFolder(stateDir, programs, progress);
  const dataDir = join(folder, 'data');
  if (!folder.startsWith(stateDir) && existsSync(dataDir) && !existsSync(passwordFileOf(stateDir))) await setAside(dataDir, stateDir, progress);
  const password = passwordOf(stateDir);
  if (!existsSync(dataDir)) initialise(programs, folder, dataDir, password);
  requireSameMajor(programs, dataDir);
  const url = (database: string) => `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;
  const logFile = join(stateDir, 'logs', 'postgres.log');
  return {
    url: url(role),
    dataDir,
    logFile,
    async launch() {
      await endLeftovers(dataDir);
      const running = launch({
        name: 'postgres', command: programs.postgres, args: serverArguments(dataDir, port), env: toolEnvironment({ LC_ALL: 'C' }), cwd: '/',
        logFile, runDir, user: programs.user, stopSignal: 'SIGINT', stopGraceMs: 20_000, // SIGINT is PostgreSQL's fast shutdown
      });
      await whenReady(running, logFile, readyWithinMs, () => answers(url('postgres'), dataDir, passwordFileOf(stateDir)));
      await createDatabase(url('postgres'), role);
      return running;
    },
  };
}

export async function createDatabase(adminUrl: string, name: string, template?: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount) return;
    const from = template === undefined ? '' : ` template ${client.escapeIdentifier(template)}`;
    await client.query(`create database ${client.escapeIdentifier(name)}${from}`);
  });
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // a server that is stopped under us ends the connection; the query in flight reports it
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The folder that holds the data directory: in the state folder, or outside when the database's user cannot get there. */
function databaseFolder(stateDir: string, { user }: PostgresPrograms, progress: Progress): string {
  const here = join(writableFolder(stateDir), 'postgres');
  if (user === undefined) return writableFolder(here, 0o700);
  let folder = here;
  if (!canReach(stateDir, user)) {
    folder = outsideFolder(stateDir);
    progress.note(`  The user "postgres" cannot reach ${stateDir}: the database lies in ${folder}.`);
  }
  writableFolder(folder);
  chownSync(folder, user.uid, user.gid);
  return folder;
}

/** Several state folders of one checkout (a test run beside a start) must not share a data directory. */
function outsideFolder(stateDir: string): string {
  return join(sharedRoot, checkoutHash(), stateDir.replace(/[^A-Za-z0-9]+/g, '-').slice(-60));
}

/** Removes a state folder for good, with a database that had to be put outside it. */
export function removeState(stateDir: string): void {
  rmSync(stateDir, { recursive: true, force: true });
  rmSync(outsideFolder(stateDir), { recursive: true, force: true });
}

function passwordFileOf(stateDir: string): string {
  return join(stateDir, 'keys', 'postgres-password');
}

function passwordOf(stateDir: string): string {
  const file = passwordFileOf(stateDir);
  writableFolder(dirname(file), 0o700);
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/**
 * Data outside the state folder outlives it: a state folder that is new at the same path has no password for it. One that was used and
 * has only lost its keys goes with that data: an empty database beside its processes would give their ids away a second time.
 */
async function setAside(dataDir: string, stateDir: string, progress: Progress): Promise<void> {
  const used = ofEarlierRun(stateDir);
  if (used !== undefined)
    throw new KontorError('database-foreign', `${passwordFileOf(stateDir)}, the password of the data in ${dataDir}, is missing, and ${used} shows that this state folder was used. Nothing was changed. Put back the keys folder that belongs to it; to start afresh instead, move both ${stateDir} and ${dataDir} away.`);
  await endLeftovers(dataDir);
  const aside = `${dataDir}.${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`;
  renameSync(dataDir, aside);
  progress.note(`  The data in ${dataDir} is of a state folder that is gone (${stateDir} has no keys of it): set aside as ${aside}. The database starts empty.`);
}

/** What only an installation that was under way leaves in its state folder; undefined where there is nothing of that. */
function ofEarlierRun(stateDir: string): string | undefined {
  const folders = ['temporal', 'sandbox', 'inbox', 'keys'].map((name) => join(stateDir, name));
  return folders.find((folder) => existsSync(folder) && readdirSync(folder).length > 0);
}

/** Made aside and renamed when whole, so that an interrupted first start leaves nothing half made. */
function initialise(programs: PostgresPrograms, folder: string, dataDir: string, password: string): void {
  const half = join(folder, 'data.new');
  const passwordFile = join(folder, 'initial-password');
  rmSync(half, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (programs.user) chownSync(passwordFile, programs.user.uid, programs.user.gid);
  const made = spawnSync(programs.initdb, [
    `--pgdata=${half}`, `--username=${role}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions',
  ], { ...programs.user, cwd: '/', env: toolEnvironment({ LC_ALL: 'C' }), encoding: 'utf8' });
  rmSync(passwordFile, { force: true });
  if (made.status !== 0) throw new KontorError('database-unreachable', `PostgreSQL could not make its data directory ${half}:\n${made.error?.message ?? ''}${made.stderr}`);
  renameSync(half, dataDir);
}

function requireSameMajor(programs: PostgresPrograms, dataDir: string): void {
  const major = programs.version.split('.')[0];
  const found = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  if (found !== major) throw new KontorError('database-unreachable', `The data directory ${dataDir} was made by PostgreSQL ${found}; version ${major} is installed. Dump it with the old version, or move it away to start afresh.`);
}

function serverArguments(dataDir: string, port: number): string[] {
  const options = {
    listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', max_connections: '200', shared_buffers: '256MB',
    timezone: 'UTC', log_timezone: 'UTC', log_line_prefix: '%m [%p] ',
  };
  return ['-D', dataDir, ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/**
 * After a kill -9 the lock file is still there, and parts of the dead server may be, too. PostgreSQL works in its data
 * directory, which proves that a process is one of its own; any other process that got the same id is left alone.
 */
async function endLeftovers(dataDir: string): Promise<void> {
  const lockFile = join(dataDir, 'postmaster.pid');
  if (!existsSync(lockFile)) return;
  const recorded = Number(readFileSync(lockFile, 'utf8').split('\n', 1)[0]);
  for (const pid of processesIn(dataDir, recorded)) {
    const identity = identityOf(pid);
    if (identity) await endProcess(identity, pid === recorded ? 'SIGINT' : 'SIGQUIT', 15_000);
  }
  rmSync(lockFile, { force: true });
}

function processesIn(dataDir: string, recorded: number): number[] {
  if (process.platform !== 'linux') {
    const command = spawnSync('ps', ['-o', 'command=', '-p', String(recorded)], { encoding: 'utf8' }).stdout ?? '';
    return command.includes(dataDir) ? [recorded] : [];
  }
  const real = realpathSync(dataDir);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => workingDirectory(pid) === real);
  return pids.sort((a, b) => Number(b === recorded) - Number(a === recorded));
}

function workingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

async function answers(url: string, dataDir: string, passwordFile: string): Promise<boolean> {
  try {
    return await withClient(url, async (client) => (await client.query('select 1')).rowCount === 1);
  } catch (error) {
    if (codeOf(error) !== '28P01') return false;
    throw new KontorError('database-foreign', `PostgreSQL refuses the password in ${passwordFile}: the data in ${dataDir} was made with another one. Put back the keys folder that belongs to it; to start afresh instead, move ${dataDir} away with the state folder ${dirname(dirname(passwordFile))}.`);
  }
}
