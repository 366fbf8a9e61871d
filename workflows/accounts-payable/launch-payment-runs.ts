/**
 * Opens the payment runs of a schedule's moment. Their sequence comes from the database, so that a second start of the same moment
 * opens nothing, and each run is a process of its own. Started by a schedule (`sched/payment-run/{entity}`). Nobody decides here.
 */
import { workflowInfo } from '@temporalio/workflow';
import type { CompanyInput } from '../contracts/payment-run.ts';
import { openScheduledRun } from '../parts/payment-proxies.ts';

export async function launchPaymentRuns({ entity }: CompanyInput): Promise<{ opened: string[] }> {
  // A schedule appends its time to the workflow id: the id is the slot.
  return openScheduledRun({ entity, slot: workflowInfo().workflowId });
}
