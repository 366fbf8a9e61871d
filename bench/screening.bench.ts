import { existsSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { indexRows } from './screening/index-rows.ts';
import { innocentRows, originalRows, treatedRows } from './screening/list-rows.ts';
import { loadLists, type ListBench } from './screening/lists.ts';
import { pairRows, parityRows } from './screening/pair-rows.ts';
import type { Row } from './screening/rows.ts';
import { batchRows, speedRows } from './screening/speed-rows.ts';

export const summary = 'name screening: labelled pairs, OFAC parity, treated UN names, innocents, original script, index recall, speed; peer nomenklatura';

const resultsFile = join(import.meta.dirname, 'results.json');

interface Scope {
  lists: () => ListBench;
  quick: boolean;
}

const parts: Record<string, (scope: Scope) => Row[] | Promise<Row[]>> = {
  pairs: pairRows,
  parity: parityRows,
  speed: ({ lists }) => speedRows(lists()),
  innocents: ({ lists }) => innocentRows(lists().context),
  originals: ({ lists }) => originalRows(lists()),
  batch: batchRows,
  treated: ({ lists, quick }) => treatedRows(lists(), quick ? 32 : 8),
  index: ({ lists, quick }) => indexRows(lists().context, quick ? 200 : 2000),
};

/** Rows of the last run, as the runner keeps them. */
function keptRows(): Row[] {
  if (!existsSync(resultsFile)) return [];
  const kept = JSON.parse(readFileSync(resultsFile, 'utf8')) as { name: string; rows: Row[] }[];
  return kept.find((result) => result.name === 'screening')?.rows ?? [];
}

/** Options: `--part NAME` (may be repeated) measures only that part and leaves the kept rows of the others as they are; `--quick` takes every thirty-second UN name instead of every eighth, and fewer brute-force queries. */
export async function run(args: string[]): Promise<{ name: string; rows: Row[]; notes: string[] }> {
  const { values } = parseArgs({ args, options: { part: { type: 'string', multiple: true }, quick: { type: 'boolean' } } });
  const chosen = values.part ?? Object.keys(parts);
  const unknown = chosen.filter((name) => !parts[name]);
  if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
  let loaded: ListBench | undefined;
  const scope: Scope = { lists: () => (loaded ??= loadLists()), quick: values.quick ?? false };
  const measured: Row[] = [];
  for (const name of chosen) {
    const started = Date.now();
    const day = new Date(started).toISOString().slice(0, 10);
    measured.push(...(await parts[name]!(scope)).map((row) => ({ part: name, ...row, measured: day })));
    console.error(`  ${name}: ${((Date.now() - started) / 1000).toFixed(0)} s`);
  }
  const others = keptRows().filter((row) => !chosen.includes(String(row['part'])));
  return {
    name: 'screening',
    rows: Object.keys(parts).flatMap((name) => [...measured, ...others].filter((row) => row['part'] === name)),
    notes: [
      'Pairs: ten folds grouped by shared names, four repeats, threshold from the training folds. The shipped coefficients are trained on the same pairs, so only these figures are honest.',
      'Lists: OFAC 2019, OFAC 2021, UN 2026, all names; to find names in original script those are left out. Thresholds of policies/screening/qualified.yaml. Treatments and their seed are in bench/screening/treatments.ts.',
      `One screening is CPU time of one thread; the load of the machine was ${loadavg()[0]!.toFixed(1)} at the end.`,
    ],
  };
}
