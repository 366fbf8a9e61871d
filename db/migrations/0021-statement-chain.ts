import type { Knex } from 'knex';

/** Statements are compared with those before them (SI-3, SI-6), and what waits for its payment without end is asked about once (P8). */
export async function up(db: Knex): Promise<void> {
  await db.raw(statements);
  await db.raw(strangers);
  await db.raw(access);
}

const statements = `
-- Every statement that was taken and may be followed by another: of one account, currency and format each belongs between two others.
create table bank_statements (
  id bigint generated always as identity primary key,
  entity text not null,
  account text not null,
  currency text not null,
  format text not null,
  number text,
  opened_on date,
  closed_on date not null,
  opening_minor numeric(38, 0) not null,
  closing_minor numeric(38, 0) not null,
  -- Hash of balances and entries: the same again says nothing new, the same number with another one is a conflict.
  content text not null,
  -- False for one that does not add up; a correct one takes its place, and closes the cases that asked for it.
  fit boolean not null,
  asked_by text[] not null default '{}',
  -- The case about what is missing before it, open or closed.
  gap_case text,
  source text not null,
  message_id text not null,
  part integer not null,
  created_at timestamptz not null default now()
);
create index bank_statements_chain on bank_statements (entity, account, currency, format, closed_on);
`;

/** Those that are asked about already wait on, but cost no look any more; those of payments that turn up are found by the payment. */
const strangers = `
alter table unmatched_statuses add column asked_at timestamptz;
create index unmatched_statuses_unasked on unmatched_statuses (entity, created_at) where matched_at is null and asked_at is null;
create index payment_instructions_short on payment_instructions (left(end_to_end_id, 15)) where state <> 'removed';
`;

const access = `
alter table bank_statements enable row level security;
create policy entity_scope on bank_statements using (in_entity_scope(entity)) with check (in_entity_scope(entity));
do $$ begin
  if exists (select from pg_roles where rolname = 'kontor_app') then grant select, insert, update on bank_statements to kontor_app; end if;
end $$;
`;
