import { parseArgs } from 'node:util';
import { screen } from '../bin/services/progress.ts';
import { tasksOf } from '../db/repositories/approvals.ts';
import { readCase } from '../db/repositories/cases.ts';
import type { TemporalStore } from '../temporal-config/settings.ts';
import type { Result } from './benchmark.ts';
import { describeIdle, withContenders, type Arena, type Entered } from './invoice/arena.ts';
import { contenders, ourName } from './invoice/contenders.ts';
import { buyer } from './invoice/documents.ts';
import { describeParts, load, met, round, sumOf } from './invoice/figures.ts';
import { difference, historiesOf, keptBy, type Histories, type Kept } from './invoice/kept.ts';
import { bringTo, each, watching } from './invoice/load.ts';
import { payAll } from './invoice/paid.ts';

export const summary = 'What one invoice costs: billable actions, history, rows and bytes, processor time; touchless, with one approval, and paid in a run (--documents, --run, --contenders, --store)';

const atOnce = 8;
/** Worker, server and the server's share of the database: what the shape of a process decides. */
const engineParts = ['worker', 'temporal', 'engine store'];
const wantedShare = 0.25;

/** Peers that pay; DBOS stands for posting only. */
const usual = [ourName, 'temporal-naive'];

/** To the last stage that is named; limits are for ours. */
const stories = {
  touchless: { title: 'touchless to posted', actions: 6, events: 20 },
  approval: { title: 'with one approval to posted', actions: 14, events: undefined },
  paid: { title: 'touchless to paid, with its share of the run', actions: 10, events: 40 },
} as const;
type Story = keyof typeof stories;

interface Cost {
  kept: Kept;
  histories: Histories;
  processor: Record<string, number>;
}

export async function run(args: string[]): Promise<Result> {
  const { values } = parseArgs({ args, options: { contenders: { type: 'string' }, documents: { type: 'string', default: '100' }, run: { type: 'string', default: '100' }, store: { type: 'string', default: 'postgres' } } });
  const [documents, items] = [Number(values.documents), Number(values.run)];
  const store: TemporalStore = values.store === 'sqlite' ? 'sqlite' : 'postgres';
  const before = load();
  let idle = '';
  const costs = await withContenders('cost', await contenders(values.contenders?.split(',') ?? usual), store, async (arena) => {
    idle = describeIdle(arena.entered);
    const all = new Map<string, Map<Story, Cost>>(arena.entered.map(({ name }) => [name, new Map()]));
    const inTurn = async (what: string, work: (contender: Entered, costs: Map<Story, Cost>) => Promise<unknown>) => {
      for (const contender of arena.entered) await screen.step(`${what}, ${contender.name}`, (because) => {
        because('what is kept is counted when the server has cleared its queues, a minute or two before and after');
        return work(contender, all.get(contender.name)!);
      });
    };
    await inTurn('Warming up', async (contender) => {
      await bringTo(contender, 'posted', atOnce, await contender.documents.prepare('touchless', 2 * atOnce)); // warm
      await payAll(contender, arena.connection);
    });
    await inTurn(stories.approval.title, async (contender, costs) => {
      costs.set('approval', await costOf(arena, contender, documents, () => approved(contender, documents)));
      await payAll(contender, arena.connection);
    });
    const paid = new Map<string, string[]>();
    await inTurn(stories.touchless.title, async (contender, costs) => void costs.set('touchless', await costOf(arena, contender, items, async () => {
      const ids = await posted(contender, items);
      paid.set(contender.name, ids);
      return ids;
    })));
    await inTurn(stories.paid.title, async (contender, costs) => void costs.set('paid', together(costs.get('touchless')!, await costOf(arena, contender, items, async () => [...(paid.get(contender.name) ?? []), await payAll(contender, arena.connection)]))));
    return all;
  });
  return {
    name: 'cost',
    rows: (Object.keys(stories) as Story[]).flatMap((story) => rowsOf(story, costs)),
    notes: [
      `Means over ${documents} documents with an approval and ${items} without, which are then paid in one run. Actions are the server's own count (metric "action" of the frontend). Events and bytes include children; those of a paid document its share of the run's history.`,
      `Looks at the bank's messages are started by hand every two seconds until all is settled, and counted as actions, rows and CPU; the peer pays with our payment run. CPU is that of worker, Temporal server and its store, without what these use while nobody works; contenders take turns story by story.`,
      idle,
      `Processor milliseconds by part. ${[...costs].flatMap(([name, own]) => [...own].map(([story, { processor }]) => `${name}, ${stories[story].title}: ${describeParts(processor)}`)).join('. ')}.`,
      `Temporal's store is ${store}. Load average before ${before}, after ${load()}.`,
    ],
  };
}

