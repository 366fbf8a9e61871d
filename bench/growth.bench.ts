import { parseArgs } from 'node:util';
import { screen } from '../bin/services/progress.ts';
import { sqlOne } from '../db/client.ts';
import type { TemporalStore } from '../temporal-config/settings.ts';
import type { Result } from './benchmark.ts';
import { growTo } from './growth/past.ts';
import { describeIdle, withContenders, type Entered } from './invoice/arena.ts';
import { contenders, ourName } from './invoice/contenders.ts';
import { allTimes, load, met, processorOf, quantile, round, spread, sumOf } from './invoice/figures.ts';
import { bringTo, carry, type Round } from './invoice/load.ts';
import { payAll } from './invoice/paid.ts';

export const summary = 'What one invoice costs after 1,000, 10,000 and 100,000 others (--past 1000,10000,100000 --documents 100 --rounds 3 --callers 8 --store)';

const templates = 50;
/** Compiled code and filled caches are what a running installation has. */
const warmUp = 300;
const wantedPercent = 15;

/** An installation for each size: its database is filled with so many past documents, multiplied from real ones that were paid. Then all of them carry documents, in turns. */
export async function run(args: string[]): Promise<Result> {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const { values } = parseArgs({ args, options: { past: text('1000,10000,100000'), documents: text('100'), rounds: text('3'), callers: text('8'), store: text('postgres') } });
  const sizes = values.past.split(',').map(Number);
  const store: TemporalStore = values.store === 'sqlite' ? 'sqlite' : 'postgres';
  const [documents, rounds, callers] = [Number(values.documents), Number(values.rounds), Number(values.callers)];
  const before = load();
  const ours = (await contenders([ourName])).get(ourName);
  if (!ours) throw new Error('nobody to measure');
  let idle = '';
  const measured = await withContenders('growth', new Map(sizes.map((size) => [`past-${size}`, ours])), store, async ({ entered, connection }) => {
    idle = describeIdle(entered);
    const grounds = entered.map((ground, at) => ({ ground, size: sizes[at] ?? 0, rounds: [] as Round[] }));
    for (const { ground, size } of grounds) {
      const past = await bringTo(ground, 'posted', callers, await ground.documents.prepare('touchless', templates));
      await payAll(ground, connection);
      await screen.step(`${size} past documents`, () => growTo(ground, past, size));
      await carry(ground, callers, await ground.documents.prepare('touchless', warmUp));
    }
    for (let number = 1; number <= rounds; number += 1) {
      for (const { ground, rounds: own } of grounds) own.push(await carry(ground, callers, await ground.documents.prepare('touchless', documents)));
    }
    return Promise.all(grounds.map(async ({ ground, size, rounds: own }): Promise<Stage> => ({ size, rounds: own, ...(await heldBy(ground)) })));
  });
  return {
    name: 'growth',
    rows: measured.map((stage) => rowOf(stage, measured[0] ?? stage)),
    notes: [`${rounds} rounds of ${documents} documents by ${callers} callers for each size, in turns, after ${warmUp} each; processor milliseconds of all programs and the database, callers left out. Past cases are ${templates} real ones that were paid, multiplied row by row with ids, numbers and orders of their own, but for rows of their payments; the store of the process engine holds only what was run. Median of the rounds, with their spread. Load average before ${before}, after ${load()}.`, idle],
  };
}

interface Stage {
  size: number;
  rounds: Round[];
  cases: number;
  megabytes: number;
}

async function heldBy({ db }: Entered): Promise<{ cases: number; megabytes: number }> {
  const { cases, bytes } = await sqlOne<{ cases: number; bytes: string }>(db, 'select (select count(*)::int from cases) as cases, pg_database_size(current_database()) as bytes');
  return { cases, megabytes: Math.round(Number(bytes) / 2 ** 20) };
}

function rowOf(stage: Stage, first: Stage): Record<string, string | number> {
  const processor = processorOf(stage.rounds);
  const change = (sumOf(processor) / sumOf(processorOf(first.rounds)) - 1) * 100;
  const times = allTimes(stage.rounds);
  return {
    'past cases': stage.size, 'cases held at the end': stage.cases, 'database MB': stage.megabytes,
    'processes/s': spread(stage.rounds.map(({ count, seconds }) => count / seconds)), 'p50 ms': round(quantile(times, 0.5)), 'p95 ms': round(quantile(times, 0.95)),
    'CPU ms each': round(sumOf(processor)), 'of it postgres': round(processor['postgres'] ?? 0), 'against the first %': stage === first ? '' : round(change), limit: stage === first ? '' : `within ${wantedPercent} %: ${met(change <= wantedPercent, change)}`,
  };
}
