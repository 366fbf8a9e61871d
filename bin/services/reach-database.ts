import { KontorError } from '../../domain/errors.ts';
import { openDatabase, type Db } from '../../db/client.ts';
import type { Settings } from '../../temporal-config/settings.ts';
import { runningOn } from './state.ts';

/**
 * Runs a command's work on the database of `DATABASE_URL`, or on that of the installation that is running in this checkout.
 * @throws KontorError `database-unavailable` when there is neither
 */
export async function withDatabase<Result>(settings: Settings, work: (db: Db) => Promise<Result>): Promise<Result> {
  const db = openDatabase(databaseUrlOf(settings), { poolSize: 2, applicationName: 'kontor-command' });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** @throws KontorError `database-unavailable` */
export function databaseUrlOf(settings: Settings): string {
  const url = settings.databaseUrl ?? runningOn(settings.stateDir)?.addresses?.databaseUrl;
  if (!url) throw new KontorError('database-unavailable', 'There is no database to work on: start Kontor with `npm start`, or set DATABASE_URL.');
  return url;
}
