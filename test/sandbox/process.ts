import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { leaveWhenInterrupted } from '../../bin/services/disposable.ts';
import { programArguments } from '../../bin/services/programs.ts';
import type { BankLedger, LedgerFilter } from '../../sandbox/bank/ledger.ts';
import type { ErpLedger } from '../../sandbox/erp/ledger.ts';
import type { FaultCount } from '../../sandbox/shared/faults.ts';
import type { RequestLogEntry } from '../../sandbox/shared/execute.ts';
import { readSettings } from '../../temporal-config/settings.ts';

const root = readSettings().home;

export interface SandboxProcess {
  url: string;
  file: string;
  stderr(): string;
  get<Answer>(path: string): Promise<Answer>;
  /** Throws unless the answer is a 2xx. */
  post<Answer>(path: string, body: unknown): Promise<Answer>;
  ledger(filter?: { entity?: string; externalReference?: string }): Promise<ErpLedger>;
  bankLedger(filter?: LedgerFilter): Promise<BankLedger>;
  requests(reference: string): Promise<RequestLogEntry[]>;
  faults(): Promise<FaultCount[]>;
  clearFaults(): Promise<void>;
  /** Ends the process and answers its exit code, null where a signal killed it; the file stays until `remove`. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  remove(): void;
}

export interface SandboxOptions {
  file?: string;
  /** `none` = empty; absent = the shipped companies. */
  seed?: string;
  processingLimitMs?: number;
}

/** Starts the real sandbox as a process of its own on a free port and waits until it says that it is ready. */
export async function startSandboxProcess(options: SandboxOptions = {}): Promise<SandboxProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'kontor-sandbox-'));
  const file = options.file ?? join(folder, 'erp.jsonl');
  const env = { ...process.env, SANDBOX_PORT: '0', SANDBOX_FILE: file, SANDBOX_PROCESSING_LIMIT_MS: String(options.processingLimitMs ?? 5_000), ...(options.seed ? { SANDBOX_SEED: options.seed } : {}) };
  const child = spawn(process.execPath, await programArguments(root, 'sandbox/main.ts'), { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return exited;
  };
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const removedInOrder = leaveWhenInterrupted(async () => {
    await stop();
    remove();
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const url = `http://127.0.0.1:${await readyPort(child, () => stderr)}`;

  async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(url + path, { method, body: body === undefined ? undefined : JSON.stringify(body) }).catch((error: unknown) => {
      throw new Error(`${method} ${path} was not answered: ${String((error as Error).cause ?? error)}`, { cause: error });
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as Answer;
  }

  return {
    url,
    file,
    stderr: () => stderr,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    ledger: async (filter = {}) => (await call<{ erp: ErpLedger }>('GET', `/_sandbox/ledger?service=erp&${new URLSearchParams({ ...filter }).toString()}`)).erp,
    bankLedger: async (filter = {}) => (await call<{ bank: BankLedger }>('GET', `/_sandbox/ledger?service=bank&${new URLSearchParams({ ...filter }).toString()}`)).bank,
    requests: async (reference) => (await call<{ items: RequestLogEntry[] }>('GET', `/_sandbox/requests?reference=${encodeURIComponent(reference)}`)).items,
    faults: async () => (await call<{ items: FaultCount[] }>('GET', '/_sandbox/faults')).items,
    clearFaults: () => call('DELETE', '/_sandbox/faults'),
    stop,
    remove() {
      remove();
      removedInOrder();
    },
  };
}

async function readyPort(child: ChildProcess, stderr: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code} before it was ready: ${stderr()}`)));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const message = JSON.parse(line) as { ready?: boolean; port?: number };
      if (message.ready && message.port) resolve(message.port);
    });
  });
}
