import type { Knex } from 'knex';

/** P9: who changed an account and what the name check said, and the call-back by which it was confirmed. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table payment_holds add column detail jsonb not null default '{}', add column lift_detail jsonb`);
}
