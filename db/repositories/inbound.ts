import { json, sql, type Db, type Trx } from '../client.ts';

/** Something that happened outside. A source is one adapter of one company, `erp/DE01`; ids are unique within it. */
export interface InboundEvent {
  id: string;
  kind: string;
  payload: Record<string, unknown>;
}

/** Under which a company's ERP tells of receipts and changed orders. */
export const erpSource = (entity: string): string => `erp/${entity}`;

/** Takes events in, each once per source, and moves the cursor; answers those that are new, in their order. */
export async function recordInbound(trx: Trx, batch: { source: string; entity: string; events: readonly InboundEvent[]; cursor?: string }): Promise<InboundEvent[]> {
  const rows = await sql<{ id: string }>(
    trx,
    `insert into inbound_events (source, entity, id, kind, payload)
     select :source, :entity, id, kind, payload from jsonb_to_recordset(:events) as event (id text, kind text, payload jsonb)
     on conflict (source, id) do nothing returning id`,
    { source: batch.source, entity: batch.entity, events: json(batch.events) },
  );
  if (batch.cursor !== undefined)
    await sql(
      trx,
      `insert into inbound_cursors (source, entity, cursor) values (:source, :entity, :cursor)
       on conflict (source) do update set cursor = excluded.cursor, updated_at = clock_timestamp()`,
      { source: batch.source, entity: batch.entity, cursor: batch.cursor },
    );
  const fresh = new Set(rows.map((row) => row.id));
  return batch.events.filter((event) => fresh.delete(event.id));
}

/** Where the last poll of the source ended; undefined before the first. */
export async function readCursor(db: Db, source: string): Promise<string | undefined> {
  const [row] = await sql<{ cursor: string }>(db, `select cursor from inbound_cursors where source = :source`, { source });
  return row?.cursor;
}

/** Where a reading stands, and for how long it has stood there; undefined before the first. */
export async function readPlace(db: Db, source: string): Promise<{ cursor: string; forMs: number } | undefined> {
  const [row] = await sql<{ cursor: string; forMs: number }>(db, `select cursor, (extract(epoch from clock_timestamp() - updated_at) * 1000)::float8 as "forMs" from inbound_cursors where source = :source`, { source });
  return row;
}

/** When the source was last read to an end; since when the company is there, where it never was. */
export async function lastReadAt(db: Db, source: string, entity: string): Promise<string | undefined> {
  const [row] = await sql<{ at: string }>(
    db,
    `select coalesce(c.updated_at, e.created_at) as at from legal_entities e left join inbound_cursors c on c.source = :source where e.entity = :entity`,
    { source, entity },
  );
  return row?.at;
}

export async function readInbound(db: Db, source: string, id: string): Promise<(InboundEvent & { entity: string; createdAt: string }) | undefined> {
  const [row] = await sql<InboundEvent & { entity: string; createdAt: string }>(
    db,
    `select id, kind, payload, entity, created_at as "createdAt" from inbound_events where source = :source and id = :id`,
    { source, id },
    'inbound-read',
  );
  return row;
}

/** Whether a source has told of one of these orders since a moment. */
export async function toldOfOrders(db: Db, source: string, orderNumbers: readonly string[], since: string): Promise<boolean> {
  if (orderNumbers.length === 0) return false;
  const told = await sql(db, `select from inbound_events where source = :source and created_at >= :since::timestamptz and payload ->> 'orderNumber' = any (:orderNumbers::text[]) limit 1`, { source, since, orderNumbers });
  return told.length > 0;
}
