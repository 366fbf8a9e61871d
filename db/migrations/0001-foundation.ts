import type { Knex } from 'knex';

/** What every process stands on: the installation, stored bytes, the audit chain, and the records that make effects happen once. */
export async function up(db: Knex): Promise<void> {
  await db.raw(installation);
  await db.raw(blobs);
  await db.raw(audit);
  await db.raw(once);
  await db.raw(messages);
}

const installation = `
create extension if not exists pg_trgm;
create extension if not exists fuzzystrmatch;

create table installation (
  only_one boolean primary key default true check (only_one),
  id uuid not null default gen_random_uuid(),
  -- changed after a restore from a backup: earlier records may be missing, so effects enquire first
  restore_marker uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now()
);
insert into installation default values;

create function database_epoch() returns text language sql stable as $$
  select (select system_identifier from pg_control_system())
      || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
      || '/' || (select restore_marker from installation)
$$;

create function iso_instant(moment timestamptz) returns text language sql immutable as $$
  select to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
`;

const blobs = `
create table blobs (
  entity text not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bytea not null,
  size bigint not null,
  media_type text not null,
  purpose text not null,
  retention text not null check (retention in ('accepted', 'refused')),
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (entity, sha256),
  check ((retention = 'refused') = (expires_at is not null))
);
create index blobs_refused on blobs (created_at) where retention = 'refused';
`;

const audit = `
create table audit_heads (
  entity text primary key,
  seq bigint not null,
  hash text not null,
  created_at timestamptz not null default now()
);

-- The event is kept as the exact text that was hashed; the columns to search by are derived from it and cannot differ.
create table audit_events (
  entity text not null,
  seq bigint not null,
  hash text not null,
  event text not null,
  at text not null generated always as (event::jsonb ->> 'at') stored,
  action text not null generated always as (event::jsonb ->> 'action') stored,
  actor text not null generated always as (event::jsonb ->> 'actor') stored,
  case_id text generated always as (event::jsonb ->> 'case') stored,
  correlation_id text generated always as (event::jsonb ->> 'correlationId') stored,
  created_at timestamptz not null default now(),
  primary key (entity, seq)
);
create index audit_events_case on audit_events (case_id, seq);
create index audit_events_correlation on audit_events (correlation_id);

create table audit_checkpoints (
  number bigint primary key,
  entity text not null default '*',
  note text not null,
  heads jsonb not null,
  created_at timestamptz not null default now()
);

-- Personal text lies beside the chain; the event holds its salted hash. Deleting the row leaves the chain valid.
create table personal_texts (
  id uuid primary key,
  entity text not null,
  subject text not null,
  salt text not null,
  hash text not null,
  body text not null,
  created_at timestamptz not null default now()
);
create index personal_texts_hash on personal_texts (hash);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% of % is refused: the past cannot be edited', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete on audit_events for each row execute function audit_is_append_only();
create trigger no_truncate before truncate on audit_events for each statement execute function audit_is_append_only();
create trigger append_only before update or delete on audit_checkpoints for each row execute function audit_is_append_only();
create trigger no_truncate before truncate on audit_checkpoints for each statement execute function audit_is_append_only();

-- Each event comes as its canonical JSON cut where the server's time goes in and cut again before prev, seq and v,
-- the last three members in canonical order. The head row stays locked until the transaction ends: call this last.
create function audit_append(of_entity text, until_at text[], until_prev text[]) returns table (seq bigint, hash text)
language plpgsql as $$
declare
  head audit_heads%rowtype;
  body text;
begin
  select * into head from audit_heads where audit_heads.entity = of_entity for update;
  if not found then
    insert into audit_heads (entity, seq, hash) values (of_entity, 0, repeat('0', 64)) on conflict do nothing;
    select * into head from audit_heads where audit_heads.entity = of_entity for update;
  end if;
  for i in 1 .. cardinality(until_at) loop
    head.seq := head.seq + 1;
    body := until_at[i] || iso_instant(clock_timestamp()) || until_prev[i] || head.hash || '","seq":' || head.seq || ',"v":1}';
    head.hash := encode(sha256(convert_to(body, 'UTF8')), 'hex');
    insert into audit_events (entity, seq, hash, event) values (of_entity, head.seq, head.hash, body);
    seq := head.seq;
    hash := head.hash;
    return next;
  end loop;
  update audit_heads set seq = head.seq, hash = head.hash where audit_heads.entity = of_entity;
end $$;
`;

const once = `
-- One row for each effect outside (see docs/decisions/idempotency.md). Kept for ever: a late retry must find it.
create table effects (
  key text primary key,
  entity text not null,
  case_id text,
  system text not null,
  request_hash text not null,
  state text not null check (state in ('idle', 'started', 'unknown', 'recorded')),
  verdict text not null,
  attempt integer not null,
  fencing bigint not null default 1,
  lease_until timestamptz not null,
  last_sent_at timestamptz,
  previous_sent_at timestamptz,
  sends integer not null default 0,
  enquiries integer not null default 0,
  outcome jsonb,
  db_epoch text not null,
  created_at timestamptz not null default now(),
  recorded_at timestamptz,
  check ((state = 'recorded') = (outcome is not null))
);
create index effects_case on effects (case_id);
create index effects_open on effects (created_at) where state <> 'recorded';

create table requests (
  principal text not null,
  method text not null,
  route text not null,
  key text not null,
  entity text not null,
  body_hash text not null,
  state text not null check (state in ('in-flight', 'done')),
  verdict text not null,
  fencing bigint not null default 1,
  lease_until timestamptz not null,
  status integer,
  headers json,
  body json,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  primary key (principal, method, route, key)
);
create index requests_age on requests (created_at);
`;

const messages = `
create table outbox (
  id bigint generated always as identity primary key,
  entity text not null,
  case_id text,
  kind text not null check (kind in ('start-workflow', 'update-workflow', 'signal-workflow')),
  key text not null,
  workflow_id text not null,
  payload jsonb not null,
  correlation_id text,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'refused')),
  attempts integer not null default 0,
  available_at timestamptz not null default now(),
  claimed_by text,
  last_error text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  unique (kind, key)
);
create index outbox_waiting on outbox (available_at, id) where state = 'waiting';
create index outbox_order on outbox (workflow_id, id) where state = 'waiting';

create function outbox_wakes_relay() returns trigger language plpgsql as $$
begin
  notify outbox;
  return null;
end $$;
create trigger wake_relay after insert on outbox for each statement execute function outbox_wakes_relay();

-- Events from outside enter once; a repeated delivery changes nothing.
create table inbound_events (
  source text not null,
  id text not null,
  entity text not null,
  kind text not null,
  payload jsonb not null,
  created_at timestamptz not null default now(),
  primary key (source, id)
);

create table inbound_cursors (
  source text primary key,
  entity text not null,
  cursor text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
`;
