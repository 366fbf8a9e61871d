import type { Knex } from 'knex';

/**
 * Since when records of effects may be missing: a restore drops a day, a failover the newest commits. From then on every
 * effect enquires before its first send, whichever process carries it out.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
alter table installation
  -- The database's history as the processes know it; another one means that commits were lost.
  add column epoch text,
  add column records_lost_at timestamptz;
update installation set epoch = database_epoch();
`);
}
