import { Context } from '@temporalio/activity';
import { translateError } from './errors.ts';

/** What the work of an activity may know of the call that carries it out. */
export interface Call {
  /** From 1; the first retry is 2. */
  attempt: number;
  /** Says that the work goes on, for activities with a heartbeat timeout. */
  beat: () => void;
}

/** Often enough for the shortest heartbeat timeout. */
const beatEveryMs = 2_000;

/** Beats as long as a counterpart is waited for: one that is slow is not a worker that died. */
export async function beatingMeanwhile<Answer>(beat: () => void, wait: () => Promise<Answer>): Promise<Answer> {
  const timer = setInterval(beat, beatEveryMs);
  try {
    return await wait();
  } finally {
    clearInterval(timer);
  }
}

/** One command object in; every error leaves through the one translation. */
export function activity<Command, Answer>(work: (command: Command, call: Call) => Promise<Answer>): (command: Command) => Promise<Answer> {
  return async (command) => {
    const context = Context.current();
    const { attempt } = context.info;
    try {
      return await work(command, { attempt, beat: () => context.heartbeat() });
    } catch (error) {
      throw translateError(error, attempt);
    }
  };
}
