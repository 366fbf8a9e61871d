/**
 * What schedules start for payments. The launcher opens the runs of its moment: their sequence comes from the database, so that a
 * second start of the same moment opens nothing, and each run is a process of its own. The reconciliation compares bank, payments and
 * ERP once a day. Nobody decides here.
 */
import { workflowInfo } from '@temporalio/workflow';
import type { CompanyInput } from '../contracts/payment-run.ts';
import { openScheduledRun, reconcilePayments } from '../parts/payment-proxies.ts';

export async function launchPaymentRuns({ entity }: CompanyInput): Promise<{ opened: string[] }> {
  // A schedule appends its time to the workflow id: the id is the slot.
  return openScheduledRun({ entity, slot: workflowInfo().workflowId });
}

export async function reconcilePaymentLedger({ entity }: CompanyInput): Promise<{ differences: number }> {
  return reconcilePayments({ entity });
}
