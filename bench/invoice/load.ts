import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Db } from '../../db/client.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import type { ProcessorTime } from '../intake/processor-time.ts';
import type { Entered } from './arena.ts';

/** One stretch of work of one contender. */
export interface Round {
  count: number;
  seconds: number;
  /** From handing in to posted, as the caller sees it; ascending. */
  milliseconds: number[];
  /** Processor milliseconds for each document, by part. */
  processor: Record<string, number>;
}

const lookMs = 20;
/** Longer than the slowest peer takes on a slow machine: a document that waited so long will not come any more. */
const patienceMs = 3_600_000;

/** Callers that each hand in a document, wait until it is posted, and take the next. */
export async function carry(entered: Entered, callers: number, invoices: readonly Invoice[]): Promise<Round> {
  return measured(entered, invoices.length, async () => {
    const watch = watching(entered.db, 'posted');
    const queue = [...invoices];
    const times: number[] = [];
    const caller = async () => {
      for (let invoice = queue.shift(); invoice; invoice = queue.shift()) {
        const began = performance.now();
        const { caseId } = await entered.submit(invoice);
        await watch.until(caseId);
        times.push(performance.now() - began);
      }
    };
    try {
      await Promise.all(Array.from({ length: callers }, caller));
    } finally {
      await watch.stop();
    }
    return times;
  });
}

/** Hands in documents and waits until all of them have come to a stage. */
export async function bringTo(entered: Entered, stage: string, callers: number, invoices: readonly Invoice[]): Promise<string[]> {
  const watch = watching(entered.db, stage);
  const queue = [...invoices];
  const ids: string[] = [];
  const caller = async () => {
    for (let invoice = queue.shift(); invoice; invoice = queue.shift()) {
      const { caseId } = await entered.submit(invoice);
      ids.push(caseId);
      await watch.until(caseId);
    }
  };
  try {
    await Promise.all(Array.from({ length: callers }, caller));
  } finally {
    await watch.stop();
  }
  return ids;
}

/** Measures what `work` uses; it answers a time for each of `count` documents. */
export async function measured(entered: Entered, count: number, work: () => Promise<number[]>): Promise<Round> {
  const before = await entered.processorTime();
  const began = performance.now();
  const milliseconds = (await work()).sort((a, b) => a - b);
  const seconds = (performance.now() - began) / 1000;
  return { count, seconds, milliseconds, processor: each(before, await entered.processorTime(), { count, seconds, idle: entered.idle }) };
}

/** Milliseconds for each document, without what the parts use in that time while nobody works: it would be charged to whoever is slow. */
export function each(before: ProcessorTime, after: ProcessorTime, { count, seconds, idle }: { count: number; seconds: number; idle: ProcessorTime }): Record<string, number> {
  return Object.fromEntries(Object.entries(after).map(([part, used]) => [part, ((used - (before[part] ?? 0) - (idle[part] ?? 0) * seconds) * 1000) / count]));
}

export interface Watch {
  /** Resolves when the case has come to the stage. @throws when it has come to rest elsewhere */
  until(caseId: string): Promise<void>;
  stop(): Promise<void>;
}

const restingPlaces = ['exception', 'approval', 'awaiting-receipt', 'refused-by-erp'];

/** One look at the table for all cases that are waited for. */
export function watching(db: Db, stage: string, elsewhere = restingPlaces.filter((other) => other !== stage)): Watch {
  const open = new Map<string, { resolve(): void; reject(error: Error): void; since: number }>();
  let stopping = false;
  const loop = (async () => {
    while (!stopping) {
      if (open.size > 0) {
        const rows = await sql<{ id: string; stage: string }>(db, `select id, stage from cases where id = any (:ids::text[]) and (stage = :stage or stage = any (:elsewhere::text[]))`, { ids: [...open.keys()], stage, elsewhere }, 'bench-watch');
        for (const row of rows) {
          const waiting = open.get(row.id);
          open.delete(row.id);
          if (row.stage === stage) waiting?.resolve();
          else waiting?.reject(new Error(`the case ${row.id} came to rest at ${row.stage} instead of ${stage}`));
        }
        for (const [id, { reject, since }] of open) if (Date.now() - since > patienceMs) reject(new Error(`the case ${id} did not come to ${stage}`));
      }
      await sleep(lookMs);
    }
  })();
  return {
    until: (caseId) => new Promise((resolve, reject) => open.set(caseId, { resolve, reject, since: Date.now() })),
    async stop() {
      stopping = true;
      await loop;
    },
  };
}
