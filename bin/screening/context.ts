import { statSync } from 'node:fs';
import { KontorError, type Problem } from '../../domain/errors.ts';
import type { ScreeningProfile } from '../../domain/policy/screening.ts';
import { buildDatabase } from '../../domain/rules/screening/screening-database.ts';
import type { ScreeningContext } from '../../domain/rules/screening/screen.ts';
import { readLists } from '../../documents/lists/read-lists.ts';
import { listFiles } from './list-files.ts';

export interface ScreeningRequest {
  lists: string;
  profile: ScreeningProfile;
  threshold?: number;
  today: string;
}

export interface ReadContext extends ScreeningContext {
  problems: Problem[];
  /** What people should know about the lists: size, date, where the date comes from. */
  notes: string[];
}

/** Reads all lists of the folder. A list that is missing, cut or incomplete becomes a gap: nobody is CLEAR then. */
export function readContext(request: ScreeningRequest): ReadContext {
  if (!statSync(request.lists, { throwIfNoEntry: false })) throw new KontorError('lists-missing', `There is no folder ${request.lists}`, { place: { path: request.lists } });
  const readings = readLists(listFiles(request.lists));
  if (readings.length === 0) throw new KontorError('lists-missing', `${request.lists} holds no list`, { place: { path: request.lists } });
  const gaps = readings.filter((reading) => reading.problems.length > 0).map((reading) => (reading.list ? `list ${reading.name} is incomplete: ${reading.problems.length} problems` : `list ${reading.name} was not loaded: ${reading.problems[0]!.message}`));
  const loaded = readings.flatMap((reading) => reading.list ?? []);
  return {
    database: buildDatabase(loaded),
    profile: request.profile,
    ...(request.threshold === undefined ? {} : { threshold: request.threshold }),
    today: request.today,
    gaps,
    problems: readings.flatMap((reading) => reading.problems),
    notes: loaded.map((list) => `${list.list}: ${list.counts.loaded} of ${list.counts.read} entries, ${list.format}, of ${list.date}${list.dateSource === 'file' ? ' (time of the file: the list holds no date)' : ''}, sha256 ${list.sha256.slice(0, 12)}`),
  };
}
