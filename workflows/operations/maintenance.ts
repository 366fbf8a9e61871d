/**
 * The upkeep of the installation: request keys and refused documents that have had their time are removed, and the audit chains
 * are signed. Started by a schedule (`sched/maintenance`). It fails, for operators to see, when a chain is broken.
 */
import { proxyLocalActivities } from '@temporalio/workflow';
import type { MaintenanceActivities } from '../../activities/maintenance/index.ts';
import { maintenanceProfile } from '../../temporal-config/retry-profiles.ts';
import type { MaintenanceOutcome } from '../contracts/maintenance.ts';

const { maintain } = proxyLocalActivities<MaintenanceActivities>({ ...maintenanceProfile, summary: 'Remove what has expired, sign the audit chains' });

export async function maintenance(): Promise<MaintenanceOutcome> {
  return maintain();
}
