import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client';

/**
 * A decision goes to its process as the update with the decision's own id: asked twice it is judged once. A process that has
 * just sent something to a counterpart refuses what would cross that (`step-in-progress`); nothing is judged by that, so the
 * decision may be asked again, under another id, because an id may have its answer for good. The decision's row lets it
 * count once whatever the id.
 */
export function crossesStep(error: unknown): boolean {
  return error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure && error.cause.type === 'step-in-progress';
}

export function nextUpdateId(decisionId: string): string {
  return `${decisionId}/${randomUUID().slice(0, 8)}`;
}
