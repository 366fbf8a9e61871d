import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { openDatabase, type Db } from '../../db/client.ts';
import { readCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { readCursor } from '../../db/repositories/inbound.ts';
import { seedSandbox, type SandboxSet } from '../../db/seed.ts';
import type { Services } from '../../bin/services/services.ts';
import type { Person } from '../../domain/model/person.ts';
import { migrate } from '../../db/migrate.ts';
import { dataConverter } from '../../temporal-config/converter.ts';
import { createKeyRing } from '../../temporal-config/key-ring.ts';
import { prepareNamespace } from '../../temporal-config/namespace.ts';
import { ownWorker, readSettings, type Settings } from '../../temporal-config/settings.ts';
import { startSandboxProcess, type SandboxProcess } from '../sandbox/process.ts';
import { holdBankBehindCutOff } from './bank-clock.ts';
import { processes, type Processes } from './processes.ts';
import { freePort, freshHouse, type FreshHouse } from './services.ts';

/** A whole installation of a test file's own: database, namespace, sandbox counterparts and, when started, worker and API. */
export interface House {
  settings: Settings;
  db: Db;
  client: Client;
  sandbox: SandboxProcess;
  /** The sandbox carries nothing out later than this after it came in. */
  processingLimitMs: number;
  /** After a send the sandbox ERP knows the truth at the latest after this long. */
  settleWindowMs: number;
  processes: Processes;
  /** Who may do what here. */
  persons: readonly Person[];
  /** The rules of this house, as it was given them. */
  policies: SandboxSet['policies'];
  /** Only with `ownServices`. */
  services: Services | undefined;
  /** `home`: another checkout than this one. */
  startWorker(env?: Record<string, string>, home?: string): Promise<ReadyNodeProcess>;
  startApi(env?: Record<string, string>): Promise<ReadyNodeProcess>;
  /** Waits until the case fits; answers it, or throws with what it was instead. */
  caseWhen(id: string, fits: (found: CaseWithProgress) => boolean, withinMs?: number): Promise<CaseWithProgress>;
  /** Waits until the case has come to a stage, or has ended in a state. */
  stage(id: string, stage: string, withinMs?: number): Promise<CaseWithProgress>;
  ended(id: string, state: string, withinMs?: number): Promise<CaseWithProgress>;
  /** Waits until a company's ERP was asked for changes once, so that what it was seeded with is not news any more. */
  firstPoll(entity: string): Promise<void>;
  dispose(): Promise<void>;
}

export interface HouseOptions {
  /** The shipped companies, people and policies, or a change of them. */
  set?: (shipped: SandboxSet) => SandboxSet;
  /** How long the sandbox ERP may still commit after a send. */
  processingLimitMs?: number;
  /** Calls of the ERP adapter give up after this. */
  erpTimeoutMs?: number;
  erpPollMs?: number;
  /** PostgreSQL and Temporal of its own, for tests that kill them. */
  ownServices?: boolean;
  /** With them: prepares the folder that they are about to keep their state in. */
  beforeServices?: (folder: string) => void;
  /** With a key ring that was switched on before anything ran. */
  encrypted?: boolean;
}

/** How long a test waits for a case where it says nothing else: a neighbour may have the processors, and only what is wrong takes so long. */
const patienceMs = 90_000;

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const stateDir = mkdtempSync(join(tmpdir(), 'kontor-house-'));
  const processingLimitMs = options.processingLimitMs ?? 1_000;
  const own = processes();
  const changes = { stateDir, apiPort: await freePort(), workerMetricsPort: await freePort(), erpPollMs: options.erpPollMs ?? 1_000, keyRingFile: join(stateDir, 'payload-keys.json') };
  options.beforeServices?.(own.folder);
  const ground = async () => {
    const services = options.ownServices ? await own.services() : undefined;
    return { services, fresh: services ? await houseOn(services, changes) : await freshHouse(changes) };
  };
  const [sandbox, { services, fresh }] = await Promise.all([startSandboxProcess({ processingLimitMs }), ground()]);
  await holdBankBehindCutOff(sandbox.url);
  const settings: Settings = { ...fresh.settings, sandboxUrl: sandbox.url };
  const db = openDatabase(settings.databaseUrl as string, { applicationName: 'kontor-test' });
  const set = (options.set ?? ((shipped) => shipped))(withErpTimes(readSandboxSet(settings.home), options, processingLimitMs));
  await seedSandbox(db, set);
  const connection = await Connection.connect({ address: settings.temporalAddress as string });
  if (options.encrypted) createKeyRing(settings.keyRingFile, { now: new Date(), switchedOnAt: new Date() });
  const client = new Client({ connection, namespace: settings.namespace, dataConverter: dataConverter(settings, { workflowService: connection.workflowService, refused() {} }) });
  return {
    services,
    settings,
    db,
    client,
    sandbox,
    processingLimitMs,
    settleWindowMs: settleWindowOf(options, processingLimitMs),
    processes: own,
    persons: set.persons,
    policies: set.policies,
    startWorker: (env, home) => own.start({ name: 'worker', ...(home === undefined ? { file: settings.testWorker, settings } : { file: ownWorker, settings: { ...settings, home } }), env }),
    startApi: (env) => own.start({ name: 'api', file: 'api/main.ts', settings, env }),
    caseWhen: (id, fits, withinMs = patienceMs) => caseWhen(db, id, fits, withinMs),
    stage: (id, stage, withinMs = patienceMs) => caseWhen(db, id, ({ case: found }) => found.stage === stage, withinMs),
    ended: (id, state, withinMs = patienceMs) => caseWhen(db, id, ({ case: found }) => found.state === state, withinMs),
    async firstPoll(entity) {
      for (let tries = 0; (await readCursor(db, `erp/${entity}`)) === undefined; tries += 1) {
        if (tries > 600) throw new Error(`nobody asked the ERP of ${entity} for changes`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async dispose() {
      await Promise.all([connection.close(), db.destroy(), own.dispose(), sandbox.stop()]);
      sandbox.remove();
      await fresh.dispose();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

/** A database and a namespace on services that nobody else uses. */
async function houseOn(services: Services, changes: Partial<Settings>): Promise<FreshHouse> {
  const settings: Settings = { ...readSettings(), databaseUrl: services.databaseUrl, temporalAddress: services.temporalAddress, namespace: 'faults', ...changes };
  await migrate(services.databaseUrl);
  const connection = await Connection.connect({ address: services.temporalAddress });
  await prepareNamespace(connection, settings.namespace);
  await connection.close();
  return { settings, dispose: () => Promise.resolve() };
}

/** The shipped companies with an ERP that settles quickly, so that a test can wait for the end of its settle window. */
function withErpTimes(shipped: SandboxSet, options: HouseOptions, processingLimitMs: number): SandboxSet {
  const entities = shipped.entities.map((entity) => ({
    ...entity,
    erp: { ...entity.erp, settings: { ...entity.erp.settings, timeoutMs: erpTimeoutOf(options), settleWindowMs: settleWindowOf(options, processingLimitMs) } },
  }));
  return { ...shipped, entities };
}

function erpTimeoutOf({ erpTimeoutMs = 1_000 }: HouseOptions): number {
  return erpTimeoutMs;
}

function settleWindowOf(options: HouseOptions, processingLimitMs: number): number {
  return processingLimitMs + 2 * erpTimeoutOf(options);
}

async function caseWhen(db: Db, id: string, fits: (found: CaseWithProgress) => boolean, withinMs: number): Promise<CaseWithProgress> {
  const until = Date.now() + withinMs;
  for (;;) {
    const found = await readCase(db, id).catch(() => undefined);
    if (found && fits(found)) return found;
    if (Date.now() > until) throw new Error(`the case ${id} is not as awaited: ${JSON.stringify(found?.progress, null, 1)} ${found?.case.stage}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
