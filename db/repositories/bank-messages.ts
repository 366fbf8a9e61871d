import { createHash } from 'node:crypto';
import type { ErrorCode } from '../../domain/errors.ts';
import type { Money } from '../../domain/model/money.ts';
import type { WaitingReturn } from '../../domain/rules/payments/waiting-return.ts';
import { json, sql, type Db, type Trx } from '../client.ts';

export interface TakenMessage {
  source: string;
  id: string;
  entity: string;
  kind: string;
  text: string;
}

/** What became of a delivery: `fresh` to be read, `known` seen under this id before, `repeated` the same content under another id. */
export type Delivery = 'fresh' | 'known' | 'repeated';

/** The id is the bank's own, or one made from it where the bank has given that to another message before. */
export interface KeptMessage {
  id: string;
  delivery: Delivery;
}

/** The problem of a message that failed in our hands: it is news when it comes again, because the program may have been mended. */
const notApplied = 'bank-message-not-applied' satisfies ErrorCode;

/** Keeps a message as it came and says whether it is news. */
export async function takeMessage(trx: Trx, message: TakenMessage): Promise<KeptMessage> {
  const bytes = Buffer.from(message.text, 'utf8');
  const sha256 = hashOf(bytes);
  const kept = await keep(trx, message, sha256);
  if (kept.delivery === 'known') return kept;
  await sql(
    trx,
    `insert into blobs (entity, sha256, bytes, size, media_type, purpose, retention) values (:entity, :sha256, :bytes, :size, 'text/plain', 'bank-message', 'accepted')
     on conflict (entity, sha256) do update set retention = 'accepted', expires_at = null where blobs.retention = 'refused'`,
    { entity: message.entity, sha256, bytes, size: bytes.length },
  );
  return kept;
}

/** A bank that was put back to an older copy gives its ids again: what it says under them now is another message. */
async function keep(trx: Trx, { source, id, entity, kind, text }: TakenMessage, sha256: string): Promise<KeptMessage> {
  const [same] = await sql(trx, `select 1 from bank_messages where source = :source and sha256 = :sha256 and id <> :id and coalesce(problem ->> 'code', '') <> :notApplied limit 1`, { source, sha256, id, notApplied });
  const added = await sql(
    trx,
    `insert into bank_messages (source, id, entity, kind, sha256, state) values (:source, :id, :entity, :kind, :sha256, :state)
     on conflict (source, id) do update set state = excluded.state, problem = null where bank_messages.state = 'quarantined' and bank_messages.problem ->> 'code' = :notApplied and bank_messages.sha256 = excluded.sha256 returning 1`,
    { source, id, entity, kind, sha256, state: same ? 'repeated' : 'taken', notApplied },
  );
  if (added.length > 0) return { id, delivery: same ? 'repeated' : 'fresh' };
  const [other] = await sql(trx, `select 1 from bank_messages where source = :source and id = :id and sha256 <> :sha256`, { source, id, sha256 });
  return other ? keep(trx, { source, id: `${id}:${sha256.slice(0, 16)}`, entity, kind, text }, sha256) : { id, delivery: 'known' };
}

