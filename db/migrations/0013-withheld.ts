import type { Knex } from 'knex';

/** T6: what is kept back for the tax office, beside discount and amount. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table payment_runs add column withheld_minor numeric(38, 0)`);
  await db.raw(`alter table payment_items add column withheld_minor numeric(38, 0) not null default 0`);
}
