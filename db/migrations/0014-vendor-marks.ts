import type { Knex } from 'knex';
import { keyForms } from '../../domain/rules/accounts-payable/document-number.ts';
import { nameForms } from '../../domain/rules/accounts-payable/similarity.ts';
import { plainTaxId } from '../../domain/rules/accounts-payable/tax-id.ts';

const atOnce = 5_000;

/**
 * Vendors are compared by equal forms of their name and tax id, which are kept, and no more by similar names of thousands that have the
 * same number; the second form of a number is looked up together with the first, so that what the first has found is not read twice.
 * What a document refers to is found under both forms, however it is written.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`alter table invoice_keys add column name_forms text[] not null default '{}', add column preceding_keys text[] not null default '{}'`);
  await fillNames(db);
  await fillTaxIds(db);
  await fillPreceding(db);
  await db.raw(`create index invoice_keys_preceding_keys on invoice_keys using gin (preceding_keys)`);
  await db.raw(`create index invoice_keys_k2_k1 on invoice_keys (entity, class, k2, k1)`);
  await db.raw(`drop index invoice_keys_preceding, invoice_keys_k2`);
}

async function fillNames(db: Knex): Promise<void> {
  for (const names of await distinct(db, 'seller_name')) {
    const forms = names.flatMap((name) => nameForms(name).map((form) => ({ name, form })));
    await db.raw(
      `update invoice_keys k set name_forms = known.forms
         from (select name, array_agg(form) as forms from unnest(?::text[], ?::text[]) as one (name, form) group by name) known where k.seller_name = known.name`,
      [forms.map(({ name }) => name), forms.map(({ form }) => form)],
    );
  }
}

async function fillTaxIds(db: Knex): Promise<void> {
  for (const ids of await distinct(db, 'vat_id')) {
    await db.raw(`update invoice_keys k set vat_id = nullif(plain, '') from unnest(?::text[], ?::text[]) as known (id, plain) where k.vat_id = id and id <> plain`, [ids, ids.map(plainTaxId)]);
  }
}

async function fillPreceding(db: Knex): Promise<void> {
  const { rows } = await db.raw<{ rows: { case_id: string; preceding: string[] }[] }>(`select case_id, preceding from invoice_keys where cardinality(preceding) > 0`);
  for (const { case_id: caseId, preceding } of rows) await db.raw(`update invoice_keys set preceding_keys = ?::text[] where case_id = ?`, [keyForms(preceding), caseId]);
}

async function distinct(db: Knex, column: 'seller_name' | 'vat_id'): Promise<string[][]> {
  const { rows } = await db.raw<{ rows: { text: string }[] }>(`select distinct ${column} as text from invoice_keys where ${column} is not null`);
  const texts = rows.map(({ text }) => text);
  return Array.from({ length: Math.ceil(texts.length / atOnce) }, (_, page) => texts.slice(page * atOnce, (page + 1) * atOnce));
}
