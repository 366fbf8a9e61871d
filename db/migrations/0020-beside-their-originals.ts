import type { Knex } from 'knex';

/** D10: a document that two persons let in beside one of the same number is not raised when that one is judged again. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table cleared_pairs add column beside text references cases`);
}
