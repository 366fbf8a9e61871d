import type { Knex } from 'knex';
import { KontorError } from '../domain/errors.ts';
import { openDatabase, sql, type Db } from './client.ts';
import { migrations, type Migration } from './migrations/index.ts';

/** Ids carry no file extension, so that a database migrated from `.ts` sources also fits the compiled `.js`. */
const migrationSource: Knex.MigrationSource<Migration> = {
  getMigrations: () => Promise.resolve([...migrations]),
  getMigrationName: (migration) => migration.id,
  getMigration: (migration) => Promise.resolve({ up: migration.up, down: () => Promise.reject(new Error('migrations go forward only')) }),
};

const LOCK = 'kontor/migrate';

/**
 * Brings the database to the newest schema and answers the ids applied now; a second call applies nothing.
 * Several processes may call it at once: an advisory lock lets one work, and frees what a killed one left locked.
 * @throws KontorError `database-newer` where a newer version has migrated it
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const db = openDatabase(databaseUrl, { poolSize: 2, applicationName: 'kontor-migrate', statementTimeoutMs: 300_000 });
  try {
    return await db.transaction(async (holder) => {
      await sql(holder, `set local lock_timeout = '120s'; set local idle_in_transaction_session_timeout = 0`);
      await sql(holder, `select pg_advisory_xact_lock(hashtextextended(:lock, 0))`, { lock: LOCK });
      await refuseNewer(holder);
      const config: Knex.MigratorConfig = { migrationSource, tableName: 'schema_migrations' };
      await db.migrate.forceFreeMigrationsLock(config);
      const [, applied] = (await db.migrate.latest(config)) as [number, string[]];
      return applied;
    });
  } finally {
    await db.destroy();
  }
}

/** A database that a newer version migrated has tables which this one does not know how to keep right. */
async function refuseNewer(db: Db): Promise<void> {
  const [found] = await sql<{ present: boolean }>(db, `select to_regclass('schema_migrations') is not null as present`);
  if (!found?.present) return;
  const applied = (await sql<{ name: string }>(db, `select name from schema_migrations order by name`)).map(({ name }) => name);
  const unknown = applied.filter((name) => !migrations.some(({ id }) => id === name));
  if (unknown.length > 0)
    throw new KontorError('database-newer', `The database is at ${applied.at(-1)}, this version of Kontor ends at ${migrations.at(-1)?.id} and does not know ${unknown.join(', ')}. Nothing was changed.`);
}
