import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { AuditEntry } from '../../domain/model/audit-event.ts';
import { canonicalJson } from '../../domain/rules/canonical-json.ts';
import { sql, sqlOne, type Db, type Trx } from '../client.ts';

/** Events that belong to no single company: policies, persons, documents whose company is unknown. */
export const INSTALLATION = '*';

export interface ChainPosition {
  seq: string;
  hash: string;
}

/** An event as stored: `event` is the exact text whose SHA-256 is `hash`. */
export interface StoredEvent extends ChainPosition {
  entity: string;
  event: string;
}

/**
 * Appends events to the entity's chain. They are linked when the transaction commits, in the order of their appends: the
 * server locks the chain's head for that moment only, so it does not matter where in the transaction this is called.
 */
export async function appendAudit(trx: Trx, entity: string, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) throw new RangeError('an audit append needs at least one event');
  await sql(trx, `insert into audit_drafts (entity, until_at, until_prev) values (:entity, :untilAt, :untilPrev)`, { entity, ...draftOf(entity, entries) }, 'audit-append');
}

/** What a row of `audit_drafts` holds beside the entity, for statements that append together with what they do. */
export function draftOf(entity: string, entries: readonly AuditEntry[]): { untilAt: string[]; untilPrev: string[] } {
  const cut = entries.map((entry) => cutForServer(entity, entry));
  return { untilAt: cut.map((part) => part.untilAt), untilPrev: cut.map((part) => part.untilPrev) };
}

/**
 * Canonical JSON sorts members, so time comes third and prev, seq and v come last: the server fills in what only it
 * knows while it holds the head, without a round trip for reading it.
 */
function cutForServer(entity: string, entry: AuditEntry): { untilAt: string; untilPrev: string } {
  const untilAt = canonicalJson({ action: entry.action, actor: entry.actor }).slice(0, -1);
  const untilPrev = canonicalJson({
    case: entry.case ?? null,
    correlationId: entry.correlationId,
    data: entry.data ?? {},
    decisionHash: entry.decisionHash ?? null,
    entity,
    onBehalfOf: entry.onBehalfOf ?? null,
    policyVersions: entry.policyVersions ?? {},
  }).slice(1, -1);
  return { untilAt: `${untilAt},"at":"`, untilPrev: `",${untilPrev},"prev":"` };
}

export interface AuditFilter {
  entities?: readonly string[];
  caseId?: string;
  correlationId?: string;
  action?: string;
  actor?: string;
}

/** Newest first; `before` is the position of the last event of the previous page, `beforeEntity` its chain where several are listed. */
export async function listAudit(db: Db, filter: AuditFilter, page: { before?: string; beforeEntity?: string; limit: number }): Promise<StoredEvent[]> {
  return sql<StoredEvent>(
    db,
    `select entity, seq, hash, event from audit_events
      where (:entities::text[] is null or entity = any (:entities))
        and (:caseId::text is null or case_id = :caseId)
        and (:correlationId::text is null or correlation_id = :correlationId)
        and (:action::text is null or action = :action)
        and (:actor::text is null or actor = :actor)
        and (:before::bigint is null or seq < :before or (seq = :before and entity > :beforeEntity))
      order by seq desc, entity limit :limit`,
    { entities: null, caseId: null, correlationId: null, action: null, actor: null, before: null, beforeEntity: null, ...filter, ...page },
  );
}

/** Events after a position, oldest first: the stream behind live views, and the batches of a verification. */
export async function eventsAfter(db: Db, entity: string, seq: string, limit: number): Promise<StoredEvent[]> {
  return sql<StoredEvent>(
    db,
    `select entity, seq, hash, event from audit_events where entity = :entity and seq > :seq order by seq limit :limit`,
    { entity, seq, limit },
    'audit-after',
  );
}

export interface ChainHead extends ChainPosition {
  entity: string;
}

/** Where each chain stands now, by entity; of all, or of these entities. */
export async function chainHeads(db: Db, entities?: readonly string[]): Promise<ChainHead[]> {
  return sql<ChainHead>(db, `select entity, seq, hash from audit_heads where :entities::text[] is null or entity = any (:entities) order by entity collate "C"`, { entities });
}

/** Entities with drafts that were committed without being linked: only somebody who switched the trigger off can leave such. */
export async function unlinkedEntities(db: Db): Promise<string[]> {
  return (await sql<{ entity: string }>(db, `select distinct entity from audit_drafts order by entity`)).map(({ entity }) => entity);
}

/**
 * Keeps a personal text (a comment, a reason in free words) beside the chain and answers its salted hash for `data`.
 * Erasing the row leaves a hash that says nothing, and a chain that still verifies.
 */
export async function keepPersonalText(trx: Trx, entity: string, subject: string, body: string): Promise<string> {
  const salt = randomBytes(16).toString('hex');
  const hash = createHash('sha256').update(`${salt}:${body}`).digest('hex');
  await sql(
    trx,
    `insert into personal_texts (id, entity, subject, salt, hash, body) values (:id, :entity, :subject, :salt, :hash, :body)`,
    { id: randomUUID(), entity, subject, salt, hash, body },
  );
  return hash;
}

/** The text behind a salted hash, unless it was erased. */
export async function personalText(db: Db, entity: string, hash: string): Promise<string | undefined> {
  const [row] = await sql<{ body: string }>(db, `select body from personal_texts where entity = :entity and hash = :hash`, { entity, hash });
  return row?.body;
}

/** Erases every text about a subject; answers how many. */
export async function erasePersonalTexts(trx: Trx, entity: string, subject: string): Promise<number> {
  const row = await sqlOne<{ erased: number }>(
    trx,
    `with gone as (delete from personal_texts where entity = :entity and subject = :subject returning 1) select count(*)::int as erased from gone`,
    { entity, subject },
  );
  return row.erased;
}
