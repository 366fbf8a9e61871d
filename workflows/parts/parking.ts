import { ActivityFailure, ApplicationFailure, condition, isCancellation } from '@temporalio/workflow';
import type { CaseRef } from '../../activities/accounts-payable/commands.ts';
import { parkedRetryInterval } from '../../temporal-config/retry-profiles.ts';
import type { ProgressBoard } from './progress.ts';
import { recordParked, recordResumed } from './proxies.ts';

/** A case that can be told to go on after it was parked. */
export interface Parkable {
  ref: CaseRef;
  board: ProgressBoard;
  /** Set by an owner who resumes the case. */
  resumed: boolean;
}

/**
 * Runs a step. When it still fails after its retries, the case is parked with an owner instead of failing: it goes on
 * when the owner resumes it, or by itself after a while, from exactly this step.
 */
export async function parkable<Result>(process: Parkable, step: string, run: () => Promise<Result>): Promise<Result> {
  for (let parked = false; ; parked = true) {
    try {
      const result = await run();
      if (parked) process.board.apply((await recordResumed({ ...process.ref, step })).transitions);
      return result;
    } catch (error) {
      if (isCancellation(error)) throw error;
      const { code, message } = causeOf(error);
      process.resumed = false;
      process.board.apply((await recordParked({ ...process.ref, step, code, message })).transitions);
      process.board.show();
      await condition(() => process.resumed, parkedRetryInterval);
    }
  }
}

function causeOf(error: unknown): { code: string; message: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return { code: cause.type ?? 'internal-error', message: cause.message };
  return { code: 'counterpart-unavailable', message: cause instanceof Error ? cause.name : 'no answer in time' };
}