/** Those whose content was not taken yet under any id, and those that failed in our hands. */
export async function notTaken<Message extends { text: string }>(db: Db, source: string, messages: readonly Message[]): Promise<Message[]> {
  const hashes = messages.map(({ text }) => hashOf(Buffer.from(text, 'utf8')));
  const rows = await sql<{ sha256: string }>(db, `select sha256 from bank_messages where source = :source and sha256 = any (:hashes::text[]) and coalesce(problem ->> 'code', '') <> :notApplied`, { source, hashes, notApplied });
  const taken = new Set(rows.map(({ sha256 }) => sha256));
  return messages.filter((_message, at) => !taken.has(hashes[at]!));
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export async function quarantineMessage(trx: Trx, source: string, id: string, problem: unknown): Promise<void> {
  await sql(trx, `update bank_messages set state = 'quarantined', problem = :problem where source = :source and id = :id`, { source, id, problem: json(problem) });
}

/** What the daily comparison must know of an entry beside its amount and id. */
export interface BankEntryDetail {
  /** The bank marks it as taking a booking back. */
  reversal?: true;
  /** The batch of ours that it names. */
  batch?: string;
  /** Payments of ours are among those that it lists. */
  lists?: true;
  /** It quotes ids of ours on an account that is none of theirs. */
  elsewhere?: true;
  /** What was ordered, by currency, where the bank booked any of it in another. */
  instructed?: Money[];
}

export interface NewBankEntry {
  identity: string;
  account: string;
  statement?: string;
  messageId: string;
  bookingDate?: string;
  amount: Money;
  endToEndId?: string;
  reference: string;
  onStatement: boolean;
  outcome: 'confirms' | 'returns' | 'unmatched' | 'mismatch' | 'other';
  runId?: string;
  detail?: BankEntryDetail;
  /** Money that came back before its debit was booked. */
  waiting?: WaitingReturn;
}

/** Which of these entries were never seen: an advice and the statement after it tell of one booking. A statement marks what only an advice told. */
export async function keepEntries(trx: Trx, entity: string, entries: readonly NewBankEntry[]): Promise<Set<string>> {
  if (entries.length === 0) return new Set();
  const rows = await sql<{ identity: string; fresh: boolean }>(
    trx,
    `insert into bank_entries (identity, entity, account, statement, message_id, booking_date, currency, amount_minor, end_to_end_id, reference, on_statement, outcome, run_id, detail, waiting)
     select x ->> 'identity', :entity, x ->> 'account', x ->> 'statement', x ->> 'messageId', (x ->> 'bookingDate')::date, x #>> '{amount,currency}', (x #>> '{amount,minor}')::numeric,
            x ->> 'endToEndId', x ->> 'reference', (x ->> 'onStatement')::boolean, x ->> 'outcome', x ->> 'runId', coalesce(x -> 'detail', '{}'), x -> 'waiting'
       from jsonb_array_elements(:entries) as x
     on conflict (entity, identity) do update set on_statement = bank_entries.on_statement or excluded.on_statement, statement = coalesce(excluded.statement, bank_entries.statement)
     returning identity, (xmax = 0) as fresh`,
    { entity, entries: json(entries) },
  );
  return new Set(rows.filter(({ fresh }) => fresh).map(({ identity }) => identity));
}

/** Entries whose money came back before one of these payments was known as booked. Locks them until the transaction ends. */
export async function waitingReturns(trx: Trx, entity: string, ids: readonly string[]): Promise<{ identity: string; account: string; waiting: WaitingReturn }[]> {
  if (ids.length === 0) return [];
  return sql(trx, `select identity, account, waiting from bank_entries where entity = :entity and waiting is not null and jsonb_exists_any(waiting -> 'waitsFor', cast(:ids as text[])) order by identity for update`, { entity, ids: [...ids] });
}

/** What became of an entry that waited. */
export async function settleReturn(trx: Trx, entity: string, { identity, outcome, runId, waiting }: Pick<NewBankEntry, 'identity' | 'outcome' | 'runId' | 'waiting'>): Promise<void> {
  await sql(trx, `update bank_entries set outcome = :outcome, run_id = coalesce(:runId, run_id), waiting = :waiting where entity = :entity and identity = :identity`, { entity, identity, outcome, runId: runId ?? null, waiting: waiting ? json(waiting) : null });
}

export interface BankEntry {
  identity: string;
  account: string;
  statement: string | null;
  bookingDate: string | null;
  currency: string;
  minor: string;
  endToEndId: string | null;
  reference: string;
  onStatement: boolean;
  outcome: string;
  runId: string | null;
  detail: BankEntryDetail;
  /** Of money that came back and waits: the ids under which its payment may turn up; null for everything else. */
  waitsFor: string[] | null;
}

/** Entries since a day, older ones by their identities, and whatever came back and waits, for the daily reconciliation. */
export async function entriesSince(db: Db, entity: string, since: string, identities: readonly string[]): Promise<BankEntry[]> {
  return sql<BankEntry>(
    db,
    `select identity, account, statement, booking_date as "bookingDate", currency, amount_minor::text as minor, end_to_end_id as "endToEndId", reference, on_statement as "onStatement", outcome, run_id as "runId", detail, waiting -> 'waitsFor' as "waitsFor"
       from bank_entries where entity = :entity and (coalesce(booking_date, created_at::date) >= :since or waiting is not null or identity = any (:identities)) order by identity`,
    { entity, since, identities },
  );
}

export async function keepUnmatchedStatus(trx: Trx, status: { source: string; messageId: string; endToEndId: string; entity: string; status: unknown }): Promise<void> {
  await sql(
    trx,
    `insert into unmatched_statuses (source, message_id, end_to_end_id, entity, status) values (:source, :messageId, :endToEndId, :entity, :status) on conflict do nothing`,
    { ...status, status: json(status.status) },
  );
}

export interface UnmatchedStatus {
  source: string;
  messageId: string;
  endToEndId: string;
  status: unknown;
  createdAt: string;
}

const STRANGER = `s.source, s.message_id as "messageId", s.end_to_end_id as "endToEndId", s.status, s.created_at as "createdAt"`;

/** Statuses whose payment is known now and in none of the states in which the bank cannot mean it, oldest first. However many wait for others, none of these is behind them. */
export async function statusesOfKnown(db: Db, entity: string, unsent: readonly string[]): Promise<UnmatchedStatus[]> {
  return sql(
    db,
    `select ${STRANGER} from unmatched_statuses s
      where s.entity = :entity and s.matched_at is null
        and (exists (select from payment_instructions p where p.end_to_end_id = s.end_to_end_id and p.entity = s.entity and p.state <> 'removed' and not p.state = any (:unsent::text[]))
             or exists (select from payment_instructions p where left(p.end_to_end_id, 15) = s.end_to_end_id and p.entity = s.entity and p.state <> 'removed' and not p.state = any (:unsent::text[])))
      order by s.created_at limit 1000`,
    { entity, unsent },
  );
}

/** Statuses that wait and about which nobody is asked yet, oldest first. */
export async function unaskedStatuses(db: Db, entity: string): Promise<UnmatchedStatus[]> {
  return sql(db, `select ${STRANGER} from unmatched_statuses s where s.entity = :entity and s.matched_at is null and s.asked_at is null order by s.created_at limit 1000`, { entity });
}

/** A person is asked about it, and it waits on for its payment; false where that has turned up. */
export async function markAsked(trx: Trx, { source, messageId, endToEndId }: Pick<UnmatchedStatus, 'source' | 'messageId' | 'endToEndId'>): Promise<boolean> {
  const rows = await sql(trx, `update unmatched_statuses set asked_at = clock_timestamp() where source = :source and message_id = :messageId and end_to_end_id = :endToEndId and matched_at is null returning 1`, { source, messageId, endToEndId });
  return rows.length === 1;
}

export async function matchStatus(trx: Trx, { source, messageId, endToEndId }: { source: string; messageId: string; endToEndId: string }): Promise<void> {
  await sql(trx, `update unmatched_statuses set matched_at = clock_timestamp() where source = :source and message_id = :messageId and end_to_end_id = :endToEndId`, { source, messageId, endToEndId });
}
