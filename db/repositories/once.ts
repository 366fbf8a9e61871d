import type { z } from 'zod';
import { KontorError } from '../../domain/errors.ts';
import { json, sql, sqlOne, type Db, type Trx } from '../client.ts';

/** One effect outside, named by its permanent key. */
export interface EffectRequest {
  key: string;
  entity: string;
  caseId?: string;
  /** The counterpart that is asked. */
  system: string;
  /** SHA-256 of the canonical request: the same key never stands for two requests. */
  requestHash: string;
  /** Attempt of the activity, from 1. A later attempt without a record enquires: the record may have been lost. */
  attempt: number;
  /** Longer than the call may take; after it another attempt takes over. */
  leaseMs: number;
  /** `databaseEpoch` as read when this process started. */
  processEpoch: string;
}

/**
 * What the caller does next:
 * - `fresh`: send now, it is recorded as sent from this moment;
 * - `enquire`: ask the counterpart by the key first; "not found" proves nothing until its settle window has passed since
 *   `lastSentAt`, the latest moment at which an earlier attempt can have sent, and then `markSent` comes before the send;
 * - `recorded`: the effect happened, here is its outcome; `conflict`: the key stands for another request;
 * - `held`: another attempt is at it until `leaseUntil`.
 */
export interface EffectState {
  state: 'fresh' | 'enquire' | 'recorded' | 'conflict' | 'held';
  fencing: string;
  recorded?: unknown;
  lastSentAt?: string;
  leaseUntil: string;
  /** The database's own time, to compare with the two above. */
  now: string;
}

/** Names one attempt's right to write; a later attempt's take-over makes it void. */
export interface EffectHandle {
  key: string;
  fencing: string;
}

/** Identity of the database's history: it changes with a failover to another timeline and with a restore. */
export async function databaseEpoch(db: Db): Promise<string> {
  return (await sqlOne<{ epoch: string }>(db, `select database_epoch() as epoch`)).epoch;
}

/** As a process begins: reads the epoch, and notes when the database's history is another than it was, after a failover. */
export async function enterEpoch(db: Db): Promise<string> {
  await sql(db, `update installation set epoch = database_epoch(), records_lost_at = clock_timestamp() where epoch is distinct from database_epoch()`);
  return databaseEpoch(db);
}

/**
 * To be called after a restore from a backup: records may be missing, so every effect is enquired for before it is sent. Numbers of
 * cases go on in the next million, because those that were given since the backup stand for other cases, outside and in the engine.
 */
export async function markRestored(db: Db): Promise<string> {
  await sql(db, `update installation set restore_marker = gen_random_uuid(), records_lost_at = clock_timestamp()`);
  await sql(db, `select setval('case_numbers', (last_value / 1000000 + 1) * 1000000) from case_numbers`);
  return databaseEpoch(db);
}

/**
 * Takes the key in one committed statement, before anything is sent. The ladder of `verdict` is the whole rule; the
 * other columns change only for an attempt that takes the key (`fresh` or `enquire`).
 */
export async function beginEffect(db: Db, request: EffectRequest): Promise<EffectState> {
  const row = await sqlOne<{ verdict: EffectState['state']; fencing: string; outcome: unknown; last_sent_at: string | null; lease_until: string; now: string }>(
    db,
    BEGIN,
    { ...request, caseId: request.caseId },
    'once-begin',
  );
  return {
    state: row.verdict,
    fencing: row.fencing,
    ...(row.verdict === 'recorded' ? { recorded: row.outcome } : {}),
    ...(row.last_sent_at === null ? {} : { lastSentAt: row.last_sent_at }),
    leaseUntil: row.lease_until,
    now: row.now,
  };
}

const TAKEN = `(e.request_hash = excluded.request_hash or e.state = 'idle') and e.state <> 'recorded' and e.lease_until <= clock_timestamp()`;
const IDLE = `e.state = 'idle' and e.db_epoch = excluded.db_epoch`;

/*
 * An insert is `fresh` only on the first attempt of a process that has seen no other epoch, and while no records were ever
 * lost; otherwise one may be missing. The moment of a possible earlier send is not known: it counts as now, or as the
 * moment of the loss where this is the first attempt since. An attempt that never said how its send ended may have stood
 * still before it: it may have sent at any moment until its lease ended.
 */
