/**
 * One look at what changed at a company's ERP: receipts and order changes go into the inbox, and the cases that wait for
 * them are told. Started by a schedule (`sched/erp-changes/{entity}`); a webhook may trigger it earlier. Nobody decides here.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { ErpChangeActivities } from '../../activities/erp-changes/index.ts';
import { queues } from '../../temporal-config/queues.ts';
import { pollProfile } from '../../temporal-config/retry-profiles.ts';
import type { ErpChangesInput } from '../contracts/erp-changes.ts';

const { pollErpChanges } = proxyActivities<ErpChangeActivities>({ ...pollProfile, taskQueue: queues.erp, summary: 'Read changes of the ERP' });

export async function erpChanges({ entity }: ErpChangesInput): Promise<{ taken: number }> {
  return pollErpChanges({ entity });
}
