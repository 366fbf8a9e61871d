import { Context, type Info } from '@temporalio/activity';
import { inTransaction, type Db, type Trx } from '../db/client.ts';
import { earlierAnswer, eventStep, keepStep, stepAnswer, type Step } from '../db/repositories/recorded-steps.ts';

/**
 * Carries a record step out once: its answer is kept in the transaction of its effect. When a worker died after the commit
 * and before the process heard of it, the engine carries the same step out again; that attempt is rolled back and answers
 * what was recorded, so that the process never misses a transition or what a decision led to.
 */
async function recordedOnce<Answer>(db: Db, { activityType, ...step }: Step & { activityType: string }, work: (trx: Trx) => Promise<Answer>, renewed: Renewed<Answer> = (kept) => kept): Promise<Answer> {
  let answer: Answer;
  try {
    return await inTransaction(db, async (trx) => {
      answer = await work(trx);
      if (wasNeverProposed(answer)) return answer;
      const earlier = movesOn(answer) || step.kind === activityType ? undefined : await earlierAnswer(trx, step, activityType);
      if (earlier !== undefined) return earlier as Answer;
      const kept = await keepStep(trx, step, answer, movesOn(answer));
      if (!kept) throw new RecordedBefore();
      return kept.revision === null ? answer : { ...answer, revision: kept.revision };
    });
  } catch (error) {
    if (error instanceof RecordedBefore) return renewed((await stepAnswer(db, step)) as Answer, answer!);
    throw error;
  }
}

/**
 * The work of a record activity, once per step of the process and all of it in one transaction. `renewed` brings up to date what a kept answer says of the world:
 * news that arrived since was heard by the process before it hears the answer, and does not come again.
 */
export function recording<Parts extends { db: Db }, Command extends StepCommand, Answer>(parts: Parts, work: (parts: Parts, command: Command) => Promise<Answer>, renewed?: Renewed<Answer>): (command: Command) => Promise<Answer> {
  return (command) => recordedOnce(parts.db, stepOf(Context.current().info, command), (trx) => work({ ...parts, db: trx }, command), renewed);
}

type Renewed<Answer> = (kept: Answer, now: Answer) => Answer;

interface StepCommand {
  caseId: string;
  entity: string;
  decisionId?: string;
  eventId?: string;
}

/**
 * The step that an activity stands for: its number within the run is the same each time it is carried out. A decision and an event are
 * one step under whatever number they are dealt with: when the engine gives up the task in which that was done, for an event that
 * came meanwhile, they are brought again later and must lead to the same. One such task may hold very many of them, so that each
 * keeps an answer of its own (F12, F22).
 */
function stepOf({ workflowExecution, activityId, activityType }: Info, { caseId, entity, decisionId, eventId = decisionId }: StepCommand): Step & { activityType: string } {
  if (eventId !== undefined) return { caseId, entity, activityType, kind: eventStep(activityType, eventId), id: eventId };
  return { caseId, entity, activityType, kind: activityType, id: `${workflowExecution?.runId ?? ''}/${activityId}` };
}

/** Answers that say what moved also say which revision of the case that made: the process may hear of them in another order. */
function movesOn(answer: unknown): boolean {
  return ((answer as { transitions?: unknown[] } | undefined)?.transitions?.length ?? 0) > 0;
}

/** What nobody proposed, or is not there to be decided, leaves no row: it is refused again in the same words. */
function wasNeverProposed(answer: unknown): boolean {
  const { accepted, code } = answer as { accepted?: boolean; code?: string };
  return accepted === false && code === 'unknown-resource';
}

class RecordedBefore extends Error {}
