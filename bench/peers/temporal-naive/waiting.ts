import { ActivityFailure, ApplicationFailure, condition, isCancellation } from '@temporalio/workflow';
import type { CaseRef } from '../../../activities/accounts-payable/commands.ts';
import type { Transition } from '../../../domain/model/transition.ts';
import { parkedRetryInterval } from '../../../temporal-config/retry-profiles.ts';
import type { ProgressBoard } from '../../../workflows/parts/progress.ts';
import { recordEscalation, recordParked, recordResumed } from './proxies.ts';

/** Waits until `done`; reminds and escalates each time a deadline passes. */
export async function awaitWithEscalation(ref: CaseRef, escalated: (transitions: Transition[]) => unknown, done: () => boolean, firstDeadline?: string): Promise<void> {
  for (let deadline = firstDeadline; deadline !== undefined; ) {
    if (await condition(done, Math.max(1, Date.parse(deadline) - Date.now()))) return;
    const escalation = await recordEscalation(ref);
    await escalated(escalation.transitions);
    deadline = escalation.nextDeadline;
  }
  await condition(done);
}

/** A case that can be told to go on after it was parked. */
export interface Parkable {
  ref: CaseRef;
  board: ProgressBoard;
  resumed: boolean;
}

/** Runs a step; where it fails after its retries the case is parked with an owner and goes on from there. */
export async function parkable<Result>(process: Parkable, step: string, run: () => Promise<Result>): Promise<Result> {
  for (let parked = false; ; parked = true) {
    try {
      const result = await run();
      if (parked) process.board.take(await recordResumed({ ...process.ref, step }));
      return result;
    } catch (error) {
      if (isCancellation(error)) throw error;
      const cause = error instanceof ActivityFailure ? error.cause : error;
      const known = cause instanceof ApplicationFailure ? { code: cause.type ?? 'internal-error', message: cause.message } : { code: 'counterpart-unavailable', message: 'no answer in time' };
      process.resumed = false;
      process.board.take(await recordParked({ ...process.ref, step, ...known }));
      process.board.show();
      await condition(() => process.resumed, parkedRetryInterval);
    }
  }
}
