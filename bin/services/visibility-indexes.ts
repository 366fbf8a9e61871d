import { withClient } from './postgres.ts';

/**
 * The schema of the Temporal server indexes each search attribute that a namespace could ever have, some sixty of them: each record of a process writes
 * into all of them, again whenever it changes, and nearly always that the attribute is not set. In a store that holds nothing yet these indexes are
 * made anew for set values only. They keep their names, so that a later version of the schema finds them, and a search for a value uses them as before.
 */
export async function indexSetValuesOnly(visibilityUrl: string): Promise<void> {
  await withClient(visibilityUrl, async (client) => {
    const { rows } = await client.query<{ name: string; definition: string; attribute: string }>(UNCONDITIONAL);
    const statements = rows.map(({ name, definition, attribute }) => `drop index ${client.escapeIdentifier(name)}; ${definition} where ${client.escapeIdentifier(attribute)} is not null`);
    if (statements.length > 0) await client.query(statements.join(';\n')); // one transaction
  });
}

/** Search attributes are the columns that are generated; they come second in their indexes, after the namespace. */
const UNCONDITIONAL = `
select index.relname as name, pg_get_indexdef(index.oid) as definition, attribute.attname as attribute
  from pg_index known join pg_class index on index.oid = known.indexrelid
  join pg_attribute attribute on attribute.attrelid = known.indrelid and attribute.attnum = known.indkey[1] and attribute.attgenerated = 's'
 where known.indrelid = 'executions_visibility'::regclass and known.indpred is null and not known.indisunique
   and not exists (select from executions_visibility)`;
