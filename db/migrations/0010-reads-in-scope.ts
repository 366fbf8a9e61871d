import type { Knex } from 'knex';

/** Requests of the API read as `kontor_app`: it sees the list of open work, and whoever owns the tables may become it. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
do $$ begin
  if not exists (select from pg_roles where rolname = 'kontor_app') then return; end if;
  grant select on open_work to kontor_app;
  if not pg_has_role(current_user, 'kontor_app', 'USAGE') then execute format('grant kontor_app to %I', current_user); end if;
end $$;
`);
}
