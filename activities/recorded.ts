import { Context, type Info } from '@temporalio/activity';
import { inTransaction, type Db, type Trx } from '../db/client.ts';
import { keepStep, stepAnswer, type Step } from '../db/repositories/recorded-steps.ts';

/**
 * Carries a record step out once: its answer is kept in the transaction of its effect. When a worker died after the commit
 * and before the process heard of it, the engine carries the same step out again; that attempt is rolled back and answers
 * what was recorded, so that the process never misses a transition or what a decision led to.
 */
async function recordedOnce<Answer>(db: Db, step: Step, work: (trx: Trx) => Promise<Answer>): Promise<Answer> {
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

/** The work of a record activity, once per step of the process and all of it in one transaction. */
export function recording<Parts extends { db: Db }, Command extends StepCommand, Answer>(parts: Parts, work: (parts: Parts, command: Command) => Promise<Answer>): (command: Command) => Promise<Answer> {
  return (command) => recordedOnce(parts.db, stepOf(Context.current().info, command), (trx) => work({ ...parts, db: trx }, command));
}

interface StepCommand {
  caseId: string;
  entity: string;
  decisionId?: string;
}

/**
 * The step that an activity stands for: its number within the run is the same each time it is carried out. A decision is one step
 * under whatever number it is judged: when the engine gives up the task in which it was judged, for an event that came
 * meanwhile, it is brought again later and must lead to the same.
 */
function stepOf({ workflowExecution, activityId, activityType }: Info, { caseId, entity, decisionId }: StepCommand): Step {
  return { caseId, entity, kind: activityType, id: decisionId ?? `${workflowExecution?.runId ?? ''}/${activityId}` };
}

class RecordedBefore extends Error {}
