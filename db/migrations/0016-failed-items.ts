import type { Knex } from 'knex';

/** P8: what was refused or came back is few of what was paid, and each payment run looks whether its document has heard of it. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create index payment_items_failed on payment_items (entity) where state in ('rejected', 'returned')`);
}
