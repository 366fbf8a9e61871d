import { json, sql, sqlOne, type Db, type Trx } from '../client.ts';

/** One step of a process, as its engine counts it: the same run and number is the same step, however often it is carried out. */
export interface Step {
  caseId: string;
  entity: string;
  /** Steps of one kind follow one another within a case; only the newest answer of each is kept. */
  kind: string;
  /** Run and number of the step; a decision is one step under any number. */
  id: string;
}

/** The kind of step under which the answer to an event is kept. */
export function eventStep(activityType: string, eventId: string): string {
  return `${activityType}/${eventId}`;
}

/** Keeps what the step answered; false when it had been recorded before, and then the caller's transaction must not commit. */
export async function keepStep(trx: Trx, { id, ...step }: Step, answer: unknown): Promise<boolean> {
  const rows = await sql(
    trx,
    `insert into recorded_steps as known (case_id, kind, entity, step, answer) values (:caseId, :kind, :entity, :id, :answer)
     on conflict (case_id, kind) do update set step = excluded.step, answer = excluded.answer where known.step <> excluded.step returning 1`,
    { ...step, id, answer: json(answer) },
    'step-keep',
  );
  return rows.length === 1;
}

export async function stepAnswer(db: Db, { caseId, kind }: Step): Promise<unknown> {
  return (await sqlOne<{ answer: unknown }>(db, `select answer from recorded_steps where case_id = :caseId and kind = :kind`, { caseId, kind })).answer;
}

/** The events that steps of this kind have heard of a case. */
export async function eventsHeard(db: Db, caseId: string, activityType: string): Promise<string[]> {
  const rows = await sql<{ step: string }>(db, `select step from recorded_steps where case_id = :caseId and starts_with(kind, :prefix) order by step`, { caseId, prefix: eventStep(activityType, '') });
  return rows.map(({ step }) => step);
}

export async function isStepKept(db: Db, caseId: string, kind: string): Promise<boolean> {
  return (await sqlOne<{ kept: boolean }>(db, `select exists (select from recorded_steps where case_id = :caseId and kind = :kind) as kept`, { caseId, kind })).kept;
}
