import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { withServices } from '../../bin/services/disposable.ts';
import { writableFolder } from '../../bin/services/folders.ts';
import { sandboxEnvironment } from '../../bin/services/installation.ts';
import { launchNode } from '../../bin/services/node-process.ts';
import { freePort } from '../../bin/services/ports.ts';
import { createDatabase } from '../../bin/services/postgres.ts';
import { screen } from '../../bin/services/progress.ts';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { runDirOf, type Services } from '../../bin/services/services.ts';
import { openDatabase, sql } from '../../db/client.ts';
import { migrate } from '../../db/migrate.ts';
import { seedSandbox, type SandboxSet } from '../../db/seed.ts';
import { prepareNamespace } from '../../temporal-config/namespace.ts';
import { readSettings, type Settings, type TemporalStore } from '../../temporal-config/settings.ts';
import { holdBankBehindCutOff } from '../../test/support/bank-clock.ts';
import { processorSeconds, processorTime, type ProcessorTime } from '../intake/processor-time.ts';
import type { Contender, Ground, Running } from './contender.ts';
import { Documents } from './documents.ts';
import { describeParts, measuring } from './figures.ts';

/** A contender that has been started. */
export interface Entered extends Ground, Running {
  documents: Documents;
  /** Seconds so far by part: its own programs, those that all share, the callers. */
  processorTime(): Promise<ProcessorTime>;
  /** Seconds that each part uses in a second while nobody works: its own programs, and those that all share. */
  idle: ProcessorTime;
}

export interface Arena {
  entered: Entered[];
  services: Services;
  connection: Connection;
}

/** Far apart, so that an idle contender's looks at its ERP do not fall into the rounds of another. */
const erpPollMs = 900_000;
const manyRequests = { person: 999_999, heavy: 999_999, stranger: 999_999 };

/** Starts shared services and every contender on ground of its own; all of it is gone afterwards. */
export async function withContenders<Answer>(purpose: string, contenders: ReadonlyMap<string, Contender>, temporalStore: TemporalStore, work: (arena: Arena) => Promise<Answer>): Promise<Answer> {
  const settings: Settings = { ...readSettings(), databaseUrl: undefined, temporalAddress: undefined, logLevel: 'warn' };
  return withServices(`bench-${purpose}`, { temporalStore }, settings, screen, async (services, stateDir) => {
    const connection = await Connection.connect({ address: services.temporalAddress });
    const entered: Entered[] = [];
    const closing: (() => Promise<unknown>)[] = [() => connection.close()];
    try {
      for (const [name, contender] of contenders) {
        const own = await screen.step(`Ground of ${name}`, () => prepareGround(name, settings, services, stateDir, connection, closing));
        const running = await screen.step(`Contender ${name}`, () => contender.start(own));
        closing.push(() => running.stop());
        entered.push({ ...own, ...running, documents: new Documents(own.settings.sandboxUrl), processorTime: () => processorTimeOf(own, runDirOf(stateDir)), idle: {} });
      }
      await screen.step('All of them, while nobody works', () => measureIdle(entered));
      return await work({ entered, services, connection });
    } finally {
      for (const close of closing.reverse()) await close();
    }
  });
}

async function prepareGround(name: string, settings: Settings, services: Services, sharedState: string, connection: Connection, closing: (() => Promise<unknown>)[]): Promise<Ground> {
  const stateDir = writableFolder(join(sharedState, name));
  const database = new URL(services.databaseUrl);
  database.pathname = `/kontor_${name.replaceAll('-', '_')}`;
  await createDatabase(services.databaseUrl, database.pathname.slice(1));
  await migrate(database.href);
  const db = openDatabase(database.href, { poolSize: 2, applicationName: 'kontor-bench' });
  closing.push(() => db.destroy());
  await seedSandbox(db, withHighLimits(readSandboxSet(settings.home)));
  const own: Settings = {
    ...settings, stateDir, databaseUrl: database.href, temporalAddress: services.temporalAddress, namespace: `bench-${name}`, erpPollMs, requestLimits: manyRequests,
    apiPort: await freePort(), workerMetricsPort: await freePort(), keyRingFile: join(stateDir, 'keys', 'payload-keys.json'),
  };
  await prepareNamespace(connection, own.namespace);
  const sandbox = await launchNode({ name: 'sandbox', file: 'sandbox/main.ts', settings: own, env: sandboxEnvironment(0, stateDir) });
  closing.push(() => sandbox.stop());
  const sandboxUrl = `http://127.0.0.1:${String(sandbox.ready['port'])}`;
  await holdBankBehindCutOff(sandboxUrl);
  return { name, settings: { ...own, sandboxUrl }, db };
}

/** The shipped people, whose approver of payment runs may approve one of any size. */
function withHighLimits(shipped: SandboxSet): SandboxSet {
  return { ...shipped, persons: shipped.persons.map((person) => (person.id === 'clara.winter' ? { ...person, roles: person.roles.map((role) => ({ ...role, limit: { currency: 'EUR', minor: '99900000000' } })) } : person)) };
}

/** What starting leaves behind (compiling, first polls, statistics) is over by then. */
const settlingMs = 30_000;
const idleMs = 30_000;

/** With every contender started and nothing to do. */
async function measureIdle(entered: readonly Entered[]): Promise<void> {
  await sleep(settlingMs);
  const [before, began] = [await Promise.all(entered.map((one) => one.processorTime())), performance.now()];
  await sleep(idleMs);
  const [after, seconds] = [await Promise.all(entered.map((one) => one.processorTime())), (performance.now() - began) / 1000];
  for (const [at, { idle }] of entered.entries()) {
    for (const [part, used] of Object.entries(after[at] ?? {})) if (part !== measuring) idle[part] = (used - (before[at]?.[part] ?? 0)) / seconds;
  }
}

/** Processor milliseconds a second, as they were taken off. */
export function describeIdle(entered: readonly Entered[]): string {
  return `While nobody works, milliseconds of processor in a second, which are taken off: ${entered.map(({ name, idle }) => `${name}: ${describeParts(Object.fromEntries(Object.entries(idle).map(([part, used]) => [part, used * 1000])))}`).join('. ')}.`;
}

/** PostgreSQL works for the engine, too: that share is told by the databases that its processes serve. */
async function processorTimeOf({ settings, db }: Ground, sharedRunDir: string): Promise<ProcessorTime> {
  const backends = await sql<{ pid: number }>(db, `select pid from pg_stat_activity where datname in ('temporal', 'temporal_visibility')`);
  const { postgres = 0, ...shared } = processorTime(sharedRunDir);
  const store = processorSeconds(backends.map(({ pid }) => pid));
  const own = processorTime(runDirOf(settings.stateDir));
  return { ...own, ...shared, 'engine store': store, postgres: postgres - store };
}
