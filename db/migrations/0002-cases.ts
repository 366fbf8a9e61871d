import type { Knex } from 'knex';

/** Cases with their documents and read model, and the records that keep accounts payable from paying twice. */
export async function up(db: Knex): Promise<void> {
  await db.raw(cases);
  await db.raw(intake);
  await db.raw(matching);
  await db.raw(duplicates);
}

const cases = `
create sequence case_numbers;

-- The read model is this row: progress has the shape of the workflow's query, the columns serve lists and figures.
create table cases (
  id text primary key,
  number bigint not null unique,
  entity text not null,
  process text not null,
  workflow_id text not null unique,
  channel text not null,
  submitter text not null,
  correlation_id text not null,
  document_version integer not null default 1,
  document_hash text not null,
  document_class text,
  document_number text,
  issue_date date,
  due_date date,
  seller_name text,
  supplier_id text,
  currency text,
  gross_minor numeric(38, 0),
  payable_minor numeric(38, 0),
  order_numbers text[] not null default '{}',
  corrections jsonb not null default '{"lines":[],"by":[]}',
  state text not null,
  stage text not null,
  outcome text,
  awaiting_roles text[] not null default '{}',
  exception_codes text[] not null default '{}',
  owner text,
  due_at timestamptz(3),
  on_hold boolean not null default false,
  progress jsonb not null,
  revision integer not null default 0,
  touched_by_people boolean not null default false,
  created_at timestamptz not null default now(),
  matched_at timestamptz,
  approved_at timestamptz,
  posted_at timestamptz,
  paid_at timestamptz,
  closed_at timestamptz,
  updated_at timestamptz not null default now()
);
create index cases_newest on cases (entity, number desc);
create index cases_state on cases (entity, state, number desc);
create index cases_due on cases (entity, due_date, number) where closed_at is null;
create index cases_supplier on cases (entity, supplier_id, number desc);
create index cases_document_number on cases (document_number);
create index cases_orders on cases using gin (order_numbers);
create index cases_correlation on cases (correlation_id);

create table documents (
  case_id text not null references cases,
  version integer not null,
  entity text not null,
  document_hash text not null,
  content_hash text not null,
  media_type text not null,
  format text not null,
  document jsonb not null,
  metadata jsonb not null default '{}',
  created_by text not null,
  created_at timestamptz not null default now(),
  primary key (case_id, version)
);
create index documents_hash on documents (document_hash);

create table case_attachments (
  case_id text not null references cases,
  entity text not null,
  sha256 text not null,
  name text not null,
  media_type text not null,
  quarantined boolean not null default false,
  created_at timestamptz not null default now(),
  primary key (case_id, sha256, name)
);

create table case_links (
  case_id text not null references cases,
  other_id text not null references cases,
  entity text not null,
  kind text not null check (kind in ('duplicate-of', 'corrects', 'credits', 'resubmits')),
  created_at timestamptz not null default now(),
  primary key (case_id, other_id, kind)
);
create index case_links_other on case_links (other_id);

-- What an assessment knew, and what it concluded: facts in, result out, the versions that decided (M17, K1).
create table fact_sets (
  id text primary key,
  number bigint generated always as identity unique,
  entity text not null,
  case_id text not null references cases,
  document_version integer not null,
  facts jsonb not null,
  created_at timestamptz not null default now()
);
create index fact_sets_case on fact_sets (case_id, number desc);

create table assessments (
  id text primary key,
  number bigint generated always as identity unique,
  entity text not null,
  case_id text not null references cases,
  facts_id text not null references fact_sets,
  document_hash text not null,
  decision_hash text,
  disposition text not null,
  result jsonb not null,
  policy_versions jsonb not null,
  created_at timestamptz not null default now()
);
create index assessments_case on assessments (case_id, number desc);

-- M20, D10: consent to go on in spite of a finding whose facts were seen.
create table overrides (
  entity text not null,
  case_id text not null references cases,
  finding_code text not null,
  scope text not null,
  fingerprint text not null,
  person text not null,
  role text not null,
  reason text not null,
  decision_id text,
  created_at timestamptz not null default now(),
  primary key (case_id, finding_code, scope, fingerprint, person)
);

create table postings (
  key text primary key,
  entity text not null,
  case_id text not null references cases,
  system text not null,
  kind text not null check (kind in ('post', 'reverse', 'release', 'pay')),
  status text not null check (status in ('pending', 'unknown', 'posted', 'refused', 'reversed')),
  reference text,
  currency text,
  amount_minor numeric(38, 0),
  detail jsonb not null default '{}',
  created_at timestamptz not null default now(),
  settled_at timestamptz
);
create index postings_case on postings (case_id, created_at);
`;

const intake = `
-- D3: the same content or the same message is the same case, for ever.
create table intake_keys (
  entity text not null,
  kind text not null check (kind in ('content', 'message')),
  key text not null,
  case_id text not null references cases deferrable initially deferred,
  created_at timestamptz not null default now(),
  primary key (entity, kind, key)
);
create index intake_keys_case on intake_keys (case_id);
`;

const matching = `
-- M9: what our own invoices hold of an order line. Ended only by release before posting or by a confirmed reversal.
create table reservations (
  id bigint generated always as identity primary key,
  entity text not null,
  case_id text not null references cases,
  order_number text not null,
  order_line text not null,
  quantity numeric not null,
  currency text not null,
  value_minor numeric(38, 0) not null,
  state text not null check (state in ('pending', 'posted', 'released')),
  external_reference text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (state <> 'posted' or external_reference is not null)
);
create unique index reservations_live on reservations (case_id, order_number, order_line) where state <> 'released';
create index reservations_line on reservations (entity, order_number, order_line) where state <> 'released';
`;

const duplicates = `
-- D1, D9: what each case is compared by. Live until the case ends without effect; raw_key is the number after NFKC, upper
-- case and trim. scope is empty, a year where the policy says so, or 'override:{case}' after a dual approval (D10).
create table invoice_keys (
  case_id text primary key references cases,
  entity text not null,
  supplier_id text,
  supplier_group text,
  seller_name text not null,
  class text not null check (class in ('invoice', 'credit-note')),
  type_code text not null,
  document_hash text not null,
  scope text not null default '',
  number text not null,
  raw_key text not null,
  k1 text not null,
  k2 text not null,
  issue_date date not null,
  currency text not null,
  gross_minor numeric(38, 0) not null,
  net_minor numeric(38, 0) not null,
  accounts text[] not null default '{}',
  vat_id text,
  preceding text[] not null default '{}',
  live boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index invoice_keys_live on invoice_keys (entity, supplier_group, class, raw_key, scope) where live and supplier_group is not null;
create index invoice_keys_k1 on invoice_keys (entity, class, k1);
create index invoice_keys_k2 on invoice_keys (entity, class, k2);
create index invoice_keys_group on invoice_keys (entity, class, supplier_group, issue_date);
create index invoice_keys_amount on invoice_keys (entity, class, currency, gross_minor, issue_date);
create index invoice_keys_preceding on invoice_keys using gin (preceding);
create index invoice_keys_accounts on invoice_keys using gin (accounts);
create index invoice_keys_vat on invoice_keys (entity, vat_id);
create index invoice_keys_name on invoice_keys using gin (seller_name gin_trgm_ops);

-- D10: a pair that a person judged to be no duplicate is not raised again.
create table cleared_pairs (
  entity text not null,
  case_a text not null references cases,
  case_b text not null references cases,
  decided_by text not null,
  reason text not null,
  created_at timestamptz not null default now(),
  primary key (case_a, case_b),
  check (case_a < case_b)
);
`;
