import { callersAt } from '../../bin/demo/callers.ts';
import { withDisposableState } from '../../bin/services/disposable.ts';
import { launchNode } from '../../bin/services/node-process.ts';
import { freePort } from '../../bin/services/ports.ts';
import { createDatabase } from '../../bin/services/postgres.ts';
import { screen } from '../../bin/services/progress.ts';
import { readSandboxSet } from '../../bin/services/sandbox-set.ts';
import { runDirOf, startDatabase } from '../../bin/services/services.ts';
import { openDatabase, sqlOne } from '../../db/client.ts';
import { migrate } from '../../db/migrate.ts';
import { seedSandbox } from '../../db/seed.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import type { Settings } from '../../temporal-config/settings.ts';
import type { Result } from '../benchmark.ts';
import { met } from '../invoice/figures.ts';
import { processorTime } from './processor-time.ts';

const wantedShare = 0.6;

export interface DoorOptions {
  callers: number;
  documents: number;
  rounds: number;
  invoice(serial: number): Invoice;
}

/**
 * The door alone, nothing carried on: our API and a plain Express server with one insert, on one PostgreSQL, in turns. A round
 * is so many documents by so many callers; the first round of each warms up and does not count.
 */
export async function measureDoors(settings: Settings, options: DoorOptions): Promise<Result['rows']> {
  return withDisposableState('bench-intake-door', settings, screen, async (stateDir) => {
    const stopping: { stop(): Promise<void> }[] = [];
    try {
      const own: Settings = { ...settings, stateDir, logLevel: 'warn', requestLimits: { person: 999_999, heavy: 999_999, stranger: 999_999 }, apiPort: await freePort() };
      const { databaseUrl } = await startDatabase({ stateDir, ports: 'free', temporalStore: 'sqlite', web: false }, own, screen, stopping as never);
      const doors = [await openOurs({ ...own, databaseUrl }, stopping), await openExpress({ ...own, databaseUrl }, stopping)];
      for (let round = 0; round <= options.rounds; round += 1) for (const door of doors) await play(door, options, round === 0, runDirOf(stateDir));
      return await Promise.all(doors.map((door) => rowOf(door, doors)));
    } finally {
      for (const program of stopping.reverse()) await program.stop();
    }
  });
}

interface Door {
  name: string;
  program: string;
  databaseUrl: string;
  enter(invoice: Invoice): Promise<void>;
  serial: number;
  counted: number;
  perSecond: number[];
  times: number[];
  processor: { program: number; postgres: number };
  emptyBytes: number;
}

function doorOf(name: string, program: string, databaseUrl: string, emptyBytes: number, enter: Door['enter']): Door {
  return { name, program, databaseUrl, enter, emptyBytes, serial: 0, counted: 0, perSecond: [], times: [], processor: { program: 0, postgres: 0 } };
}

async function openOurs(settings: Settings, stopping: { stop(): Promise<void> }[]): Promise<Door> {
  const databaseUrl = String(settings.databaseUrl);
  await migrate(databaseUrl);
  const db = openDatabase(databaseUrl, { poolSize: 1 });
  await seedSandbox(db, readSandboxSet(settings.home));
  await db.destroy();
  stopping.push(await launchNode({ name: 'api', file: 'api/main.ts', settings }));
  const anna = await callersAt(`http://${settings.bindAddress}:${settings.apiPort}`)('anna.berg');
  return doorOf('ours', 'api', databaseUrl, await bytesOf(databaseUrl), async (invoice) => {
    const { status } = await anna.post('/v1/invoices', { json: invoice });
    if (status !== 202) throw new Error(`intake answered ${status}`);
  });
}

async function openExpress(settings: Settings, stopping: { stop(): Promise<void> }[]): Promise<Door> {
  const database = new URL(String(settings.databaseUrl));
  database.pathname = '/express';
  await createDatabase(String(settings.databaseUrl), 'express');
  const program = await launchNode({ name: 'express', file: 'bench/peers/express/main.ts', settings: { ...settings, databaseUrl: database.href } });
  stopping.push(program);
  const url = `http://127.0.0.1:${String(program.ready['port'])}/invoices`;
  return doorOf('express', 'express', database.href, await bytesOf(database.href), async (invoice) => {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(invoice) });
    if (response.status !== 202) throw new Error(`express answered ${response.status}`);
    await response.arrayBuffer();
  });
}

async function play(door: Door, { callers, documents, invoice }: DoorOptions, warmUp: boolean, runDir: string): Promise<void> {
  const invoices = Array.from({ length: documents }, () => invoice((door.serial += 1)));
  const times: number[] = [];
  const before = processorTime(runDir);
  const began = performance.now();
  await Promise.all(Array.from({ length: callers }, async () => {
    for (let next = invoices.pop(); next; next = invoices.pop()) {
      const from = performance.now();
      await door.enter(next);
      times.push(performance.now() - from);
    }
  }));
  const seconds = (performance.now() - began) / 1000;
  if (warmUp) return;
  const after = processorTime(runDir);
  const used = (part: string) => (after[part] ?? 0) - (before[part] ?? 0);
  door.counted += documents;
  door.perSecond.push(documents / seconds);
  door.times.push(...times);
  door.processor.program += used(door.program);
  door.processor.postgres += used('postgres');
}

async function rowOf(door: Door, doors: readonly Door[]): Promise<Record<string, string | number>> {
  const times = door.times.sort((a, b) => a - b);
  const quantile = (share: number) => round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);
  const rates = [...door.perSecond].sort((a, b) => a - b);
  const express = doors.at(-1);
  const cpu = (one: Door) => one.processor.program + one.processor.postgres;
  return {
    door: door.name, 'documents timed': door.counted, '202 per second': round(median(rates)), 'from–to': `${round(rates[0] ?? 0)}–${round(rates.at(-1) ?? 0)}`, 'p50 ms': quantile(0.5), 'p95 ms': quantile(0.95),
    'program CPU ms each': round((door.processor.program * 1000) / door.counted), 'postgres CPU ms each': round((door.processor.postgres * 1000) / door.counted),
    'KB kept each': round((await bytesOf(door.databaseUrl) - door.emptyBytes) / door.serial / 1024),
    limit: express && door !== express ? `>= ${wantedShare * 100} % by rate: ${met(median(rates) >= wantedShare * median([...express.perSecond].sort((a, b) => a - b)))}` : '',
    'share of express': express && door !== express ? `${Math.round((median(rates) * 100) / median([...express.perSecond].sort((a, b) => a - b)))} % by rate, ${Math.round((cpu(express) / express.counted / (cpu(door) / door.counted)) * 100)} % by CPU` : '',
  };
}

async function bytesOf(databaseUrl: string): Promise<number> {
  const db = openDatabase(databaseUrl, { poolSize: 1 });
  try {
    return Number((await sqlOne<{ bytes: string }>(db, 'select pg_database_size(current_database()) as bytes')).bytes);
  } finally {
    await db.destroy();
  }
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
