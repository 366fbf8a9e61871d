import type { Knex } from 'knex';

/**
 * Look-alikes are found by number or amount and compared further from there. Indexes on the marks of a vendor only misled: most
 * names share trigrams with thousands of others, and each invoice paid for four more entries.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`drop index if exists invoice_keys_group, invoice_keys_vat, invoice_keys_accounts, invoice_keys_name`);
}
