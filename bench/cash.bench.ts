import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { relabelled, withoutSome, withRepeatedPrices, withSilentMemos } from './cash-application/harder.ts';
import { measure } from './cash-application/measure.ts';
import { randomOf, type Random } from './cash-application/random.ts';
import { scaledWorld } from './cash-application/scale.ts';
import { withDifferences } from './cash-application/unpublished.ts';
import { readWorld, setsAtHand, toCsv, type World } from './cash-application/world.ts';

export const summary = 'Cash application: recall, precision, touchless and arrival shares, errors, time and memory per world (--draws N, --large)';

type Row = Record<string, string | number>;

const worlds: [name: string, make: (world: World, random: Random) => World][] = [
  ['published', (world) => world],
  ['10 % removed', (world, random) => withoutSome(world, 0.1, random)],
  ['30 % removed', (world, random) => withoutSome(world, 0.3, random)],
  ['repeated amounts, 10 % removed', (world, random) => withoutSome(withRepeatedPrices(world, 12, random), 0.1, random)],
  ['the same, closed numbers told', (world, random) => withoutSome(withRepeatedPrices(world, 12, random), 0.1, random, true)],
  ['20 % silent, 10 % removed', (world, random) => withoutSome(withSilentMemos(world, 0.2, random), 0.1, random)],
  ['repeated, silent, 10 % removed', (world, random) => withoutSome(withSilentMemos(withRepeatedPrices(world, 12, random), 0.2, random), 0.1, random)],
  ['discounts, charges, FX, credit notes, duplicates, shared accounts', (world, random) => withDifferences(world, random)],
];

/** Accuracy on worlds of every kind, several draws each; time and memory of the command line as its own process. */
export async function run(args: string[]): Promise<{ name: string; rows: Row[]; notes: string[] }> {
  const { values } = parseArgs({ args, options: { draws: { type: 'string', default: '3' }, large: { type: 'boolean', default: false } } });
  const rows: Row[] = [];
  for (const set of setsAtHand()) {
    rows.push(accuracy('published, batch', set, 1, 'batch', worlds[0]![1]));
    for (const [name, make] of worlds) rows.push(accuracy(name, set, name === 'published' ? 1 : Number(values.draws), 'online', make));
    rows.push(commandLine(`command line, ${set}`, readWorld(set)));
  }
  if (values.large) rows.push(commandLine('command line, 100,000 payments, 200,000 items', scaledWorld(200_000, 100_000, 1)));
  return { name: 'cash', rows, notes: ['Shares are of payments whose invoices are all in the world; wrong = applied payments whose items differ from the truth in any way.'] };
}

function accuracy(name: string, set: string, draws: number, mode: 'online' | 'batch', make: (world: World, random: Random) => World): Row {
  const total = { payments: 0, matchable: 0, applied: 0, right: 0, onArrival: 0, wrong: 0, pairs: 0, pairsFound: 0, milliseconds: 0 };
  const errors: Record<string, number> = {};
  for (let draw = 1; draw <= draws; draw++) {
    const random = randomOf(draw * 7919 + 13);
    const figures = measure(relabelled(make(readWorld(set), random), random), mode);
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += figures[key];
    for (const [kind, count] of Object.entries(figures.errors)) errors[kind] = (errors[kind] ?? 0) + count;
  }
  return {
    world: name, set, draws, applied: total.applied,
    'pair recall': share(total.pairsFound, total.pairs), 'applied right': share(total.right, total.matchable), 'on arrival': share(total.onArrival, total.matchable),
    touchless: share(total.applied, total.payments), wrong: total.wrong, precision: share(total.right, total.applied, 6),
    errors: Object.entries(errors).map(([kind, count]) => `${kind}: ${count}`).join('; '), seconds: (total.milliseconds / draws / 1000).toFixed(1), 'peak MB': '',
  };
}

function share(part: number, whole: number, digits = 4): string {
  return whole === 0 ? '' : (part / whole).toFixed(digits);
}

/** Runs `kontor cash-apply` on files; processor seconds and peak memory are the child's own. */
function commandLine(name: string, world: World): Row {
  const folder = mkdtempSync(join(tmpdir(), 'kontor-cash-'));
  try {
    const files = { invoices: join(folder, 'invoices.csv'), payments: join(folder, 'payments.csv') };
    writeFileSync(files.invoices, toCsv(world.invoices));
    writeFileSync(files.payments, toCsv(world.payments));
    const kontor = fileURLToPath(new URL('../bin/kontor.mjs', import.meta.url));
    const child = spawnSync(process.execPath, [kontor, 'cash-apply', '--invoices', files.invoices, '--payments', files.payments], { encoding: 'utf8', maxBuffer: 2 ** 30 });
    const [, seconds = '', megabytes = ''] = /([\d.]+) s processor time, (\d+) MB/.exec(child.stderr) ?? [];
    return { world: name, set: '', draws: 1, applied: child.stdout.split('"decision":"auto"').length - 1, 'pair recall': '', 'applied right': '', 'on arrival': '', touchless: '', wrong: '', precision: '', errors: '', seconds, 'peak MB': megabytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
