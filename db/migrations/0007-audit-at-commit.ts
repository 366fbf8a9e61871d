import type { Knex } from 'knex';

/**
 * Events are chained by the server at COMMIT: a transaction lays its events down as drafts, and a deferred trigger takes the
 * chain's head, links them and removes the drafts. So the head is never locked while the server waits for a client.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(drafts);
  await db.raw(access);
}

/** Unlogged: no draft outlives its transaction, so a crash has none to recover. */
const drafts = `
create unlogged table audit_drafts (
  id bigint generated always as identity primary key,
  entity text not null,
  until_at text[] not null check (cardinality(until_at) > 0),
  until_prev text[] not null check (cardinality(until_prev) = cardinality(until_at)),
  created_at timestamptz not null default now()
);

create function audit_chain_draft() returns trigger language plpgsql as $$
begin
  perform audit_append(new.entity, new.until_at, new.until_prev);
  delete from audit_drafts where id = new.id;
  return null;
end $$;
create constraint trigger chain_at_commit after insert on audit_drafts
  deferrable initially deferred for each row execute function audit_chain_draft();
`;

const access = `
alter table audit_drafts enable row level security;
create policy entity_scope on audit_drafts using (in_entity_scope(entity)) with check (in_entity_scope(entity));
do $$ begin
  if not exists (select from pg_roles where rolname = 'kontor_app') then return; end if;
  grant select, insert, delete on audit_drafts to kontor_app;
  grant usage on all sequences in schema public to kontor_app;
end $$;
`;
