import type { Knex } from 'knex';

/** P8: money may come back before it is known whether the ERP has booked its payment, so that a returned payment is looked for with or without a booking. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`drop index payment_instructions_unbooked`);
  await db.raw(`create index payment_instructions_unbooked on payment_instructions (entity) where (state = 'confirmed' and booked_as is null) or (state = 'returned' and unbooked_as is null)`);
}
