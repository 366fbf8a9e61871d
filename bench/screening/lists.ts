import { join } from 'node:path';
import { listFiles } from '../../bin/screening/list-files.ts';
import { readProfile } from '../../bin/screening/profiles.ts';
import { readLists } from '../../documents/lists/read-lists.ts';
import type { ListEntry } from '../../domain/model/list-entry.ts';
import { buildDatabase } from '../../domain/rules/screening/screening-database.ts';
import type { ScreeningContext } from '../../domain/rules/screening/screen.ts';
import { dataFolder } from './pairs.ts';

export interface ListBench {
  context: ScreeningContext;
  /** Names in original script, taken out of the lists so that finding them is not looking them up. */
  originals: { entry: ListEntry; name: string }[];
  /** CPU seconds, user and system. */
  loadSeconds: number;
  peakMegabytes: number;
}

/** The three lists of the data folder, without the names in original script. */
export function loadLists(): ListBench {
  const started = process.cpuUsage();
  const lists = readLists(listFiles(join(dataFolder, 'screening/lists'))).flatMap((reading) => reading.list ?? []);
  const originals = lists.flatMap((list) => list.entries.flatMap((entry) => entry.names.filter((name) => name.quality === 'original' && entry.kind === 'person').map((name) => ({ entry, name: name.text }))));
  const latinOnly = lists.map((list) => ({ ...list, entries: list.entries.map((entry) => ({ ...entry, names: entry.names.filter((name) => name.quality !== 'original') })) }));
  const database = buildDatabase(latinOnly);
  const used = process.cpuUsage(started);
  const loadSeconds = (used.user + used.system) / 1e6;
  return { context: { database, profile: readProfile('qualified'), today: '2026-02-27', gaps: [] }, originals, loadSeconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
}
