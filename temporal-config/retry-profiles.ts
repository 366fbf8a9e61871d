import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';

/**
 * How often and how patiently a step is tried. Each profile ends after minutes, never after days: a step that still fails
 * then is parked with an owner, and resumes from there. Pure constants: workflow code imports them.
 */

/**
 * Reading from or effecting at a counterpart: patient with bursts of errors, quick again afterwards. One try is short, so that
 * the work of a worker that died goes on elsewhere within seconds; adapters answer or give up well before.
 */
export const counterpartProfile = {
  startToCloseTimeout: '12 seconds',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '20 seconds', maximumAttempts: 40 },
} satisfies ActivityOptions;

/**
 * The first try at a counterpart, made where the process runs: one, and short, so that the engine is not kept waiting. What it
 * does not settle goes on as a step on the counterpart's queue.
 */
export const firstTryProfile = {
  startToCloseTimeout: '2 seconds',
  retry: { maximumAttempts: 1 },
} satisfies LocalActivityOptions;

/** One transaction of ours. The database may restart; the workflow task stays alive for a few local tries, then timers take over. */
export const recordProfile = {
  startToCloseTimeout: '15 seconds',
  localRetryThreshold: '5 seconds',
  retry: { initialInterval: '100 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds', maximumAttempts: 40 },
} satisfies LocalActivityOptions;

/** A parked step is tried again by itself after this long, or at once when its owner resumes it. */
export const parkedRetryInterval = '15 minutes';

/** Where nobody could be told of it, because the records are away, they may be back soon: it is tried again after this, and twice as long each time up to the interval of a parked step. */
export const untoldRetryMs = { first: 20_000, longest: 15 * 60_000 };

/** A look that the next schedule repeats anyway: a few tries, then leave it to the next one. */
export const pollProfile = {
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 seconds', maximumAttempts: 3 },
} satisfies ActivityOptions;

/** The upkeep: chains are followed from their last signature on, which is long only the first time. */
export const maintenanceProfile = {
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '5 seconds', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 5 },
} satisfies LocalActivityOptions;

/** A page of work at a counterpart: longer than one call, with a heartbeat after each, so that a dead worker is noticed early. */
export const pageProfile = {
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '20 seconds', maximumAttempts: 40 },
} satisfies ActivityOptions;
