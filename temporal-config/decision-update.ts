import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client';

/** Nothing was judged by these: what would be crossed ends, and a key that is on its way to the worker arrives. */
const passing = new Set(['step-in-progress', 'payload-key-unknown']);

/**
 * A decision goes to its process as the update with the decision's own id: asked twice it is judged once. A process that has
 * just sent something to a counterpart refuses what would cross that, and a worker what it has no key for yet; nothing is judged by
 * that, so the decision may be asked again, under another id, because an id may have its answer for good. The decision's row lets it
 * count once whatever the id.
 */
export function mayBeAskedAgain(error: unknown): error is WorkflowUpdateFailedError & { cause: ApplicationFailure } {
  return error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure && passing.has(error.cause.type ?? '');
}

export function nextUpdateId(decisionId: string): string {
  return `${decisionId}/${randomUUID().slice(0, 8)}`;
}
