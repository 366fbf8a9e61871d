import { parseArgs } from 'node:util';
import { Client } from '@temporalio/client';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { runDirOf } from '../bin/services/services.ts';
import type { TemporalStore } from '../temporal-config/settings.ts';
import { keptHistories, type History } from '../test/support/histories.ts';
import type { Result } from './benchmark.ts';
import { withContenders, type Arena, type Entered } from './invoice/arena.ts';
import { contenders, ourName } from './invoice/contenders.ts';
import { load, median, met, round } from './invoice/figures.ts';
import { bringTo } from './invoice/load.ts';
import { memoryOf, type Memory } from './invoice/memory.ts';
import { bundleOf, replayAllowedMs, replayMs } from './invoice/replay.ts';

export const summary = 'What the programs of each contender hold in memory while thousands of processes wait, and how long the longest histories of invoices take to replay (the longest of all, of a payment run, is in payment-run; --open 5000 --contenders --replays 9 --store)';

const openers = 32;
const steps = 5;
const megabytesAllowed = 1024;
/** The workflows of each contender that runs on Temporal. */
const workflowsOf: Record<string, string | undefined> = { [ourName]: undefined, 'temporal-naive': 'bench/peers/temporal-naive/workflows.ts' };

/** Processes that wait for an approval are added in steps; after each the resident memory of every program is read, and its peak at the end. */
export async function run(args: string[]): Promise<Result> {
  const { values } = parseArgs({ args, options: { contenders: { type: 'string' }, open: { type: 'string', default: '5000' }, replays: { type: 'string', default: '9' }, store: { type: 'string', default: 'postgres' } } });
  const open = Number(values.open);
  const replays = Number(values.replays);
  const store: TemporalStore = values.store === 'sqlite' ? 'sqlite' : 'postgres';
  const before = load();
  const rows = await withContenders('memory', await contenders(values.contenders?.split(',')), store, async (arena) => {
    const found: Result['rows'] = [];
    for (const contender of arena.entered) found.push(...(await measure(arena, contender, open, replays)));
    return found;
  });
  return {
    name: 'memory',
    rows,
    notes: [
      `Resident megabytes of a program (its code and shared libraries included) with so many processes that wait for an approval, and the most that it ever held. Limit of a worker: ${megabytesAllowed}.`,
      `A replay starts from nothing: a worker on the bundle as it is shipped to which the process is new, ${replays} times after one that warms it up, from the history in memory. Limit: ${replayAllowedMs} ms.`,
      `Load average before ${before}, after ${load()}.`,
    ],
  };
}

async function measure(arena: Arena, contender: Entered, open: number, replays: number): Promise<Result['rows']> {
  const series: Memory[][] = [memoryOf(runDirOf(contender.settings.stateDir))];
  const ids: string[] = [];
  for (let step = 1; step <= steps; step += 1) {
    ids.push(...(await bringTo(contender, 'approval', openers, await contender.documents.prepare('approval', Math.ceil(open / steps)))));
    series.push(memoryOf(runDirOf(contender.settings.stateDir)));
    console.error(`  ${contender.name}, ${ids.length} wait: ${series.at(-1)?.map(({ program, resident }) => `${program} ${resident} MB`).join(', ')}`);
  }
  const programs = series.at(-1)?.filter(({ program }) => program !== 'sandbox') ?? [];
  const memory = programs.map(({ program, resident, peak }) => {
    const was = (step: number) => series[step]?.find((one) => one.program === program)?.resident ?? 0;
    return { contender: contender.name, what: `${program} with ${ids.length} open`, 'before MB': was(0), 'half MB': was(Math.ceil(steps / 2)), 'MB': resident, 'peak MB': peak, limit: program === 'worker' ? `<= ${megabytesAllowed} MB: ${met(peak <= megabytesAllowed)}` : '' };
  });
  return contender.name in workflowsOf ? [...memory, ...(await replayTimes(arena, contender, ids, replays))] : memory;
}

/** The longest of the run; for ours also the longest that was ever recorded, whatever process it is of. */
async function replayTimes({ connection }: Arena, { name, settings }: Entered, caseIds: readonly string[], replays: number): Promise<Result['rows']> {
  const client = new Client({ connection, namespace: settings.namespace });
  const sampled = caseIds.slice(0, 200);
  const runs: { what: string; history: History }[] = [];
  for (const id of sampled) {
    const history = await client.workflow.getHandle(`ap-invoice/DE01/${id}`).fetchHistory();
    runs.push({ what: `the longest of ${sampled.length} open ones`, history: historyFromJSON(JSON.parse(historyToJSON(history))) });
  }
  const kept = name === ourName ? keptHistories().map((one) => ({ what: `the longest recorded one, ${one.name}`, history: one.history })) : [];
  const code = await bundleOf(settings, connection, workflowsOf[name]);
  const rows: Result['rows'] = [];
  for (const one of [longest(runs), longest(kept)]) {
    if (!one) continue;
    const ms = await replayMs(code, one.history, replays);
    rows.push({ contender: name, what: `replay of ${one.what}`, events: one.history.events?.length ?? 0, 'median ms': round(median(ms)), 'most ms': round(Math.max(...ms)), limit: `<= ${replayAllowedMs} ms: ${met(median(ms) <= replayAllowedMs)}` });
  }
  return rows;
}

function longest(histories: { what: string; history: History }[]): { what: string; history: History } | undefined {
  return [...histories].sort((a, b) => (b.history.events?.length ?? 0) - (a.history.events?.length ?? 0))[0];
}
