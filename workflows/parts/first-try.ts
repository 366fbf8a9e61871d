import { ActivityFailure, ApplicationFailure, isCancellation } from '@temporalio/workflow';

/**
 * Tries a step at a counterpart at once, where the process runs, and only when that does not settle it on the counterpart's
 * queue: a document that nothing keeps then costs one workflow task from start to posting. Both go through the same gate of
 * the counterpart (rate, breaker), and `once` makes both one effect. What trying again cannot help is not tried again.
 */
export async function atOnceOrQueued<Answer>(atOnce: () => Promise<Answer>, queued: () => Promise<Answer>): Promise<Answer> {
  try {
    return await atOnce();
  } catch (error) {
    if (isCancellation(error) || isFinal(error)) throw error;
    return queued();
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.nonRetryable === true;
}
