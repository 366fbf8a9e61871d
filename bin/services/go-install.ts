import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KontorError } from '../../domain/errors.ts';
import { toolEnvironment, type Settings } from '../../temporal-config/settings.ts';
import { writableFolder } from './folders.ts';
import { acquireLock, type Lock } from './lock.ts';
import type { Progress } from './progress.ts';

export interface GoProgram {
  what: string;
  /** `path@version` */
  module: string;
  /** Where the program belongs; its file name is the one that Go gives it. */
  program: string;
  expectation: string;
}

/**
 * Builds a Go program into the cache unless it is there. One build a machine: a second process waits for the first.
 * The program is built aside and renamed when whole. @throws KontorError `temporal-unreachable`
 */
export async function goInstall(settings: Settings, progress: Progress, wanted: GoProgram): Promise<void> {
  if (existsSync(wanted.program)) return;
  await progress.step(`Building ${wanted.what} with Go (${wanted.expectation})`, async (because) => {
    const lock = await onlyBuilder(settings, because);
    try {
      if (!existsSync(wanted.program)) await build(wanted, because);
    } finally {
      lock.release();
    }
  });
}

async function onlyBuilder(settings: Settings, because: (reason: string) => void): Promise<Lock> {
  const file = join(writableFolder(settings.cacheDir), 'build.lock');
  for (;;) {
    const lock = acquireLock(file);
    if ('release' in lock) return lock;
    because(`process ${lock.holder.pid} is building on this machine already`);
    await sleep(500);
  }
}

async function build(wanted: GoProgram, because: (reason: string) => void): Promise<void> {
  const folder = writableFolder(dirname(wanted.program));
  const aside = mkdtempSync(join(folder, 'build-'));
  const clear = () => rmSync(aside, { recursive: true, force: true });
  process.once('exit', clear);
  try {
    const messages = await goInstallInto(aside, wanted.module, because);
    const built = join(aside, basename(wanted.program));
    if (!existsSync(built)) throw new KontorError('temporal-unreachable', explain(wanted, messages));
    chmodSync(built, 0o755);
    renameSync(built, wanted.program);
  } finally {
    clear();
    process.off('exit', clear);
  }
}

/** Resolves with what Go printed apart from its progress. */
function goInstallInto(folder: string, module: string, because: (reason: string) => void): Promise<string[]> {
  const go = spawn('go', ['install', '-v', module], {
    env: toolEnvironment({ CGO_ENABLED: '0', GOBIN: folder }), stdio: ['ignore', 'ignore', 'pipe'],
  });
  const end = () => go.kill();
  process.once('exit', end); // an interrupted start leaves no compiler behind
  let fetched = 0;
  let compiled = 0;
  const messages: string[] = [];
  createInterface({ input: go.stderr }).on('line', (line) => {
    if (line.startsWith('go: downloading ')) fetched += 1;
    else if (/^[\w./-]+$/.test(line)) compiled += 1;
    else messages.push(line);
    because(`${fetched} modules fetched, ${compiled} packages compiled`);
  });
  return new Promise<string[]>((resolve) => {
    go.once('error', (error) => resolve([...messages, error.message]));
    go.once('close', () => resolve(messages));
  }).finally(() => process.off('exit', end));
}

function explain(wanted: GoProgram, messages: string[]): string {
  const end = messages.slice(-6).join('\n');
  const offline = /no such host|dial tcp|i\/o timeout|connection refused|TLS handshake/.test(end);
  return `Go could not build ${wanted.what}${offline ? ': the module proxy cannot be reached, so that the network is missing or blocked' : ''}.\n${end}`;
}
