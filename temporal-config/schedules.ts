import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { erpChangesWorkflow } from '../workflows/contracts/erp-changes.ts';
import { queues } from './queues.ts';

/** Schedules are code: they are applied at start, idempotently, and operators pause or trigger them in Temporal Web. */
export async function applySchedules(client: Client, entities: readonly string[], pollEveryMs: number): Promise<void> {
  for (const entity of entities) await applyErpChanges(client, entity, pollEveryMs);
}

async function applyErpChanges(client: Client, entity: string, everyMs: number): Promise<void> {
  const scheduleId = `sched/erp-changes/${entity}`;
  const spec = { intervals: [{ every: everyMs }] };
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' } as const;
  const action = {
    type: 'startWorkflow',
    workflowType: erpChangesWorkflow,
    workflowId: `erp-changes/${entity}`,
    taskQueue: queues.workflows,
    args: [{ entity }],
    workflowExecutionTimeout: '5 minutes',
  } as const;
  try {
    await client.schedule.create({ scheduleId, spec, policies, action });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update((previous) => ({ ...previous, spec, policies, action }));
  }
}
