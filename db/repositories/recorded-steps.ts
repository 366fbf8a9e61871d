import { json, sql, sqlOne, type Db, type Trx } from '../client.ts';

/** One step of a process, as its engine counts it: the same run and number is the same step, however often it is carried out. */
export interface Step {
  caseId: string;
  entity: string;
  /** Steps of one kind follow one another within a case; only the newest answer of each is kept. */
  kind: string;
  /** Run and number of the step; an event or a decision is one step under any number. */
  id: string;
}

/** The kind of step under which the answer to an event or a decision is kept. */
export function eventStep(activityType: string, eventId: string): string {
  return `${activityType}/${eventId}`;
}

/**
 * Keeps what the step answered and, of one that moved its case (`moves`), which revision it made. Answers that revision; nothing when the step had been
 * recorded before, and then the caller's transaction must not commit.
 */
export async function keepStep(trx: Trx, { id, ...step }: Step, answer: unknown, moves = false): Promise<{ revision: number | null } | undefined> {
  const [kept] = await sql<{ revision: number | null }>(
    trx,
    `insert into recorded_steps as known (case_id, kind, entity, step, answer)
     values (:caseId, :kind, :entity, :id, :answer::jsonb || case when :moves::boolean then jsonb_build_object('revision', (select revision::int from cases where id = :caseId)) else '{}'::jsonb end)
     on conflict (case_id, kind) do update set step = excluded.step, answer = excluded.answer where known.step <> excluded.step returning (answer ->> 'revision')::int as revision`,
    { ...step, id, answer: json(answer), moves },
    'step-keep',
  );
  return kept;
}

/** What an earlier build kept of a decision: the newest one of a case only. */
export async function earlierAnswer(db: Db, { caseId, id }: Step, activityType: string): Promise<unknown> {
  const [row] = await sql<{ answer: unknown }>(db, `select answer from recorded_steps where case_id = :caseId and kind = :kind and step = :id`, { caseId, kind: activityType, id });
  return row?.answer;
}

export async function stepAnswer(db: Db, { caseId, kind }: Pick<Step, 'caseId' | 'kind'>): Promise<unknown> {
  const [row] = await sql<{ answer: unknown }>(db, `select answer from recorded_steps where case_id = :caseId and kind = :kind`, { caseId, kind });
  return row?.answer;
}

/** The events that steps of this kind have heard of a case. */
export async function eventsHeard(db: Db, caseId: string, activityType: string): Promise<string[]> {
  const rows = await sql<{ step: string }>(db, `select step from recorded_steps where case_id = :caseId and starts_with(kind, :prefix) order by step`, { caseId, prefix: eventStep(activityType, '') });
  return rows.map(({ step }) => step);
}

export async function isStepKept(db: Db, caseId: string, kind: string): Promise<boolean> {
  return (await sqlOne<{ kept: boolean }>(db, `select exists (select from recorded_steps where case_id = :caseId and kind = :kind) as kept`, { caseId, kind })).kept;
}
