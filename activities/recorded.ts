import { Context, type Info } from '@temporalio/activity';
import { inTransaction, type Db, type Trx } from '../db/client.ts';
import { eventStep, keepStep, stepAnswer, type Step } from '../db/repositories/recorded-steps.ts';

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
  eventId?: string;
}

/**
 * The step that an activity stands for: its number within the run is the same each time it is carried out. A decision and an event are
 * one step under whatever number they are dealt with: when the engine gives up the task in which that was done, for an event that
 * came meanwhile, they are brought again later and must lead to the same. One such task may hold very many events, so that each of
 * them keeps an answer of its own (F22).
 */
function stepOf({ workflowExecution, activityId, activityType }: Info, { caseId, entity, decisionId, eventId }: StepCommand): Step {
  if (eventId !== undefined) return { caseId, entity, kind: eventStep(activityType, eventId), id: eventId };
  return { caseId, entity, kind: activityType, id: decisionId ?? `${workflowExecution?.runId ?? ''}/${activityId}` };
}

class RecordedBefore extends Error {}
