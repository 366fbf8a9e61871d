import { ActivityFailure, ApplicationFailure, condition, isCancellation, log } from '@temporalio/workflow';
import type { CaseRef } from '../../activities/accounts-payable/commands.ts';
import { parkedRetryInterval, untoldRetryMs } from '../../temporal-config/retry-profiles.ts';
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
 * when the owner resumes it, or by itself after a while, from exactly this step. While not even that can be recorded,
 * nobody is told, and the step is tried again all the same.
 */
export async function parkable<Result>(process: Parkable, step: string, run: () => Promise<Result>): Promise<Result> {
  for (let parked = false, untoldMs = untoldRetryMs.first; ; ) {
    try {
      const result = await run();
      if (parked) process.board.take(await recordResumed({ ...process.ref, step }));
      return result;
    } catch (error) {
      if (isCancellation(error)) throw error;
      const { code, message } = causeOf(error);
      process.resumed = false;
      const told = await unlessItFails('recordParked', () => recordParked({ ...process.ref, step, code, message }));
      if (told) {
        parked = true;
        process.board.take(told);
        process.board.show();
      }
      await condition(() => process.resumed, told ? parkedRetryInterval : untoldMs);
      untoldMs = told ? untoldRetryMs.first : Math.min(2 * untoldMs, untoldRetryMs.longest);
    }
  }
}

/** A step waits for its owner, who may have it tried again whatever else is decided already. */
export function isParked({ board }: Pick<Parkable, 'board'>): boolean {
  return board.value.exceptions.some(({ id }) => id.startsWith('parked:'));
}

/** What a record step answered, or nothing when it failed for good: a process outlives the records that it cannot write just now. */
export async function unlessItFails<Result>(step: string, run: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await run();
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.error('a record failed and is tried again later', { step, ...causeOf(error) });
    return undefined;
  }
}

function causeOf(error: unknown): { code: string; message: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return { code: cause.type ?? 'internal-error', message: cause.message };
  return { code: 'counterpart-unavailable', message: cause instanceof Error ? cause.name : 'no answer in time' };
}