const BEGIN = `
insert into effects as e (key, entity, case_id, system, request_hash, attempt, lease_until, db_epoch, last_sent_at, sends, state, verdict)
select :key, :entity, :caseId, :system, :requestHash, :attempt, clock_timestamp() + :leaseMs * interval '1 millisecond', epoch, case when untouched then coalesce(lost_at, clock_timestamp()) else clock_timestamp() end,
       case when first then 1 else 0 end,
       case when first then 'started' else 'unknown' end,
       case when first then 'fresh' else 'enquire' end
  from (select epoch, untouched, lost_at, untouched and lost_at is null as first
          from (select database_epoch() as epoch, :attempt::int = 1 and database_epoch() = :processEpoch as untouched, records_lost_at as lost_at from installation) database) known
on conflict (key) do update set
  verdict = case
    when e.request_hash <> excluded.request_hash and e.state <> 'idle' then 'conflict'
    when e.state = 'recorded' then 'recorded'
    when e.lease_until > clock_timestamp() then 'held'
    when ${IDLE} then 'fresh'
    else 'enquire' end,
  state = case when not (${TAKEN}) then e.state when ${IDLE} then 'started' else 'unknown' end,
  request_hash = case when ${TAKEN} then excluded.request_hash else e.request_hash end,
  fencing = case when ${TAKEN} then e.fencing + 1 else e.fencing end,
  attempt = case when ${TAKEN} then excluded.attempt else e.attempt end,
  lease_until = case when ${TAKEN} then excluded.lease_until else e.lease_until end,
  last_sent_at = case
    when ${TAKEN} and (e.state = 'idle' or e.db_epoch <> excluded.db_epoch) then clock_timestamp()
    when ${TAKEN} and e.state = 'started' then e.lease_until
    else e.last_sent_at end,
  previous_sent_at = case when ${TAKEN} and ${IDLE} then null else e.previous_sent_at end,
  sends = case when ${TAKEN} and ${IDLE} then e.sends + 1 else e.sends end,
  db_epoch = case when ${TAKEN} then excluded.db_epoch else e.db_epoch end
returning e.verdict, e.fencing, e.outcome, e.last_sent_at, e.lease_until, clock_timestamp() as now`;

/** Something was sent under the key whose outcome is open or recorded: it stands for that request until that is known. */
export async function isUnderWay(db: Db, key: string): Promise<boolean> {
  return (await sql(db, `select from effects where key = :key and state <> 'idle'`, { key })).length > 0;
}

/** Before a resend that an enquiry has shown to be safe: from here on the outcome is open again. */
export async function markSent(db: Db, handle: EffectHandle, leaseMs: number): Promise<void> {
  await fenced(
    db,
    handle,
    `update effects set state = 'started', last_sent_at = clock_timestamp(), previous_sent_at = null, sends = sends + 1,
            lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
      where key = :key and fencing = :fencing and state <> 'recorded'`,
    { leaseMs },
  );
}

/** The counterpart refused before it processed anything (no connection, throttled): the last send does not count. */
export async function markNotSent(db: Db, handle: EffectHandle): Promise<void> {
  await fenced(
    db,
    handle,
    `update effects set state = case when previous_sent_at is null then 'idle' else 'unknown' end, last_sent_at = previous_sent_at,
            lease_until = clock_timestamp()
      where key = :key and fencing = :fencing and state <> 'recorded'`,
  );
}

/** Sent so long ago where that is known, and no answer or no proof yet: the next attempt enquires, and need not wait for the lease. */
export async function markUnknown(db: Db, handle: EffectHandle, sentMsAgo?: number): Promise<void> {
  await fenced(
    db,
    handle,
    `update effects set state = 'unknown', enquiries = enquiries + 1, lease_until = clock_timestamp(),
            last_sent_at = coalesce(clock_timestamp() - :sentMsAgo::float8 * interval '1 millisecond', last_sent_at)
      where key = :key and fencing = :fencing and state <> 'recorded'`,
    { sentMsAgo: sentMsAgo ?? null },
  );
}

/** Writes the outcome in the transaction that also writes our state, the audit event and the outbox. */
export async function recordOutcome(trx: Trx, handle: EffectHandle, outcome: unknown): Promise<void> {
  await fenced(
    trx,
    handle,
    `update effects set state = 'recorded', outcome = :outcome, recorded_at = clock_timestamp()
      where key = :key and fencing = :fencing and state <> 'recorded'`,
    { outcome: json(outcome) },
    'once-record',
  );
}

/** The recorded outcome in the caller's schema, or undefined while there is none. */
export async function recordedOutcome<Outcome>(db: Db, key: string, schema: z.ZodType<Outcome>): Promise<Outcome | undefined> {
  const [row] = await sql<{ outcome: unknown }>(db, `select outcome from effects where key = :key and state = 'recorded'`, { key });
  return row === undefined ? undefined : schema.parse(row.outcome);
}

export interface OpenEffect {
  key: string;
  entity: string;
  caseId: string | null;
  system: string;
  state: string;
  sends: number;
  lastSentAt: string | null;
  createdAt: string;
}

/** Effects without an outcome for longer than `olderThanMs`: what an operator looks at, and what reconciliation starts from. */
export async function openEffects(db: Db, olderThanMs: number, limit = 100): Promise<OpenEffect[]> {
  return sql<OpenEffect>(
    db,
    `select key, entity, case_id as "caseId", system, state, sends, last_sent_at as "lastSentAt", created_at as "createdAt" from effects
      where state <> 'recorded' and created_at < now() - :olderThanMs * interval '1 millisecond' order by created_at limit :limit`,
    { olderThanMs, limit },
  );
}

/** The statement changes the row only for the holder of the newest fencing number: a zombie's late answer changes nothing. */
async function fenced(db: Db, handle: EffectHandle, update: string, bindings: Record<string, unknown> = {}, name?: string): Promise<void> {
  const rows = await sql(db, `${update} returning 1`, { ...handle, ...bindings }, name);
  if (rows.length === 0)
    throw new KontorError('effect-taken-over', `Attempt ${handle.fencing} of ${handle.key} was taken over or is recorded already; its answer is not written.`);
}
