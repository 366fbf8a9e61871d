import { defineSignal, getExternalWorkflowHandle, setHandler, workflowInfo } from '@temporalio/workflow';
import type { CaseRef } from '../../../activities/accounts-payable/commands.ts';
import type { Transition } from '../../../domain/model/transition.ts';
import { awaitWithEscalation } from './waiting.ts';

/** To the child: the parent has heard what it waited for. */
export const settled = defineSignal('settled');
/** To the parent: somebody was reminded, or somebody else is asked now. */
export const escalated = defineSignal<[Transition[]]>('escalated');

export interface ApprovalInput {
  ref: CaseRef;
  deadline?: string;
}

/** Waits for the approval of one assessment, and reminds and escalates meanwhile. */
export async function approval({ ref, deadline }: ApprovalInput): Promise<void> {
  let done = false;
  setHandler(settled, () => void (done = true));
  const parent = workflowInfo().parent;
  const tell = (transitions: Transition[]) => parent && getExternalWorkflowHandle(parent.workflowId, parent.runId).signal(escalated, transitions);
  await awaitWithEscalation(ref, tell, () => done, deadline);
}
