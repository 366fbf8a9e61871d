import type { ErrorEntry } from './category.ts';

/** Errors of the house itself: requests, identity, concurrency, counterparts. */
export const platformErrors = {
  'request-invalid': { category: 'invalid-input', title: 'The request does not have the expected form', remedy: 'Mend the named field and send it again.' },
  'idempotency-key-missing': { category: 'invalid-input', title: 'A write needs an Idempotency-Key', remedy: 'Send a key of your own that stays the same when you repeat this request.' },
  'idempotency-key-reused': { category: 'rule-violation', title: 'The Idempotency-Key was used for another request', remedy: 'Use a new key for a new request.' },
  'idempotency-in-flight': { category: 'conflict', title: 'The same request is being processed', remedy: 'Wait a moment and repeat it.' },
  'not-authenticated': { category: 'unauthenticated', title: 'No valid identity', remedy: 'Log in again.' },
  'not-permitted': { category: 'forbidden', title: 'This person may not do that', remedy: 'Ask somebody whose role allows it.' },
  'duties-conflict': { category: 'duty-conflict', title: 'One person may not handle both sides', remedy: 'Another person must decide this.' },
  'unknown-resource': { category: 'not-found', title: 'Nothing is known under this id', remedy: 'Check the id.' },
  'stale-version': { category: 'conflict', title: 'The document has changed since it was shown', remedy: 'Open it again and decide on the current version.' },
  'already-decided': { category: 'conflict', title: 'This was decided already', remedy: 'Look at the recorded decision.' },
  'step-in-progress': { category: 'conflict', title: 'A step is under way that this would cross', remedy: 'Wait until it has finished and try again.' },
  'too-many-requests': { category: 'upstream-throttled', title: 'Too many requests', remedy: 'Wait as long as Retry-After says.' },
  'counterpart-throttled': { category: 'upstream-throttled', title: 'The counterpart asks us to slow down', remedy: 'Nothing to do: it is retried when the counterpart allows.' },
  'counterpart-unavailable': { category: 'upstream-unavailable', title: 'The counterpart cannot be reached', remedy: 'Nothing to do: it is retried; look at the counterpart if it lasts.' },
  'counterpart-rejected': { category: 'upstream-rejected', title: 'The counterpart refused', remedy: 'Read its reason, correct the document and resolve the exception.' },
  'outcome-unknown': { category: 'outcome-unknown', title: 'It is not known whether the counterpart carried it out', remedy: 'Nothing is sent again until the counterpart has been asked.' },
  'setting-invalid': { category: 'invalid-input', title: 'A setting cannot be used', remedy: 'Correct the environment variable that is named, or remove it, and run the command again.' },
  'port-taken': { category: 'conflict', title: 'A port is used by another program', remedy: 'Stop that program, or set the variable that is named to a free port.' },
  'folder-not-writable': { category: 'forbidden', title: 'A folder cannot be written', remedy: 'Make it writable, or point KONTOR_STATE (or XDG_CACHE_HOME for built programs) to a folder that is.' },
  'database-unreachable': { category: 'upstream-unavailable', title: 'PostgreSQL is not available', remedy: 'Look at the named log; `npm run doctor` says what is missing; or set DATABASE_URL to a server of yours.' },
  'temporal-unreachable': { category: 'upstream-unavailable', title: 'The Temporal server is not available', remedy: 'Look at the named log; `npm run doctor` says what is missing; or set TEMPORAL_ADDRESS to a server of yours.' },
  'process-ended': { category: 'bug', title: 'A process of ours ended before it was ready', remedy: 'Read its log, which is named; the last lines say why.' },
  'database-unavailable': { category: 'upstream-unavailable', title: 'The database does not answer', remedy: 'Nothing to do: it is retried; look at the database if it lasts.' },
  'internal-error': { category: 'bug', title: 'An unexpected error', remedy: 'Report it with the correlation id.' },
} as const satisfies Record<string, ErrorEntry>;
