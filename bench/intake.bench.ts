import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../bin/services/ports.ts';
import { startInstallation } from '../bin/services/installation.ts';
import { withDisposableState } from '../bin/services/disposable.ts';
import { screen } from '../bin/services/progress.ts';
import { runDirOf } from '../bin/services/services.ts';
import { openDatabase, sql, sqlOne, type Db } from '../db/client.ts';
import type { Invoice } from '../domain/model/invoice.ts';
import { readSettings, type Settings } from '../temporal-config/settings.ts';
import { billed } from '../test/support/invoices.ts';
import type { Result } from './benchmark.ts';
import { measureDoors } from './intake/door.ts';
import { engineBytes } from './intake/engine-files.ts';
import { Documents } from './invoice/documents.ts';
import { millisecondsEach, processorTime } from './intake/processor-time.ts';

export const summary = 'Intake over HTTP: the door alone beside plain Express with one insert, and while processes run: how fast a document is accepted, and how fast it is posted (--rounds, --documents, --callers: of the door; --door-only; --store)';

const callers = 20;
/** Taken to the end first: compiled code and filled caches are what a running installation has. */
const warmUp = 300;
const inFlightFirst = 200;
const timed = 400;

/**
 * A whole installation on this machine. 300 documents warm it up; 200 more are accepted, so that their processes are in flight; then the
 * answers of 400 are timed, each from the caller's side. Processor time and flushes are those of that time, whatever they
 * were for; what is kept is counted when all processes have come to rest.
 */
export async function run(args: string[]): Promise<Result> {
  const { values } = parseArgs({ args, options: { rounds: { type: 'string', default: '5' }, documents: { type: 'string', default: '400' }, callers: { type: 'string', default: '20' }, 'door-only': { type: 'boolean', default: false }, store: { type: 'string', default: 'postgres' } } });
  const settings: Settings = { ...(await onFreePorts(readSettings())), temporalStore: values.store === 'sqlite' ? 'sqlite' : 'postgres' };
  const doors = await measureDoors(settings, { rounds: Number(values.rounds), documents: Number(values.documents), callers: Number(values.callers), invoice: (serial) => documentOf(serial, 'D') });
  const door: Result = { name: 'intake', rows: doors, notes: [`The door alone: ${values.callers} callers, ${values.rounds} rounds of ${values.documents} documents in turns, median and spread. Ours knows who calls, checks and reads the document, refuses repeats, keeps its bytes, audits and tells the process, in one transaction; Express inserts a row. Load average ${loadavg().map((load) => Math.round(load * 10) / 10).join(', ')}.`] };
  if (values['door-only']) return door;
  const running = await measureInstallation(settings);
  return { name: 'intake', rows: [...door.rows, ...running.rows], notes: [...(door.notes ?? []), ...(running.notes ?? [])] };
}

async function measureInstallation(settings: Settings): Promise<Result> {
  return withDisposableState('bench-intake', settings, screen, async (stateDir) => {
    const own: Settings = { ...settings, stateDir, erpPollMs: 900_000 }; // orders are made meanwhile, and no look at the ERP is to fall into the measuring
    const installation = await startInstallation({ stateDir, ports: 'free', temporalStore: own.temporalStore, web: false }, own, screen);
    const db = openDatabase(installation.addresses.databaseUrl, { poolSize: 2 });
    try {
      return await measure({ api: installation.addresses.apiUrl, db, stateDir, documents: new Documents(own.sandboxUrl), store: own.temporalStore });
    } finally {
      await db.destroy();
      await installation.stop();
    }
  });
}

interface Installed {
  api: string;
  db: Db;
  stateDir: string;
  documents: Documents;
  store: string;
}

