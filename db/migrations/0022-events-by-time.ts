import type { Knex } from 'knex';

/** M19: a posting that waits for the ERP looks for what became known of its orders meanwhile. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create index inbound_events_by_time on inbound_events (source, created_at)`);
}
