import { ApplicationFailure } from '@temporalio/activity';
import { isDatabaseFailure, isDatabaseUnavailable } from '../db/client.ts';
import { errorCatalogue, KontorError, type ErrorCategory, type ErrorCode } from '../domain/errors.ts';

/** A poison document gets this many tries before it is parked with an owner (guarantee 8). */
const triesOfABug = 3;

/** Whether trying the same thing again can help, by who must act. */
const retryable: Record<ErrorCategory, boolean> = {
  'invalid-input': false,
  unauthenticated: false,
  forbidden: false,
  'duty-conflict': false,
  'not-found': false,
  conflict: false,
  'rule-violation': false,
  'upstream-rejected': false,
  'upstream-throttled': true,
  'upstream-unavailable': true,
  'outcome-unknown': true,
  bug: true,
};

/** Everything that a counterpart sent away at one moment comes back over this share of the time that it asked for, never before it. */
const spread = 0.5;

/**
 * The one place where errors become Temporal failures. The failure's type is the catalogue's code; its message is for
 * people and carries no document content. Unexpected errors are tried a few times, then given up, so that the case is parked.
 */
export function translateError(error: unknown, attempt: number, random: () => number = Math.random): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const { code, message, retryAfterMs } = recognise(error);
  const { category } = errorCatalogue[code];
  return ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: !retryable[category] || (category === 'bug' && attempt >= triesOfABug),
    ...(retryAfterMs === undefined ? {} : { nextRetryDelay: Math.round(retryAfterMs * (1 + spread * random())) }),
    ...(error instanceof Error && category === 'bug' ? { cause: error } : {}),
  });
}

/** Whether the same work may go through when it is done again, as where the database does not answer. Everything else lies in what is worked on, or in us. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ApplicationFailure) return !error.nonRetryable;
  if (error instanceof KontorError) return error.category !== 'bug' && retryable[error.category];
  return isDatabaseFailure(error);
}

/** What an error is, in words of the catalogue and without content. */
export function recognise(error: unknown): { code: ErrorCode; message: string; retryAfterMs?: number } {
  if (error instanceof KontorError) return { code: error.code, message: error.message, ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }) };
  if (isDatabaseUnavailable(error)) return { code: 'database-unavailable', message: 'The database does not answer.' };
  return { code: 'internal-error', message: `Unexpected ${error instanceof Error ? error.name : typeof error}.` };
}
