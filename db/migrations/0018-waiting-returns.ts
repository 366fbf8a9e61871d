import type { Knex } from 'knex';

/** P8: money may come back before its debit is read: what of the entry has to be matched again, and under which ids, is kept until then. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table bank_entries add column waiting jsonb`);
  await db.raw(`create index bank_entries_waiting on bank_entries (entity) where waiting is not null`);
}
