import type { Knex } from 'knex';

/** F25: which loss of records the running processes of the engine were last held against the cases for. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table installation add column processes_compared_for timestamptz`);
}
