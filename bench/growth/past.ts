import { withClient } from '../../bin/services/postgres.ts';
import { sql, type Trx } from '../../db/client.ts';
import type { Ground } from '../invoice/contender.ts';

/**
 * Whatever a case leaves behind, by the column that names the case. Rows of other kinds (people, policies) do not grow with the
 * number of cases.
 */
const ofCase = ['cases', 'documents', 'fact_sets', 'assessments', 'effects', 'intake_keys', 'invoice_keys', 'outbox', 'postings', 'recorded_steps', 'reservations', 'tasks', 'decisions', 'exceptions'];
const atOnce = 2_000;

/**
 * Multiplies finished cases to `wanted` of them: each row of a case is copied with an id, a document number and an order of its
 * own, so that tables, indexes and statistics are those of so many real ones. Its bytes, its request (under a key that tells it is a copy) and its audit events are
 * copied, too; the chain of audit events is counted on, not signed. What their payments left is not.
 */
export async function growTo({ db, settings: { databaseUrl = '' } }: Ground, templates: readonly string[], wanted: number): Promise<void> {
  const [{ cases: had } = { cases: 0 }] = await sql<{ cases: number }>(db, 'select count(*)::int as cases from cases');
  for (let made = had; made < wanted; made += atOnce) {
    const copies = Math.ceil(Math.min(atOnce, wanted - made) / templates.length);
    await db.transaction(async (trx) => {
      await sql(trx, 'set local synchronous_commit = off');
      await sql(trx, 'set local statement_timeout = 0');
      await sql(trx, 'set local session_replication_role = replica');
      await copyCases(trx, templates, made, copies);
    });
  }
  await withClient(databaseUrl, async (client) => {
    await client.query('set statement_timeout = 0'); // some gigabytes
    await client.query('vacuum analyze');
    await client.query('checkpoint');
  });
}

async function copyCases(trx: Trx, templates: readonly string[], made: number, copies: number): Promise<void> {
  const place = { templates: [...templates], from: made, to: made + copies - 1 };
  for (const table of ofCase) await copyRows(trx, table, table === 'cases' ? 'id' : 'case_id', place);
  await sql(
    trx,
    `insert into requests (principal, method, route, key, entity, body_hash, state, verdict, fencing, lease_until, status, headers, body, created_at, completed_at)
     select r.principal, r.method, r.route, r.key || '~' || i, r.entity, r.body_hash, r.state, r.verdict, r.fencing, r.lease_until, r.status, r.headers, r.body, r.created_at, r.completed_at
       from requests r join unnest(:templates::text[]) t (id) on r.body ->> 'id' = t.id cross join generate_series(:from::int, :to::int) i
      where r.key not like '%~%'`,
    place,
  );
  await sql(
    trx,
    `insert into blobs (entity, sha256, bytes, size, media_type, purpose, retention, expires_at, created_at)
     select b.entity, encode(sha256((b.sha256 || i)::bytea), 'hex'), b.bytes, b.size, b.media_type, b.purpose, b.retention, b.expires_at, b.created_at
       from documents d join unnest(:templates::text[]) t (id) on d.case_id = t.id join blobs b on b.entity = d.entity and b.sha256 = d.content_hash cross join generate_series(:from::int, :to::int) i`,
    place,
  );
  await sql(
    trx,
    `with copied as (
       insert into audit_events (entity, seq, hash, event)
       select e.entity, h.seq + row_number() over (partition by e.entity order by i, e.seq), encode(sha256((e.hash || i)::bytea), 'hex'), replace(e.event::text, t.id, t.id || '~' || i)::jsonb
         from audit_events e join unnest(:templates::text[]) t (id) on e.case_id = t.id join audit_heads h on h.entity = e.entity cross join generate_series(:from::int, :to::int) i
       returning entity, seq
     )
     update audit_heads h set seq = greatest(h.seq, (select max(seq) from copied c where c.entity = h.entity)) where entity in (select entity from copied)`,
    place,
  );
}

/** Ids and numbers are replaced wherever they stand in a row; a key of its own is told apart by its copy. */
async function copyRows(trx: Trx, table: string, caseColumn: string, place: { templates: string[]; from: number; to: number }): Promise<void> {
  const columns = await sql<{ name: string }>(
    trx,
    `select column_name as name from information_schema.columns where table_schema = current_schema() and table_name = :table and is_identity = 'NO' and is_generated = 'NEVER'`,
    { table },
  );
  const names = columns.map(({ name }) => name);
  const told = ['key', 'raw_key', 'k1', 'k2'].filter((name) => names.includes(name)).map((name) => `'${name}', s.${name} || '~' || i`);
  const own = [...told, ...(table === 'cases' ? [`'number', nextval('case_numbers')`] : [])].join(', ');
  await sql(
    trx,
    `insert into ${table} (${names.join(', ')})
     select ${names.map((name) => `(copy).${name}`).join(', ')} from (
       select jsonb_populate_record(null::${table}, (${replaced('to_jsonb(s)::text')})::jsonb || jsonb_build_object(${own})) as copy
         from ${table} s join cases c on c.id = s.${caseColumn} cross join generate_series(:from::int, :to::int) i
        where s.${caseColumn} = any (:templates::text[])) copies`,
    place,
  );
}

function replaced(text: string): string {
  const once = `replace(${text}, c.id, c.id || '~' || i)`;
  const twice = `replace(${once}, c.document_number, c.document_number || '~' || i)`;
  return `case when cardinality(c.order_numbers) = 0 then ${twice} else replace(${twice}, c.order_numbers[1], c.order_numbers[1] || '~' || i) end`;
}
