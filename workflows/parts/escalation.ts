import { condition } from '@temporalio/workflow';
import type { CaseRef } from '../../activities/accounts-payable/commands.ts';
import { unlessItFails } from './parking.ts';
import type { ProgressBoard } from './progress.ts';
import { recordEscalation } from './proxies.ts';
import { parkedRetryInterval } from '../../temporal-config/retry-profiles.ts';

/**
 * Waits until `done`; meanwhile reminds and escalates each time a deadline passes (A7). An escalation changes who is asked,
 * never what is decided. When somebody who is asked has left, whoever takes the place is asked at once (A9). A look that
 * fails is made again after a while: people go on deciding meanwhile. It does not wait past `until`, from which on nothing can be decided any more.
 */
export async function awaitWithEscalation(ref: CaseRef, board: ProgressBoard, done: () => boolean, firstDeadline?: string, until?: string): Promise<void> {
  let wait: number | typeof parkedRetryInterval | undefined = untilFirst(firstDeadline, until);
  const stirred = () => done() || board.peopleChanged;
  for (;;) {
    const inTime = wait === undefined ? await condition(stirred).then(() => true) : await condition(stirred, wait);
    if ((inTime && done()) || isPast(until)) return;
    board.peopleChanged = false;
    const escalation = await unlessItFails('recordEscalation', () => recordEscalation(ref));
    if (escalation) board.take(escalation);
    wait = escalation ? untilFirst(escalation.nextDeadline, until) : parkedRetryInterval;
  }
}

/** The clock by which a deadline is judged may be a little behind the one that keeps the timer. */
export const shortestWaitMs = 1_000;

/** Milliseconds to whichever comes first; absent where nothing is due. */
function untilFirst(...deadlines: readonly (string | undefined)[]): number | undefined {
  const moments = deadlines.flatMap((deadline) => (deadline === undefined ? [] : [Date.parse(deadline)]));
  return moments.length === 0 ? undefined : Math.max(shortestWaitMs, Math.min(...moments) - Date.now());
}

/** False of a moment that was never set. */
export function isPast(moment: string | undefined): boolean {
  return moment !== undefined && Date.parse(moment) <= Date.now();
}
