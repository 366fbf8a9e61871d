import type { NameRow } from '../../documents/lists/names-csv.ts';
import type { LoadedList } from '../../domain/model/list-entry.ts';
import type { ScreeningResult } from '../../domain/model/screening.ts';
import type { ScreeningProfile } from '../../domain/policy/screening.ts';
import { buildDatabase } from '../../domain/rules/screening/screening-database.ts';
import { screenName, type ScreeningContext } from '../../domain/rules/screening/screen.ts';

/** Everything that a thread needs to screen names; plain data. A thread loads this file and no reader of lists. */
export interface ScreeningTask {
  lists: LoadedList[];
  gaps: string[];
  profile: ScreeningProfile;
  threshold?: number;
  today: string;
}

export function contextOf({ lists, ...rest }: ScreeningTask): ScreeningContext {
  return { database: buildDatabase(lists), ...rest };
}

/** A row that could not be read is an error of that row, never a pass. */
export function screenRow(context: ScreeningContext, row: NameRow): ScreeningResult {
  if (row.problem) return { id: row.query.id, state: 'ERROR', notes: [`${row.problem.message}: ${row.problem.remedy}`], hits: [] };
  return screenName(context, row.query);
}
