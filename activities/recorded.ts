import type { Info } from '@temporalio/activity';
import { inTransaction, type Db, type Trx } from '../db/client.ts';
import { keepStep, stepAnswer, type Step } from '../db/repositories/recorded-steps.ts';

/**
 * Carries a record step out once: its answer is kept in the transaction of its effect. When a worker died after the commit
 * and before the process heard of it, the engine carries the same step out again; that attempt is rolled back and answers
 * what was recorded, so that the process never misses a transition or what a decision led to.
 */
export async function recordedOnce<Answer>(db: Db, step: Step, work: (trx: Trx) => Promise<Answer>): Promise<Answer> {
  try {
    return await inTransaction(db, async (trx) => {
      const answer = await work(trx);
      if (!(await keepStep(trx, step, answer))) throw new RecordedBefore();
      return answer;
    });
  } catch (error) {
    if (error instanceof RecordedBefore) return (await stepAnswer(db, step)) as Answer;
    throw error;
  }
}

/** The step that an activity stands for: its number within the run is the same each time it is carried out. */
export function stepOf({ workflowExecution, activityId, activityType }: Info, { caseId, entity }: { caseId: string; entity: string }): Step {
  return { caseId, entity, kind: activityType, id: `${workflowExecution?.runId ?? ''}/${activityId}` };
}

class RecordedBefore extends Error {}
