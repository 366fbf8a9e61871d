import type { Knex } from 'knex';

/** C4: each payment run looks whether a credit has settled a document in full of which its process has not heard yet. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`create index inbound_events_credited on inbound_events ((payload ->> 'caseId')) where source = 'payments' and kind = 'credited'`);
}
