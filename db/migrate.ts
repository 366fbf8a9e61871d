import type { Knex } from 'knex';
import { openDatabase, sql } from './client.ts';
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
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const db = openDatabase(databaseUrl, { poolSize: 2, applicationName: 'kontor-migrate', statementTimeoutMs: 300_000 });
  try {
    return await db.transaction(async (holder) => {
      await sql(holder, `set local lock_timeout = '120s'; set local idle_in_transaction_session_timeout = 0`);
      await sql(holder, `select pg_advisory_xact_lock(hashtextextended(:lock, 0))`, { lock: LOCK });
      const config: Knex.MigratorConfig = { migrationSource, tableName: 'schema_migrations' };
      await db.migrate.forceFreeMigrationsLock(config);
      const [, applied] = (await db.migrate.latest(config)) as [number, string[]];
      return applied;
    });
  } finally {
    await db.destroy();
  }
}
