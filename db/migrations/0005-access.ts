import type { Knex } from 'knex';

/**
 * The application's role: it reads and writes business rows of the entities that `kontor.entities` names and can only
 * add to the past. A database where roles may not be created works without it, under the owner's rights.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(role);
  await db.raw(rowLevelSecurity);
  await db.raw(grants);
}

const role = `
do $$ begin
  create role kontor_app nologin;
exception
  when duplicate_object or unique_violation then null;
  when insufficient_privilege then raise notice 'role kontor_app is not created: this user may not create roles';
end $$;
`;

/** Unset means nothing is visible: a forgotten scope fails closed. Rows of '*' (policies, persons) belong to every entity. */
const rowLevelSecurity = `
create function in_entity_scope(of_entity text) returns boolean language sql stable as $$
  select current_setting('kontor.entities', true) = '*'
      or of_entity = any (string_to_array(current_setting('kontor.entities', true), ','))
$$;

do $$
declare
  business text;
begin
  for business in
    select c.table_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema = current_schema() and c.column_name = 'entity' and t.table_type = 'BASE TABLE'
  loop
    execute format('alter table %I enable row level security', business);
    if business in ('policies', 'policy_activations', 'persons', 'person_roles', 'delegations', 'legal_entities') then
      execute format('create policy entity_scope on %I using (coalesce(current_setting(''kontor.entities'', true), '''') <> '''')', business);
    else
      execute format('create policy entity_scope on %I using (in_entity_scope(entity)) with check (in_entity_scope(entity))', business);
    end if;
  end loop;
end $$;
`;

const grants = `
do $$
declare
  held text;
begin
  if not exists (select from pg_roles where rolname = 'kontor_app') then return; end if;
  execute format('grant usage on schema %I to kontor_app', current_schema());
  for held in select tablename from pg_tables where schemaname = current_schema() and tablename not like 'schema_migrations%' loop
    execute format('grant select, insert, update on %I to kontor_app', held);
  end loop;
  execute format('grant usage on all sequences in schema %I to kontor_app', current_schema());
  revoke update on audit_events, audit_checkpoints, policies, policy_activations, installation from kontor_app;
  revoke insert on installation from kontor_app;
  grant delete on intake_keys, personal_texts, blobs, requests, person_roles to kontor_app;
end $$;
`;
