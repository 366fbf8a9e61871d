import { sql, type Db } from '../../db/client.ts';
import { documentKeys } from '../../domain/rules/accounts-payable/document-number.ts';
import { nameForms } from '../../domain/rules/accounts-payable/similarity.ts';
import type { Stored, World } from './world.ts';

const atOnce = 10_000;
const tables = ['cases', 'invoice_keys'];

/**
 * Stores documents as a run of three years would have left them: their cases paid, the newest ones posted. In bulk: the
 * indexes are made afterwards, as they are written in the schema, and the tables are vacuumed and analysed.
 */
export async function load(db: Db, world: World, count: number): Promise<void> {
  const indexes = await dropIndexes(db);
  let batch: Stored[] = [];
  let number = 0;
  for (const document of world.stored(count)) {
    batch.push(document);
    if (batch.length < atOnce) continue;
    await insert(db, world, batch, number);
    number += batch.length;
    batch = [];
  }
  await insert(db, world, batch, number);
  for (const definition of indexes) await sql(db, definition);
  for (const table of tables) await sql(db, `vacuum analyze ${table}`);
}

/** Those that are no constraint; what foreign keys check, the generator already knows. */
async function dropIndexes(db: Db): Promise<string[]> {
  const found = await sql<{ name: string; definition: string }>(
    db,
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
       from pg_index i where i.indrelid::regclass::text = any (:tables) and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
    { tables },
  );
  for (const { name } of found) await sql(db, `drop index ${name}`);
  return found.map(({ definition }) => definition);
}

async function insert(db: Db, world: World, batch: readonly Stored[], before: number): Promise<void> {
  const rows = batch.map((document) => {
    const { id, group, name, vatId, bankAccounts } = world.supplierOf(document.of);
    return { ...document, ...documentKeys(document.number), raw: document.number, forms: nameForms(name).join('|'), supplier: id, group, name, vatId: vatId ?? '', iban: bankAccounts[0]?.iban ?? '' };
  });
  const column = <Name extends keyof (typeof rows)[number]>(name: Name) => rows.map((row) => row[name]);
  await db.transaction(async (trx) => {
    await sql(trx, `set local synchronous_commit = off`);
    await sql(trx, `set local session_replication_role = replica`);
    await sql(
      trx,
      `with document as (
         select *, :before::bigint + ordinality as at from unnest(:ids::text[], :classes::text[], :numbers::text[], :raws::text[], :k1s::text[], :k2s::text[], :dates::date[], :nets::numeric[], :grosses::numeric[],
                :suppliers::text[], :groups::text[], :names::text[], :forms::text[], :vatIds::text[], :ibans::text[], :precedings::text[], :precedingK1s::text[], :precedingK2s::text[])
           with ordinality as d (id, class, number, raw, k1, k2, date, net, gross, supplier, supplier_group, name, forms, vat_id, iban, preceding, preceding_k1, preceding_k2, ordinality)
       ), cased as (
         insert into cases (id, number, entity, process, workflow_id, channel, submitter, correlation_id, document_hash, document_class, document_number, issue_date, due_date, seller_name, supplier_id,
                            currency, gross_minor, payable_minor, state, stage, outcome, progress, created_at, posted_at, paid_at, closed_at)
         select id, at, 'DE01', 'ap-invoice', 'ap-invoice/DE01/' || id, 'api', 'person:bench', id, md5(id), class, raw, date, date + 30, name, supplier, 'EUR', gross, gross,
                'paid', 'paid', 'paid', jsonb_build_object('state', 'paid', 'stage', 'paid', 'correlationId', id), date, date + 1, date + 29, date + 31 from document
       )
       insert into invoice_keys (case_id, entity, supplier_id, supplier_group, seller_name, name_forms, class, type_code, document_hash, number, raw_key, k1, k2, issue_date, currency, gross_minor, net_minor, accounts, vat_id, preceding, preceding_keys)
       select id, 'DE01', supplier, supplier_group, name, string_to_array(forms, '|'), class, case class when 'invoice' then '380' else '381' end, md5(id), raw, number, k1, k2, date, 'EUR', gross, net, array[iban], vat_id,
              case preceding when '' then '{}' else array[preceding] end, case preceding when '' then '{}' else array[preceding_k1, preceding_k2] end from document`,
      {
        before, ids: column('caseId'), classes: column('class'), numbers: column('number'), raws: column('raw'), k1s: column('k1'), k2s: column('k2'), dates: column('issueDate'), nets: column('netMinor'),
        grosses: column('grossMinor'), suppliers: column('supplier'), groups: column('group'), names: column('name'), forms: column('forms'), vatIds: column('vatId'), ibans: column('iban'), precedings: rows.map(({ preceding }) => preceding[0] ?? ''),
        precedingK1s: rows.map(({ preceding }) => documentKeys(preceding[0] ?? '').k1), precedingK2s: rows.map(({ preceding }) => documentKeys(preceding[0] ?? '').k2),
      },
    );
  });
}