async function costOf(arena: Arena, contender: Entered, count: number, work: () => Promise<string[]>): Promise<Cost> {
  const before = await keptBy(arena, contender);
  const [used, began] = [await contender.processorTime(), performance.now()];
  const workflowIds = await work();
  const seconds = (performance.now() - began) / 1000;
  const processor = each(used, await contender.processorTime(), { count, seconds, idle: contender.idle });
  const kept = difference(before, await keptBy(arena, contender));
  const { events, bytes } = await historiesOf(arena.connection, contender.settings.namespace, workflowIds);
  return { kept: shareOf(kept, count), histories: { events: events / count, bytes: bytes / count }, processor };
}

async function posted(contender: Entered, count: number): Promise<string[]> {
  return workflowsOf(contender, await bringTo(contender, 'posted', atOnce, await contender.documents.prepare('touchless', count)));
}

async function approved(contender: Entered, count: number): Promise<string[]> {
  const ids = await bringTo(contender, 'approval', atOnce, await contender.documents.prepare('approval', count));
  const watch = watching(contender.db, 'posted', []);
  const queue = [...ids];
  const person = async () => {
    for (let caseId = queue.shift(); caseId; caseId = queue.shift()) {
      const [task] = await tasksOf(contender.db, caseId, 'open');
      const done = watch.until(caseId);
      if (task) await contender.approve({ id: task.id, caseId, decisionHash: task.decisionHash }, buyer);
      await done;
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, person));
  } finally {
    await watch.stop();
  }
  return workflowsOf(contender, ids);
}

async function workflowsOf({ db }: Entered, ids: readonly string[]): Promise<string[]> {
  return Promise.all(ids.map(async (id) => (await readCase(db, id))?.case.workflowId ?? ''));
}

function shareOf(kept: Kept, count: number): Kept {
  return Object.fromEntries(Object.entries(kept).map(([name, value]) => [name, (value as number) / count])) as unknown as Kept;
}

/** The histories of the second hold those of the first. */
function together(first: Cost, second: Cost): Cost {
  const sum = <Figures extends object>(a: Figures, b: Figures): Figures => Object.fromEntries(Object.entries(a).map(([name, value]) => [name, (value as number) + ((b as Record<string, number>)[name] ?? 0)])) as Figures;
  return { kept: sum(first.kept, second.kept), histories: second.histories, processor: sum(first.processor, second.processor) };
}

function rowsOf(story: Story, costs: Map<string, Map<Story, Cost>>): Result['rows'] {
  const limit = stories[story];
  const ours = costs.get(ourName)?.get(story);
  return [...costs].flatMap(([name, own]) => {
    const cost = own.get(story);
    if (!cost) return [];
    const { kept, histories, processor } = cost;
    const cpu = sumOf(processor, engineParts);
    const isOurs = name === ourName;
    const share = ours ? sumOf(ours.processor, engineParts) / cpu : NaN;
    return [{
      story: limit.title, contender: name, actions: round(kept.actions), events: round(histories.events), 'history KB': round(histories.bytes / 1024), rows: round(kept.rows), KB: round(kept.bytes / 1024),
      'engine rows': round(kept.engineRows), 'engine KB': round(kept.engineBytes / 1024), 'CPU ms': round(cpu), 'all CPU ms': round(sumOf(processor)),
      limits: isOurs
        ? [`actions <= ${limit.actions}: ${met(kept.actions <= limit.actions)}`, ...(limit.events === undefined ? [] : [`events <= ${limit.events}: ${met(histories.events <= limit.events)}`])].join(', ')
        : ours ? `CPU of ours ${Math.round(share * 100)} % of it, <= ${wantedShare * 100} %: ${met(share <= wantedShare, share)}` : '',
    }];
  });
}
