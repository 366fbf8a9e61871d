import { condition } from '@temporalio/workflow';
import type { CaseRef } from '../../activities/accounts-payable/commands.ts';
import type { ProgressBoard } from './progress.ts';
import { recordEscalation } from './proxies.ts';

/**
 * Waits until `done`; meanwhile reminds and escalates each time a deadline passes (A7). An escalation changes who is asked,
 * never what is decided. Without a deadline nothing but `done` ends the wait.
 */
export async function awaitWithEscalation(ref: CaseRef, board: ProgressBoard, done: () => boolean, firstDeadline?: string): Promise<void> {
  let deadline = firstDeadline;
  while (deadline !== undefined) {
    const wait = Math.max(1, Date.parse(deadline) - Date.now());
    if (await condition(done, wait)) return;
    const escalation = await recordEscalation(ref);
    board.apply(escalation.transitions);
    deadline = escalation.nextDeadline;
  }
  await condition(done);
}
