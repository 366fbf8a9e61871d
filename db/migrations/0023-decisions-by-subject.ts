import type { Knex } from 'knex';

/** What was decided on a task or an exception is looked up with each decision: without an index all decisions that were ever made are read for it. */
export async function up(db: Knex): Promise<void> {
  await db.raw(`
create index decisions_task on decisions (task_id) where task_id is not null;
create index decisions_exception on decisions (exception_id) where exception_id is not null;
`);
}
