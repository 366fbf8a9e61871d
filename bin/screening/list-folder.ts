import { statSync } from 'node:fs';
import { KontorError, type Problem } from '../../domain/errors.ts';
import type { LoadedList } from '../../domain/model/list-entry.ts';
import { readLists } from '../../documents/lists/read-lists.ts';
import { listFiles } from './list-files.ts';

/** What was read of the lists of a folder: plain data, so that other threads can be given it. */
export interface ReadLists {
  lists: LoadedList[];
  gaps: string[];
  problems: Problem[];
  /** What people should know about the lists: size, date, where the date comes from. */
  notes: string[];
}

/** Reads all lists of the folder. A list that is missing, cut or incomplete becomes a gap: nobody is CLEAR then. */
export function readListFolder(folder: string): ReadLists {
  if (!statSync(folder, { throwIfNoEntry: false })) throw new KontorError('lists-missing', `There is no folder ${folder}`, { place: { path: folder } });
  const readings = readLists(listFiles(folder));
  if (readings.length === 0) throw new KontorError('lists-missing', `${folder} holds no list`, { place: { path: folder } });
  const gaps = readings.filter((reading) => reading.problems.length > 0).map((reading) => (reading.list ? `list ${reading.name} is incomplete: ${reading.problems.length} problems` : `list ${reading.name} was not loaded: ${reading.problems[0]!.message}`));
  const loaded = readings.flatMap((reading) => reading.list ?? []);
  return {
    lists: loaded,
    gaps,
    problems: readings.flatMap((reading) => reading.problems),
    notes: loaded.map((list) => `${list.list}: ${list.counts.loaded} of ${list.counts.read} entries, ${list.format}, of ${list.date}${list.dateSource === 'file' ? ' (time of the file: the list holds no date)' : ''}, sha256 ${list.sha256.slice(0, 12)}`),
  };
}