async function measure({ api, db, stateDir, documents: made, store }: Installed): Promise<Result> {
  const token = await login(api);
  await enterAll(api, token, await made.prepare('touchless', warmUp));
  await untilPosted(db, 0, warmUp);
  const empty = await kept(db, stateDir);
  const [first, then] = [await made.prepare('touchless', inFlightFirst), await made.prepare('touchless', timed)];
  await enterAll(api, token, first);
  const [cpuBefore, flushesBefore] = [processorTime(runDirOf(stateDir)), await flushes(db)];
  const began = performance.now();
  const times = (await enterAll(api, token, then)).sort((a, b) => a - b);
  const seconds = (performance.now() - began) / 1000;
  const cpu = millisecondsEach(cpuBefore, processorTime(runDirOf(stateDir)), timed);
  const flushed = (await flushes(db)) - flushesBefore;
  const documents = inFlightFirst + timed;
  const posted = await untilPosted(db, warmUp, documents);
  const full = await kept(db, stateDir);
  return {
    name: 'intake',
    rows: [
      {
        callers,
        'documents timed': times.length,
        'in flight before': inFlightFirst,
        '202 per second': round(times.length / seconds),
        'p50 ms': round(at(times, 0.5)),
        'p95 ms': round(at(times, 0.95)),
        'max ms': round(at(times, 1)),
        'flushes each': round(flushed / timed),
        'posted per second': round(posted.perSecond),
        'accepted to posted p50 ms': round(posted.p50),
        'accepted to posted p95 ms': round(posted.p95),
        'database KB kept each': round((full.database - empty.database) / documents / 1024),
        'engine KB kept each': full.engine > 0 ? round((full.engine - empty.engine) / documents / 1024) : 'not measured',
      },
    ],
    notes: [
      `${warmUp} documents warmed up. API, worker, Temporal server (${store}), PostgreSQL, sandbox ERP and the callers share the machine; ${store === 'postgres' ? 'durable commits are on' : 'commits of PostgreSQL are durable, those of SQLite are flushed now and then'}.`,
      `Processor milliseconds for each document while they were timed, processes in flight included: ${Object.entries(cpu).map(([part, ms]) => `${part} ${ms}`).join(', ')}.`,
    ],
  };
}

/** Bytes that our database and the engine's store hold. */
async function kept(db: Db, stateDir: string): Promise<{ database: number; engine: number }> {
  const { bytes } = await sqlOne<{ bytes: string }>(db, `select pg_database_size(current_database()) as bytes`);
  return { database: Number(bytes), engine: engineBytes(join(stateDir, 'temporal')) };
}

/** How often the write-ahead log went to disk. */
async function flushes(db: Db): Promise<number> {
  return (await sqlOne<{ count: number }>(db, `select coalesce(sum(fsyncs), 0)::int as count from pg_stat_io where object = 'wal'`)).count;
}

async function enterAll(api: string, token: string, invoices: readonly Invoice[]): Promise<number[]> {
  const times: number[] = [];
  const queue = [...invoices];
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let invoice = queue.shift(); invoice; invoice = queue.shift()) times.push(await enter(api, token, invoice));
    }),
  );
  return times;
}

/** For the door alone: amounts differ, so that no document looks like another. */
function documentOf(index: number, series: string): Invoice {
  return billed({ number: `${series}-${index}-${Date.now()}`, lines: [{ orderNumber: '4500000103', orderLine: '10', quantity: '1', price: '3.95' }, { quantity: '1', price: `${100 + index * 7}.00`, name: 'Web hosting' }], seller: { name: 'Büro & Papier Handels GmbH', vatId: 'DE177334411' }, iban: 'DE75500999000010000104' });
}

async function enter(api: string, token: string, invoice: Invoice): Promise<number> {
  const began = performance.now();
  const response = await fetch(`${api}/v1/invoices`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': `bench-${invoice.number}` }, body: JSON.stringify(invoice) });
  const took = performance.now() - began;
  if (response.status !== 202) throw new Error(`intake answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
  return took;
}

async function login(api: string): Promise<string> {
  const response = await fetch(`${api}/v1/development/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ person: 'anna.berg' }) });
  return ((await response.json()) as { token: string }).token;
}

/** Waits until each of `count` cases after the first `before` is posted. @throws when one comes to rest elsewhere */
async function untilPosted(db: Db, before: number, count: number): Promise<{ perSecond: number; p50: number; p95: number }> {
  for (let tries = 0; ; tries += 1) {
    const [row] = await sql<{ posted: number; elsewhere: string | null; seconds: number; p50: number; p95: number }>(
      db,
      `select count(posted_at)::int as posted, min(stage) filter (where posted_at is null and stage in ('exception', 'approval', 'awaiting-receipt', 'refused-by-erp')) as elsewhere,
              extract(epoch from max(posted_at) - min(created_at))::float as seconds,
              (percentile_cont(0.5) within group (order by extract(epoch from posted_at - created_at)) * 1000)::float as p50,
              (percentile_cont(0.95) within group (order by extract(epoch from posted_at - created_at)) * 1000)::float as p95
         from (select * from cases order by created_at, number offset :before) as later`,
      { before },
    );
    if (row?.elsewhere) throw new Error(`a document came to rest at ${row.elsewhere} instead of posted`);
    if (row && row.posted >= count) return { perSecond: count / row.seconds, p50: row.p50, p95: row.p95 };
    if (tries > 1200) throw new Error('the documents were not posted');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function onFreePorts(settings: Settings): Promise<Settings> {
  const [apiPort, sandboxPort, workerMetricsPort] = [await freePort(), await freePort(), await freePort()];
  return { ...settings, databaseUrl: undefined, temporalAddress: undefined, apiPort, sandboxPort, sandboxUrl: `http://127.0.0.1:${sandboxPort}`, workerMetricsPort };
}

function at(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
