import { parseArgs } from 'node:util';
import { runDirOf } from '../bin/services/services.ts';
import { tasksOf } from '../db/repositories/approvals.ts';
import type { TemporalStore } from '../temporal-config/settings.ts';
import type { Result } from './benchmark.ts';
import { describeIdle, withContenders, type Arena, type Entered } from './invoice/arena.ts';
import type { OpenTask } from './invoice/contender.ts';
import { contenders, ourName } from './invoice/contenders.ts';
import { buyer } from './invoice/documents.ts';
import { allTimes, describeParts, load, met, processorOf, quantile, round, sumOf } from './invoice/figures.ts';
import { bringTo, measured, watching, type Round } from './invoice/load.ts';
import { memoryOf } from './invoice/memory.ts';

export const summary = 'From a person saying yes to the document posted, while thousands of processes wait: ours and its peers, in turns (--open, --approvals, --callers, --rounds, --contenders, --store)';

const openers = 32;
/** p95 of ours against that of each peer. */
const limits: Record<string, { share: number; words: string }> = { 'temporal-naive': { share: 0.25, words: 'a quarter' }, dbos: { share: 3, words: '3 x' } };

interface Options {
  contenders: string[] | undefined;
  open: number;
  approvals: number;
  callers: number[];
  rounds: number;
  store: TemporalStore;
}

/** Each contender first gets its open processes; then people approve some of them, chosen across all ages, most of which no worker has in its cache. */
export async function run(args: string[]): Promise<Result> {
  const options = optionsOf(args);
  const before = load();
  const held: string[] = [];
  const { rounds, idle } = await withContenders('approve', await contenders(options.contenders), options.store, async (arena) => ({ rounds: await measureAll(arena, options, held), idle: describeIdle(arena.entered) }));
  return {
    name: 'approve',
    rows: options.callers.flatMap((callers) => rowsOf(callers, rounds, options)),
    notes: [
      `${options.rounds} rounds of ${options.approvals} approvals for each number of persons at once; times from the request at the API until the case is posted, over all rounds.`,
      `Processor milliseconds of one approval by part. ${[...rounds].flatMap(([name, all]) => [...all].map(([callers, own]) => `${name}, ${callers} at once: ${describeParts(processorOf(own))}`)).join('. ')}.`,
      idle,
      `Resident megabytes of each program while ${options.open} wait, and the most that it held: ${held.join('. ')}.`,
      `Temporal's store is ${options.store}. Load average before ${before}, after ${load()}.`,
    ],
  };
}

function optionsOf(args: string[]): Options {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const { values } = parseArgs({ args, options: { contenders: { type: 'string' }, open: text('5000'), approvals: text('50'), callers: text('1,8'), rounds: text('3'), store: text('postgres') } });
  return {
    contenders: values.contenders?.split(','), open: Number(values.open), approvals: Number(values.approvals), callers: values.callers.split(',').map(Number),
    rounds: Number(values.rounds), store: values.store === 'sqlite' ? 'sqlite' : 'postgres',
  };
}

type Rounds = Map<string, Map<number, Round[]>>;

/** Adds to `held` what the programs of each contender hold while all of its processes wait. */
async function measureAll({ entered }: Arena, options: Options, held: string[]): Promise<Rounds> {
  const open = new Map<string, string[]>();
  for (const contender of entered) {
    const began = performance.now();
    open.set(contender.name, shuffled(await bringTo(contender, 'approval', openers, await contender.documents.prepare('approval', options.open))));
    console.error(`  ${options.open} processes of ${contender.name} wait, after ${round((performance.now() - began) / 1000)} s`);
    held.push(`${contender.name}: ${memoryOf(runDirOf(contender.settings.stateDir)).map(({ program, resident, peak }) => `${program} ${resident} (${peak})`).join(', ')}`);
  }
  const rounds: Rounds = new Map(entered.map(({ name }) => [name, new Map()]));
  for (let number = 1; number <= options.rounds; number += 1) {
    for (const callers of options.callers) {
      for (const contender of entered) {
        const result = await approveSome(contender, callers, open.get(contender.name)!.splice(0, options.approvals));
        const own = rounds.get(contender.name)!;
        own.set(callers, [...(own.get(callers) ?? []), result]);
        console.error(`  round ${number}, ${callers} at once, ${contender.name}: p50 ${Math.round(quantile(result.milliseconds, 0.5))} ms, p95 ${Math.round(quantile(result.milliseconds, 0.95))} ms`);
      }
    }
  }
  return rounds;
}

async function approveSome(contender: Entered, callers: number, cases: readonly string[]): Promise<Round> {
  const tasks: OpenTask[] = [];
  for (const caseId of cases) {
    const [task] = await tasksOf(contender.db, caseId, 'open');
    if (!task) throw new Error(`nobody is asked about ${caseId}`);
    tasks.push({ id: task.id, caseId, decisionHash: task.decisionHash });
  }
  return measured(contender, tasks.length, async () => {
    const watch = watching(contender.db, 'posted', []);
    const times: number[] = [];
    const person = async () => {
      for (let task = tasks.shift(); task; task = tasks.shift()) {
        const began = performance.now();
        const posted = watch.until(task.caseId);
        await contender.approve(task, buyer);
        await posted;
        times.push(performance.now() - began);
      }
    };
    try {
      await Promise.all(Array.from({ length: callers }, person));
    } finally {
      await watch.stop();
    }
    return times;
  });
}

/** Always the same order: every round meets processes of all ages. */
function shuffled(ids: readonly string[]): string[] {
  return ids.map((id, index) => ({ id, at: (index * 7_919) % 10_007 })).sort((a, b) => a.at - b.at).map(({ id }) => id);
}

function rowsOf(callers: number, rounds: Rounds, { open }: Options): Result['rows'] {
  const p95 = (name: string) => quantile(allTimes(rounds.get(name)?.get(callers) ?? []), 0.95);
  return [...rounds].map(([name, all]) => {
    const results = all.get(callers) ?? [];
    const times = allTimes(results);
    const limit = limits[name];
    const share = p95(ourName) / p95(name);
    const known = name !== ourName && rounds.has(ourName);
    return {
      open, 'at once': callers, contender: name, 'p50 ms': Math.round(quantile(times, 0.5)), 'p95 ms': Math.round(quantile(times, 0.95)), 'CPU ms each': round(sumOf(processorOf(results))),
      'p95 of ours': known ? `${round(share, 2)} x` : '', limit: known && limit ? `<= ${limit.words}: ${met(share <= limit.share)}` : '',
    };
  });
}
