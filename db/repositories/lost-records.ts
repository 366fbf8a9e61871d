import { sql, type Db, type Trx } from '../client.ts';

/** The moment of the last loss of records, after a restore or a failover, while nobody has compared processes and cases since; exactly as the server writes it. */
export async function uncomparedLoss(db: Db): Promise<string | undefined> {
  const [row] = await sql<{ lostAt: string }>(db, `select records_lost_at::text as "lostAt" from installation where records_lost_at is not null and records_lost_at is distinct from processes_compared_for`);
  return row?.lostAt;
}

/** False when somebody else has said so already, or more was lost meanwhile. */
export async function markCompared(trx: Trx, lostAt: string): Promise<boolean> {
  const rows = await sql(trx, `update installation set processes_compared_for = records_lost_at where records_lost_at = :lostAt::timestamptz and records_lost_at is distinct from processes_compared_for returning 1`, { lostAt });
  return rows.length === 1;
}

/** Those of the processes of which there is no case. */
export async function withoutCase(db: Db, workflowIds: readonly string[]): Promise<Set<string>> {
  const rows = await sql<{ id: string }>(db, `select running.workflow as id from unnest(:workflowIds::text[]) as running (workflow) where not exists (select from cases where workflow_id = running.workflow)`, { workflowIds });
  return new Set(rows.map(({ id }) => id));
}

export interface OpenCase {
  id: string;
  number: string;
  process: string;
  workflowId: string;
  revision: number;
}

/** Open cases from before the loss, by their numbers: whatever came after it was started after it. */
export async function openCasesBefore(db: Db, lostAt: string, page: { after: string; limit: number }): Promise<OpenCase[]> {
  return sql(
    db,
    `select id, number::text as number, process, workflow_id as "workflowId", revision from cases
      where closed_at is null and created_at <= :lostAt::timestamptz and cases.number > :after::bigint order by cases.number limit :limit`,
    { lostAt, ...page },
  );
}
