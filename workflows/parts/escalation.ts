import { condition } from '@temporalio/workflow';
import type { CaseRef } from '../../activities/accounts-payable/commands.ts';
import type { ProgressBoard } from './progress.ts';
import { recordEscalation } from './proxies.ts';

/**
 * Waits until `done`; meanwhile reminds and escalates each time a deadline passes (A7). An escalation changes who is asked,
 * never what is decided. When somebody who is asked has left, whoever takes the place is asked at once (A9).
 */
export async function awaitWithEscalation(ref: CaseRef, board: ProgressBoard, done: () => boolean, firstDeadline?: string): Promise<void> {
  let deadline = firstDeadline;
  const stirred = () => done() || board.peopleChanged;
  for (;;) {
    const inTime = deadline === undefined ? await condition(stirred).then(() => true) : await condition(stirred, Math.max(1, Date.parse(deadline) - Date.now()));
    if (inTime && done()) return;
    board.peopleChanged = false;
    const escalation = await recordEscalation(ref);
    board.apply(escalation.transitions);
    deadline = escalation.nextDeadline;
  }
}
