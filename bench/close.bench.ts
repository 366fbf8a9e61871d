import { loadavg } from 'node:os';
import { consolidateRandom, disagreements, randomGroup } from './close/random-groups.ts';
import { measureGraph } from './close/graph.ts';
import { measureReconciliation, measureTrialBalance } from './close/large-files.ts';
import { milliseconds } from './close/measure.ts';
import { measureUnusual } from './close/unusual.ts';
import type { Result } from './benchmark.ts';

export const summary = 'Books of a close: graph of 2,000 tasks, large files through the command line, unusual entries found, random groups that must tie';

const groups = 200;

/** `small` runs the large files at a twentieth of their size. */
export async function run(args: string[]): Promise<Result> {
  const scale = args.includes('small') ? 20 : 1;
  const load = [loadavg()[0]!];
  const rows = [
    ...measureGraph(),
    ...(await measureReconciliation(1_000_000 / scale)),
    ...(await measureTrialBalance(10_000_000 / scale)),
    ...measureUnusual(100_000, 50),
    ...measureGroups(),
  ];
  load.push(loadavg()[0]!);
  return {
    name: 'close',
    rows: rows.map(({ measure, value, unit, limit }) => ({ measure: measure!, value: typeof value === 'number' ? String(Math.round(value * 100) / 100) : value!, unit: unit!, limit: limit! })),
    notes: [`Seconds are wall time and depend on what else the machine does; processor time does not. Load average before ${load[0]!.toFixed(1)}, after ${load[1]!.toFixed(1)}.`, 'Planted: twelve kinds, fifty of each, exactly one trait an entry; "without anything planted" counts every other flagged entry as wrong.'],
  };
}

/** Every group is recomputed in the plainest way; a group that does not tie ends the benchmark. */
function measureGroups(): Record<string, string | number>[] {
  let wrong: string[] = [];
  const took = milliseconds(() => {
    for (let seed = 1; seed <= groups; seed++) {
      const random = randomGroup(seed);
      wrong = [...wrong, ...disagreements(random, consolidateRandom(random))];
    }
  });
  if (wrong.length > 0) throw new Error(wrong.slice(0, 5).join('\n'));
  return [{ measure: `${groups} random groups tie to a recomputation`, value: groups, unit: 'groups', limit: String(groups) }, { measure: 'making, consolidating and recomputing them', value: took, unit: 'ms', limit: '' }];
}
