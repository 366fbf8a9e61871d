import type { Knex } from 'knex';

/** Policies as immutable versions; what counts is an activation by two persons. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
create table policies (
  version text primary key,
  entity text not null default '*',
  kind text not null,
  name text not null,
  sha256 text not null,
  content jsonb not null,
  source text not null,
  effective_from date not null,
  imported_by text not null,
  created_at timestamptz not null default now(),
  check (version = name || '@' || sha256)
);
create index policies_name on policies (kind, name, created_at);

create table policy_activations (
  id bigint generated always as identity primary key,
  entity text not null default '*',
  version text not null references policies,
  effective_from date not null,
  proposed_by text not null,
  approved_by text not null,
  created_at timestamptz not null default now(),
  check (proposed_by <> approved_by)
);
create index policy_activations_version on policy_activations (version, effective_from);

create function policy_is_immutable() returns trigger language plpgsql as $$
begin
  raise exception '% of a policy version is refused: import a new version', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger immutable before update or delete on policies for each row execute function policy_is_immutable();
create trigger immutable before update or delete on policy_activations for each row execute function policy_is_immutable();
`);
}
