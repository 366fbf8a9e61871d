import type { Knex } from 'knex';

/** A12 looks at a supplier's last days without an order: not at all that it ever sent. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create index cases_recent on cases (entity, supplier_id, created_at) where cardinality(order_numbers) = 0`);
}
