import { json, sql, sqlOne, type Db } from '../client.ts';

/** Scope and key of one HTTP write: the same key of another principal, method or route is another request. */
export interface RequestScope {
  principal: string;
  method: string;
  route: string;
  key: string;
}

/** One attempt's right to store the outcome. */
export interface RequestHandle extends RequestScope {
  fencing: string;
  /** Set once the outcome was committed together with the effect: nothing is left to store. */
  stored?: boolean;
}

export interface RequestOutcome {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

export type RequestState =
  | { state: 'fresh'; handle: RequestHandle }
  | { state: 'in-flight'; retryAfterMs: number }
  /** The key was used for another body. */
  | { state: 'mismatch' }
  | { state: 'replay'; outcome: RequestOutcome };

interface NewRequest {
  entity: string;
  bodyHash: string;
  /** What an earlier version would have stored for the same request: a row with it is the same request, too. */
  earlierHash?: string;
  leaseMs: number;
}

interface RequestRow {
  verdict: RequestState['state'];
  fencing: string;
  status: number;
  headers: Record<string, string>;
  body: unknown;
  lease_ms: number;
}

/**
 * Takes the key in one committed statement. `fresh`: carry it out and store the outcome with `completeRequest` in the same
 * transaction as its effect. A process that died gives the key back after `leaseMs`; its successor is `fresh` again.
 *
 * The claim is in force at once but not waited for on disk: a crash that loses it loses everything committed after it too, the
 * effect included, so that the key is free and nothing was done.
 */
export async function beginRequest(db: Db, scope: RequestScope, request: NewRequest): Promise<RequestState> {
  const row = await sqlOne<RequestRow>(db, BEGIN, { earlierHash: request.bodyHash, ...scope, ...request }, 'request-begin');
  switch (row.verdict) {
    case 'fresh':
      return { state: 'fresh', handle: { ...scope, fencing: row.fencing } };
    case 'in-flight':
      return { state: 'in-flight', retryAfterMs: Math.max(100, row.lease_ms) };
    case 'mismatch':
      return { state: 'mismatch' };
    case 'replay':
      return { state: 'replay', outcome: { status: row.status, headers: row.headers, body: row.body } };
  }
}

const SAME = `r.body_hash in (excluded.body_hash, :earlierHash)`;
const TAKEN = `${SAME} and r.state = 'in-flight' and r.lease_until <= clock_timestamp()`;

const BEGIN = `
with unhurried as materialized (select set_config('synchronous_commit', 'off', true))
insert into requests as r (principal, method, route, key, entity, body_hash, state, verdict, lease_until)
select :principal, :method, :route, :key, :entity, :bodyHash, 'in-flight', 'fresh', clock_timestamp() + :leaseMs * interval '1 millisecond' from unhurried
on conflict (principal, method, route, key) do update set
  verdict = case
    when not ${SAME} then 'mismatch'
    when r.state = 'done' then 'replay'
    when r.lease_until > clock_timestamp() then 'in-flight'
    else 'fresh' end,
  fencing = case when ${TAKEN} then r.fencing + 1 else r.fencing end,
  lease_until = case when ${TAKEN} then excluded.lease_until else r.lease_until end
returning r.verdict, r.fencing, r.status, r.headers, r.body,
  (1000 * extract(epoch from greatest(r.lease_until - clock_timestamp(), interval '0')))::int as lease_ms`;

/** Stores the answer for replays. False when another attempt has taken the request over: then roll back. */
export async function completeRequest(db: Db, handle: RequestHandle, outcome: RequestOutcome): Promise<boolean> {
  const rows = await sql(
    db,
    `update requests set state = 'done', status = :status, headers = :headers, body = :body, completed_at = clock_timestamp()
      where principal = :principal and method = :method and route = :route and key = :key and fencing = :fencing and state = 'in-flight'
      returning 1`,
    { ...handle, status: outcome.status, headers: json(outcome.headers), body: json(outcome.body) },
    'request-complete',
  );
  return rows.length === 1;
}

/** Nothing happened (a failure of ours): the same key may be tried again at once. */
export async function releaseRequest(db: Db, handle: RequestHandle): Promise<void> {
  await sql(
    db,
    `delete from requests where principal = :principal and method = :method and route = :route and key = :key and fencing = :fencing and state = 'in-flight'`,
    { ...handle },
  );
}

/** Forgets keys older than `days` (at least 90: late retries are how double payments happen); answers how many. */
export async function purgeRequests(db: Db, days = 90): Promise<number> {
  const row = await sqlOne<{ purged: number }>(
    db,
    `with gone as (delete from requests where created_at < now() - greatest(:days, 90) * interval '1 day' returning 1) select count(*)::int as purged from gone`,
    { days },
  );
  return row.purged;
}
