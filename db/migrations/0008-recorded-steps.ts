import type { Knex } from 'knex';

/**
 * What the newest record step of each kind answered, by case. The engine may carry a step out again whose end it did not
 * hear of: it then gets this answer, and nothing is recorded twice.
 */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
create table recorded_steps (
  case_id text not null references cases,
  kind text not null,
  entity text not null,
  -- Run and number of the step within its process.
  step text not null,
  answer jsonb not null,
  primary key (case_id, kind)
) with (fillfactor = 70);
alter table recorded_steps enable row level security;
create policy entity_scope on recorded_steps using (in_entity_scope(entity)) with check (in_entity_scope(entity));
do $$ begin
  if exists (select from pg_roles where rolname = 'kontor_app') then grant select, insert, update on recorded_steps to kontor_app; end if;
end $$;
`);
}
