import { join } from 'node:path';
import { listFiles } from '../../bin/screening/list-files.ts';
import { readProfile } from '../../bin/screening/profiles.ts';
import { readLists } from '../../documents/lists/read-lists.ts';
import type { ListEntry, LoadedList } from '../../domain/model/list-entry.ts';
import { buildDatabase } from '../../domain/rules/screening/screening-database.ts';
import type { ScreeningContext } from '../../domain/rules/screening/screen.ts';
import { dataFolder } from './pairs.ts';

export interface ListBench {
  context: ScreeningContext;
  /** Names of persons in original script, and the lists without them, so that finding them is not looking them up. */
  originals: { entry: ListEntry; name: string }[];
  withoutOriginals: () => ScreeningContext;
  /** CPU seconds, user and system. */
  loadSeconds: number;
  peakMegabytes: number;
}

/** The three lists of the data folder. */
export function loadLists(): ListBench {
  const started = process.cpuUsage();
  const lists = readLists(listFiles(join(dataFolder, 'screening/lists'))).flatMap((reading) => reading.list ?? []);
  const originals = lists.flatMap((list) => list.entries.flatMap((entry) => entry.names.filter((name) => name.quality === 'original' && entry.kind === 'person').map((name) => ({ entry, name: name.text }))));
  const withoutOriginals = (): LoadedList[] => lists.map((list) => ({ ...list, entries: list.entries.map((entry) => ({ ...entry, names: entry.names.filter((name) => name.quality !== 'original') })) }));
  const database = buildDatabase(lists);
  const used = process.cpuUsage(started);
  const loadSeconds = (used.user + used.system) / 1e6;
  const context = { profile: readProfile('qualified'), today: '2026-02-27', gaps: [] };
  return {
    context: { ...context, database },
    originals,
    withoutOriginals: () => ({ ...context, database: buildDatabase(withoutOriginals()) }),
    loadSeconds,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}
