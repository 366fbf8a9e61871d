import { json, sql, sqlOne, type Db, type Trx } from '../client.ts';

export type MessageKind = 'start-workflow' | 'update-workflow' | 'signal-workflow';

/** A message to the process engine, committed together with the state that causes it. */
export interface Message {
  entity: string;
  caseId?: string;
  kind: MessageKind;
  /** Unique per kind: a second enqueue of the same message changes nothing. */
  key: string;
  workflowId: string;
  payload: Record<string, unknown>;
  correlationId?: string;
  /** The API tries an update itself first; the relay repeats it from then on. */
  delayMs?: number;
}

export interface ClaimedMessage extends Omit<Message, 'delayMs' | 'caseId' | 'correlationId'> {
  id: string;
  caseId: string | null;
  correlationId: string | null;
  /** This one included. */
  attempts: number;
  createdAt: string;
}

/** Channel that is notified at commit whenever messages were added. */
export const OUTBOX_CHANNEL = 'outbox';

export async function enqueue(trx: Trx, message: Message): Promise<void> {
  await sql(
    trx,
    `insert into outbox (entity, case_id, kind, key, workflow_id, payload, correlation_id, available_at)
     values (:entity, :caseId, :kind, :key, :workflowId, :payload, :correlationId, clock_timestamp() + :delayMs * interval '1 millisecond')
     on conflict (kind, key) do nothing`,
    { caseId: null, correlationId: null, ...message, payload: json(message.payload), delayMs: message.delayMs ?? 0 },
    'outbox-enqueue',
  );
}

/** A process that waits for people looks anew at who is asked, and until when; `change` names what gave rise to it. */
export async function tellPeopleChanged(trx: Trx, process: Required<Pick<Message, 'entity' | 'caseId' | 'workflowId' | 'correlationId'>>, change: string): Promise<void> {
  await enqueue(trx, { ...process, kind: 'signal-workflow', key: `people-changed/${change}`, payload: { signal: 'peopleChanged' } });
}

/**
 * Leases up to `limit` due messages to one relay. Relays never wait for each other, and a message waits for the
 * start of its workflow and for the earlier ones of its own kind: no signal overtakes the start, and none waits for a decision that the
 * process is not ready to hear. `updates`: whether decisions may be among them. A relay that dies loses its lease after `leaseMs`.
 */
export async function claimOutbox(db: Db, { updates = true, ...claim }: { relay: string; limit: number; leaseMs: number; updates?: boolean }): Promise<ClaimedMessage[]> {
  const rows = await sql<ClaimedMessage>(
    db,
    `update outbox o set claimed_by = :relay, attempts = attempts + 1, available_at = clock_timestamp() + :leaseMs * interval '1 millisecond'
      where id = any (array(
        select id from outbox due
         where state = 'waiting' and available_at <= clock_timestamp() and (:updates::boolean or kind <> 'update-workflow')
           and not exists (select from outbox earlier where earlier.workflow_id = due.workflow_id and earlier.id < due.id and earlier.state = 'waiting' and earlier.kind in ('start-workflow', due.kind))
         order by available_at, id limit :limit for update skip locked))
      returning id, entity, case_id as "caseId", kind, key, workflow_id as "workflowId", payload, correlation_id as "correlationId", attempts, created_at as "createdAt"`,
    { ...claim, updates },
    'outbox-claim',
  );
  return rows.sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)));
}

/** Delivered; answers whether further messages of these workflows are waiting, which may have stood behind them. */
export async function markDone(db: Db, ids: readonly string[]): Promise<boolean> {
  const { followed } = await sqlOne<{ followed: boolean }>(
    db,
    `with done as (
       update outbox set state = 'done', finished_at = clock_timestamp(), last_error = null where id = any (:ids::bigint[]) and state = 'waiting' returning workflow_id
     )
     select exists (select from done join outbox later using (workflow_id) where later.state = 'waiting' and later.id <> all (:ids::bigint[])) as followed`,
    { ids },
    'outbox-done',
  );
  return followed;
}

/** The same by the message's key: for the API, when its own attempt was answered. */
export async function markDoneByKey(db: Db, kind: MessageKind, key: string): Promise<void> {
  await sql(db, `update outbox set state = 'done', finished_at = clock_timestamp() where kind = :kind and key = :key and state = 'waiting'`, { kind, key });
}

/** Not delivered: it is due again after a backoff that doubles from one second up to a quarter of a minute, with a little spread, so that what waited for an engine is delivered soon after it is back. */
export async function markFailed(db: Db, id: string, error: string): Promise<void> {
  await sql(
    db,
    `update outbox set last_error = left(:error, 500), claimed_by = null,
            available_at = clock_timestamp() + least(15, power(2, least(attempts, 10) - 1)) * (0.75 + random() / 2) * interval '1 second'
      where id = :id and state = 'waiting'`,
    { id, error },
  );
}

/** Delivered and refused for good: it will not be repeated, and no longer holds back what follows. */
export async function markRefused(db: Db, id: string, reason: string): Promise<void> {
  await sql(
    db,
    `update outbox set state = 'refused', last_error = left(:reason, 500), finished_at = clock_timestamp() where id = :id and state = 'waiting'`,
    { id, reason },
  );
}

/** What our own records say of a process: it waits for its start, should be there (its case is open), or has ended. */
export type ProcessStanding = 'to-be-started' | 'open' | 'ended';

/** To ask once the process engine has said that it knows no such process: that alone does not tell an ended one from one that nobody started yet. */
export async function processStanding(db: Db, workflowId: string): Promise<ProcessStanding> {
  const { standing } = await sqlOne<{ standing: ProcessStanding }>(
    db,
    `select case when exists (select from outbox where workflow_id = :workflowId and kind = 'start-workflow' and state = 'waiting') then 'to-be-started'
                 when exists (select from cases where workflow_id = :workflowId and closed_at is null) then 'open'
                 else 'ended' end as standing`,
    { workflowId },
  );
  return standing;
}

export interface OutboxBacklog {
  waiting: number;
  /** Seconds that the oldest due message has been waiting. */
  oldestSeconds: number;
}

export async function outboxBacklog(db: Db): Promise<OutboxBacklog> {
  const [row] = await sql<OutboxBacklog>(
    db,
    `select count(*)::int as waiting, coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::int as "oldestSeconds" from outbox where state = 'waiting'`,
  );
  return row ?? { waiting: 0, oldestSeconds: 0 };
}

/** Many messages in one round trip; a key that is there already stays as it is. */
export async function enqueueAll(trx: Trx, messages: readonly Message[]): Promise<void> {
  if (messages.length === 0) return;
  await sql(
    trx,
    `insert into outbox (entity, case_id, kind, key, workflow_id, payload, correlation_id, available_at)
     select entity, "caseId", kind, key, "workflowId", payload, "correlationId", clock_timestamp() + coalesce("delayMs", 0) * interval '1 millisecond'
       from jsonb_to_recordset(:messages) as m (entity text, "caseId" text, kind text, key text, "workflowId" text, payload jsonb, "correlationId" text, "delayMs" int)
     on conflict (kind, key) do nothing`,
    { messages: json(messages) },
  );
}
