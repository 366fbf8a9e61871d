import type { Knex } from 'knex';

/** What people do: tasks, decisions, exceptions, comments; and who they are. */
export async function up(db: Knex): Promise<void> {
  await db.raw(people);
  await db.raw(tasks);
  await db.raw(decisions);
  await db.raw(exceptions);
}

const people = `
create table legal_entities (
  entity text primary key,
  settings jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table persons (
  id text primary key,
  entity text not null default '*',
  employee_id text not null,
  name text not null,
  active boolean not null,
  manager text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index persons_employee on persons (employee_id);

create table person_roles (
  person text not null references persons on delete cascade,
  entity text not null,
  role text not null,
  limit_currency text,
  limit_minor numeric(38, 0),
  cost_centres text[],
  created_at timestamptz not null default now(),
  primary key (person, entity, role),
  check ((limit_currency is null) = (limit_minor is null))
);
create index person_roles_role on person_roles (role, entity);

create table delegations (
  id text primary key,
  entity text not null default '*',
  delegator text not null references persons,
  delegate text not null references persons,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  cap_currency text,
  cap_minor numeric(38, 0),
  created_at timestamptz not null default now(),
  check (starts_at < ends_at),
  check (delegator <> delegate)
);
create index delegations_delegate on delegations (delegate, ends_at);
`;

const tasks = `
-- One task asks one person or one role for one decision. A step that needs two approvers is two tasks.
create table tasks (
  id text primary key,
  number bigint generated always as identity unique,
  entity text not null,
  case_id text not null references cases,
  workflow_id text not null,
  kind text not null,
  step text not null,
  candidate_role text not null,
  candidate_persons text[] not null default '{}',
  assignee text,
  claimed_at timestamptz,
  due_at timestamptz(3) not null,
  remind_at timestamptz,
  reminded_at timestamptz,
  follow_up_at timestamptz,
  level integer not null default 0,
  priority integer not null default 50,
  why text not null,
  rule_id text,
  policy_version text not null,
  title text not null,
  currency text,
  amount_minor numeric(38, 0),
  document_hash text not null,
  decision_hash text not null,
  document_version integer not null,
  state text not null default 'open' check (state in ('open', 'decided', 'superseded', 'cancelled')),
  decision text,
  decided_by text,
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  check ((state = 'open') = (closed_at is null))
);
create index tasks_case on tasks (case_id, number);
create index tasks_role on tasks (candidate_role, entity, due_at, number) where state = 'open';
create index tasks_assignee on tasks (assignee, due_at, number) where state = 'open';
create index tasks_decided_by on tasks (decided_by, closed_at desc) where state = 'decided';
`;

const decisions = `
-- A decision is proposed by the API and counts only once the workflow has accepted it. The id is the update's id.
create table decisions (
  id text primary key,
  number bigint generated always as identity unique,
  entity text not null,
  case_id text not null references cases,
  workflow_id text not null,
  task_id text references tasks,
  exception_id text,
  update_name text not null,
  decision text not null,
  reason_code text,
  payload jsonb not null default '{}',
  person text not null,
  on_behalf_of text,
  document_hash text not null,
  decision_hash text not null,
  policy_version text,
  envelope text not null,
  correlation_id text not null,
  state text not null default 'proposed' check (state in ('proposed', 'accepted', 'refused', 'superseded')),
  refusal_code text,
  refusal text,
  created_at timestamptz not null default now(),
  settled_at timestamptz,
  check ((state = 'proposed') = (settled_at is null))
);
create unique index decisions_one_accepted on decisions (task_id) where state = 'accepted';
create index decisions_case on decisions (case_id, number);
create index decisions_person on decisions (person, number desc);
`;

const exceptions = `
-- A case that stands still for a reason, with an owner and a due date. Without a case: a document refused at intake.
create table exceptions (
  id text primary key,
  number bigint generated always as identity unique,
  entity text not null,
  case_id text references cases,
  workflow_id text,
  origin text not null check (origin in ('process', 'intake', 'technical')),
  code text not null,
  reason_code text not null,
  action_code text,
  title text not null,
  findings jsonb not null default '[]',
  suggestion text,
  owner_role text not null,
  owner_person text,
  level integer not null default 0,
  due_at timestamptz(3) not null,
  document_hash text,
  decision_hash text,
  source jsonb not null default '{}',
  state text not null default 'open' check (state in ('open', 'resolved', 'cancelled')),
  resolution text,
  resolution_detail jsonb,
  resolved_by text,
  correlation_id text,
  created_at timestamptz not null default now(),
  resolved_at timestamptz,
  check ((state = 'open') = (resolved_at is null))
);
create index exceptions_case on exceptions (case_id, number);
create index exceptions_open on exceptions (entity, owner_role, due_at, number) where state = 'open';
create index exceptions_code on exceptions (code, number) where state = 'open';
alter table decisions add foreign key (exception_id) references exceptions;

-- Everything open that somebody is asked for, in one shape: what an inbox shows.
create view open_work with (security_invoker = true) as
  select 'approval' as type, number * 2 as number, id, entity, case_id, kind, candidate_role as role, candidate_persons as persons, assignee, due_at, follow_up_at,
         level, priority, title, why, currency, amount_minor, document_hash, decision_hash, document_version, created_at
    from tasks where state = 'open'
  union all
  select 'exception', number * 2 + 1, id, entity, case_id, code, owner_role, '{}'::text[], owner_person, due_at, null,
         level, 50, title, coalesce(suggestion, ''), null, null, document_hash, decision_hash, null, created_at
    from exceptions where state = 'open';

create table comments (
  id bigint generated always as identity primary key,
  entity text not null,
  case_id text not null references cases,
  task_id text references tasks,
  author text not null,
  asks text,
  body text not null,
  created_at timestamptz not null default now()
);
create index comments_case on comments (case_id, id);
`;
