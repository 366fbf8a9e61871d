import type { Knex } from 'knex';

/** Payment runs, what they pay, what keeps a payment back, and what the bank said. */
export async function up(db: Knex): Promise<void> {
  await db.raw(runs);
  await db.raw(payments);
  await db.raw(bank);
  await db.raw(access);
}

const runs = `
alter table exceptions drop constraint exceptions_origin_check;
alter table exceptions add constraint exceptions_origin_check check (origin in ('process', 'intake', 'technical', 'payment'));

-- A run is a case too: its row there is the read model, this one holds what is particular to it.
create table payment_runs (
  run_id text primary key references cases,
  entity text not null,
  run_date date not null,
  next_run_date date not null,
  -- A schedule's time or a request's own slot: a second start of the same slot is the same run.
  slot text not null,
  seq integer not null,
  payer_account text not null,
  dry_run boolean not null default false,
  -- Empty for a run that the schedule started; else the person who asked for it.
  proposer text,
  editors text[] not null default '{}',
  items integer not null default 0,
  instructions integer not null default 0,
  currency text,
  total_minor numeric(38, 0),
  discount_minor numeric(38, 0),
  policy_version text,
  execution_date date,
  -- P6, P7: what was approved, what was taken out afterwards, what was sent.
  content_hash text,
  approved_hash text,
  approver text,
  releasers text[] not null default '{}',
  message_id text unique,
  file_created_at timestamptz(3),
  file_sha256 text,
  file_format text,
  send_state text not null default 'none' check (send_state in ('none', 'unknown', 'sent', 'refused')),
  send_reference text,
  sent_at timestamptz,
  created_at timestamptz not null default now(),
  unique (entity, run_date, slot),
  unique (entity, run_date, seq)
);

create table payment_exclusions (
  run_id text not null references payment_runs,
  case_id text not null references cases,
  entity text not null,
  code text not null,
  rule text not null,
  message text not null,
  until date,
  created_at timestamptz not null default now(),
  primary key (run_id, case_id, code)
);
`;

const payments = `
create table payment_instructions (
  run_id text not null references payment_runs,
  end_to_end_id text not null,
  entity text not null,
  group_key text not null,
  supplier_id text not null,
  payee_name text not null,
  account jsonb not null,
  -- IBAN or routing number and account: what the search for double payments compares (P12).
  account_key text not null,
  currency text not null,
  amount_minor numeric(38, 0) not null check (amount_minor > 0),
  execution_date date not null,
  details jsonb not null,
  -- Given when the file is written: what the bank's messages may quote.
  payment_information_id text,
  instruction_id text,
  possible_duplicates jsonb not null default '[]',
  screening jsonb,
  state text not null,
  bank_status text,
  reason_code text,
  -- The ERP's documents of the payment and of its reversal.
  booked_as text,
  unbooked_as text,
  booked_on date,
  removed_by text,
  removed_reason text,
  confirmed_by text,
  returned_by text,
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  primary key (run_id, end_to_end_id)
);
-- P7: the same open items at the same payment revision can be on their way once only, whatever run they are in.
create index payment_instructions_unbooked on payment_instructions (entity) where (state = 'confirmed' and booked_as is null) or (state = 'returned' and booked_as is not null and unbooked_as is null);
create unique index payment_instructions_live on payment_instructions (end_to_end_id) where state <> 'removed';
create index payment_instructions_alike on payment_instructions (entity, account_key, currency, amount_minor, execution_date);
create index payment_instructions_unconfirmed on payment_instructions (entity, state) where state in ('approved', 'filed', 'sent', 'unknown', 'in-process', 'settled-at-bank');

create table payment_items (
  run_id text not null references payment_runs,
  case_id text not null references cases,
  entity text not null,
  revision integer not null,
  end_to_end_id text not null,
  currency text not null,
  open_minor numeric(38, 0) not null,
  discount_minor numeric(38, 0) not null default 0,
  amount_minor numeric(38, 0) not null,
  pay_by date not null,
  detail jsonb not null,
  state text not null,
  created_at timestamptz not null default now(),
  primary key (run_id, case_id)
);
create unique index payment_items_live on payment_items (case_id, revision) where state <> 'removed';
create index payment_items_case on payment_items (case_id, created_at);
create index payment_items_instruction on payment_items (end_to_end_id);

-- A hold outlives the run that found its reason; a person lifts it.
create table payment_holds (
  id text primary key,
  entity text not null,
  subject text not null check (subject in ('item', 'supplier', 'bank-account', 'entity')),
  subject_id text not null,
  reason text not null,
  set_by text not null,
  lifted_by text,
  lift_reason text,
  created_at timestamptz not null default now(),
  lifted_at timestamptz,
  check ((lifted_at is null) = (lifted_by is null))
);
create unique index payment_holds_live on payment_holds (entity, subject, subject_id, reason) where lifted_at is null;
`;

const bank = `
-- Every message of a bank as it came, each once; one that cannot be read is kept and becomes a case.
create table bank_messages (
  source text not null,
  id text not null,
  entity text not null,
  kind text not null,
  sha256 text not null,
  state text not null check (state in ('taken', 'repeated', 'quarantined')),
  problem jsonb,
  created_at timestamptz not null default now(),
  primary key (source, id)
);
create index bank_messages_content on bank_messages (source, sha256);

-- Booked entries of statements and advices, each once by its identity, with what became of it.
create table bank_entries (
  identity text not null,
  entity text not null,
  account text not null,
  statement text,
  message_id text not null,
  booking_date date,
  currency text not null,
  amount_minor numeric(38, 0) not null,
  end_to_end_id text,
  reference text not null,
  -- A statement is the bank's books; an advice tells of the same booking earlier.
  on_statement boolean not null,
  outcome text not null check (outcome in ('confirms', 'returns', 'unmatched', 'mismatch', 'other')),
  run_id text,
  detail jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (entity, identity)
);
create index bank_entries_end_to_end on bank_entries (end_to_end_id);
create index bank_entries_day on bank_entries (entity, account, booking_date);

-- A status for a payment that we do not know (yet): looked at again, and a case after its deadline.
create table unmatched_statuses (
  source text not null,
  message_id text not null,
  end_to_end_id text not null,
  entity text not null,
  status jsonb not null,
  created_at timestamptz not null default now(),
  matched_at timestamptz,
  primary key (source, message_id, end_to_end_id)
);
create index unmatched_statuses_open on unmatched_statuses (entity, created_at) where matched_at is null;
`;

const access = `
do $$
declare
  business text;
begin
  foreach business in array array['payment_runs', 'payment_exclusions', 'payment_instructions', 'payment_items', 'payment_holds', 'bank_messages', 'bank_entries', 'unmatched_statuses'] loop
    execute format('alter table %I enable row level security', business);
    execute format('create policy entity_scope on %I using (in_entity_scope(entity)) with check (in_entity_scope(entity))', business);
    if exists (select from pg_roles where rolname = 'kontor_app') then execute format('grant select, insert, update on %I to kontor_app', business); end if;
  end loop;
end $$;
`;
