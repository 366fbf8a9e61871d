// compares two versions of a sanctions list
import { statSync } from 'node:fs';
import { KontorError } from '../../domain/errors.ts';
import { diffLists } from '../../documents/lists/diff-lists.ts';
import { readLists } from '../../documents/lists/read-lists.ts';
import type { LoadedList } from '../../domain/model/list-entry.ts';
import { runVerb, tell } from '../screening/arguments.ts';
import { listFiles } from '../screening/list-files.ts';

const usage = `kontor lists diff OLD NEW

OLD and NEW are list files, or folders that hold one list each. Prints a JSON line a change
{change: addition|change|delisting, id, name, fields} and a last line with the counts and the share of entries that are gone.

Exit code: 0 compared; 3 compared, and more than 5 % of the entries are gone or the new list is empty: two persons must release it; 1 a list cannot be read; 2 wrong arguments.`;

/** K17: above this share of delistings two persons release the new version. */
const shrinkGuard = 0.05;

export async function run(args: string[]): Promise<number> {
  return runVerb(usage, args, {}, (_values, positionals) => {
    if (positionals[0] !== 'diff' || positionals.length !== 3) {
      console.error(usage);
      return 2;
    }
    const difference = diffLists(readOne(positionals[1]!), readOne(positionals[2]!));
    const kinds = { addition: difference.additions, change: difference.changes, delisting: difference.delistings };
    for (const [change, items] of Object.entries(kinds)) for (const item of items) process.stdout.write(`${JSON.stringify({ change, ...item })}\n`);
    const guarded = difference.shrinkShare > shrinkGuard;
    process.stdout.write(
      `${JSON.stringify({ old: difference.old, new: difference.new, additions: difference.additions.length, changes: difference.changes.length, delistings: difference.delistings.length, shrinkShare: Math.round(difference.shrinkShare * 10_000) / 10_000, release: guarded ? 'two persons' : 'automatic' })}\n`,
    );
    return guarded ? 3 : 0;
  });
}

function readOne(path: string): LoadedList {
  if (!statSync(path, { throwIfNoEntry: false })) throw new KontorError('lists-missing', `There is no ${path}`, { place: { file: path } });
  const readings = readLists(listFiles(path));
  const direct = readings.filter((reading) => !reading.list?.files[0]?.includes('/') || readings.length === 1);
  const loaded = direct.filter((reading) => reading.list);
  direct.flatMap((reading) => reading.problems).forEach(tell);
  if (loaded.length !== 1) throw new KontorError('lists-missing', `${path} holds ${loaded.length} readable lists; name the file of one, or a folder with one`, { place: { file: path } });
  return loaded[0]!.list!;
}
