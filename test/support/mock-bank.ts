import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from 'vitest';
import { writableFolder } from '../../bin/services/folders.ts';
import { acquireLock } from '../../bin/services/lock.ts';
import { freePort } from '../../bin/services/ports.ts';
import { screen } from '../../bin/services/progress.ts';
import { readSettings } from '../../temporal-config/settings.ts';

/** A bank that others wrote: the package mock-bank of the Python index, in a virtual environment of its own in the user's cache. */
const wanted = '0.9';
const environment = join(readSettings().cacheDir, `mock-bank-${wanted}`);
const python = join(environment, 'bin', 'python');

/** Why mock-bank cannot run here; undefined when it can. Prepared once a machine, by the first test file that asks. */
export const missingMockBank: string | undefined = await prepare();

/** `describe` for a file that needs mock-bank; skipped with the reason in its name where it cannot be had. */
export function describeWithMockBank(name: string, body: () => void): void {
  if (missingMockBank === undefined) describe(name, body);
  else describe.skip(`${name} (needs: mock-bank ${wanted}. ${missingMockBank})`, body);
}

export interface MockBank {
  url: string;
  get<Answer>(path: string): Promise<Answer>;
  /** Throws unless the answer is a 2xx. */
  post<Answer>(path: string, body?: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<void>;
  /** `closed-account`, `return-later` …: how one account of the bank, debtor or creditor, behaves. */
  behave(account: string, behaviour: string, parameters?: object): Promise<void>;
  /** What it says about a file: `… 0 findings`, or each finding. */
  validate(text: string): Promise<string>;
  /** Moves the bank's clock forward to the beginning of a day. */
  advanceTo(date: string): Promise<void>;
  /** Everything as it was at the start, the clock too. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts mock-bank on a free port at 09:00 of Thursday 2026-10-01, its own time. */
export async function startMockBank(options: string[] = []): Promise<MockBank> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(python, ['-m', 'mockbank', '--port', new URL(url).port, '--clock', '2026-10-01T09:00', '-q', ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const end = () => child.kill();
  process.once('exit', end);
  await ready(url, child, () => stderr);

  async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(url + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as Answer;
  }

  return {
    url,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    patch: async (path, body) => void (await call('PATCH', path, body)),
    behave: async (account, behaviour, parameters = {}) => void (await call('PATCH', `/_mock/accounts/${account}`, { behaviour, parameters })),
    validate: async (text) => (await fetch(`${url}/_mock/validate`, { method: 'POST', body: text })).text(),
    advanceTo: async (date) => void (await call('POST', `/_mock/advance?to=${date}`)),
    reset: async () => void (await call('POST', '/_mock/reset')),
    async stop() {
      process.off('exit', end);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await exited;
    },
  };
}

async function ready(url: string, child: ChildProcess, stderr: () => string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${url}/_mock/health`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  child.kill();
  throw new Error(`mock-bank did not start: ${stderr()}`);
}

/** One environment a machine: a second process waits for the first. It is built aside and renamed when whole. */
async function prepare(): Promise<string | undefined> {
  if (existsSync(python)) return undefined;
  const base = ['python3', 'python'].find(isNewEnough);
  if (base === undefined) return 'There is no Python 3.8 or newer';
  return screen.step(`mock-bank ${wanted} from the Python index`, async (because) => {
    const folder = writableFolder(readSettings().cacheDir);
    let lock = acquireLock(join(folder, 'mock-bank.lock'));
    for (; !('release' in lock); lock = acquireLock(join(folder, 'mock-bank.lock'))) {
      because(`process ${lock.holder.pid} is installing it on this machine already`);
      await sleep(300);
    }
    try {
      return existsSync(python) ? undefined : await install(base, mkdtempSync(join(folder, 'mock-bank-')), because);
    } finally {
      lock.release();
    }
  });
}

async function install(base: string, aside: string, because: (reason: string) => void): Promise<string | undefined> {
  try {
    because('a virtual environment is made');
    const made = await run(base, ['-m', 'venv', aside], because);
    if (made !== undefined) return `Python cannot make a virtual environment (Debian: install python3-venv): ${made}`;
    const installed = await run(join(aside, 'bin', 'python'), ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', `mock-bank==${wanted}.*`], because);
    if (installed !== undefined) return `pip could not install it: ${installed}`;
    renameSync(aside, environment);
    return undefined;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function isNewEnough(command: string): boolean {
  return spawnSync(command, ['-c', 'import sys; sys.exit(0 if sys.version_info >= (3, 8) else 1)'], { stdio: 'ignore' }).status === 0;
}

/** Undefined when the program ended well, else the last line that it printed. */
async function run(command: string, args: string[], because: (reason: string) => void): Promise<string | undefined> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let last = 'it printed nothing';
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() === '') return;
      last = line.trim().slice(0, 200);
      because(last);
    });
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => ((last = error.message), resolve(null)));
    child.once('close', resolve);
  });
  return code === 0 ? undefined : last;
}
