import { condition } from '@temporalio/workflow';
import type { CaseRef } from '../../activities/accounts-payable/commands.ts';
import { unlessItFails } from './parking.ts';
import type { ProgressBoard } from './progress.ts';
import { recordEscalation } from './proxies.ts';
import { parkedRetryInterval } from '../../temporal-config/retry-profiles.ts';

/**
 * Waits until `done`; meanwhile reminds and escalates each time a deadline passes (A7). An escalation changes who is asked,
 * never what is decided. When somebody who is asked has left, whoever takes the place is asked at once (A9). A look that
 * fails is made again after a while: people go on deciding meanwhile.
 */
export async function awaitWithEscalation(ref: CaseRef, board: ProgressBoard, done: () => boolean, firstDeadline?: string): Promise<void> {
  let wait: number | typeof parkedRetryInterval | undefined = untilDeadline(firstDeadline);
  const stirred = () => done() || board.peopleChanged;
  for (;;) {
    const inTime = wait === undefined ? await condition(stirred).then(() => true) : await condition(stirred, wait);
    if (inTime && done()) return;
    board.peopleChanged = false;
    const escalation = await unlessItFails('recordEscalation', () => recordEscalation(ref));
    if (escalation) board.apply(escalation.transitions);
    wait = escalation ? untilDeadline(escalation.nextDeadline) : parkedRetryInterval;
  }
}

function untilDeadline(deadline: string | undefined): number | undefined {
  return deadline === undefined ? undefined : Math.max(1, Date.parse(deadline) - Date.now());
}
