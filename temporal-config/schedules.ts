import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions, type ScheduleUpdateOptions } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { erpChangesWorkflow } from '../workflows/contracts/erp-changes.ts';
import { maintenanceWorkflow } from '../workflows/contracts/maintenance.ts';
import { queues } from './queues.ts';

/** Schedules are code: they are applied at start, idempotently, and operators pause or trigger them in Temporal Web. */
export async function applySchedules(client: Client, entities: readonly string[], pollEveryMs: number): Promise<void> {
  for (const entity of entities) await applyErpChanges(client, entity, pollEveryMs);
  await applyMaintenance(client);
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
  await apply(client, { scheduleId, spec, policies, action });
}

/** What was written between two signatures of the audit chains could be rewritten unnoticed: hence a quarter of an hour. */
async function applyMaintenance(client: Client): Promise<void> {
  await apply(client, {
    scheduleId: 'sched/maintenance',
    spec: { intervals: [{ every: '15 minutes' }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    action: { type: 'startWorkflow', workflowType: maintenanceWorkflow, workflowId: 'maintenance', taskQueue: queues.workflows, args: [], workflowExecutionTimeout: '30 minutes' },
  });
}

async function apply(client: Client, schedule: ScheduleOptions): Promise<void> {
  try {
    await client.schedule.create(schedule);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const { spec, policies, action } = schedule;
    await client.schedule
      .getHandle(schedule.scheduleId)
      .update((previous) => ({ ...previous, spec, policies, action }) as ScheduleUpdateOptions)
      .catch((refused: unknown) => replaceUnreadable(client, schedule, refused));
  }
}

/** A schedule from before the codec was switched on cannot be read, only made again; an operator's pause stays. */
async function replaceUnreadable(client: Client, schedule: ScheduleOptions, refused: unknown): Promise<void> {
  if (!(refused instanceof ApplicationFailure)) throw refused;
  const { scheduleId } = schedule;
  const { schedule: previous } = await client.workflowService.describeSchedule({ namespace: client.options.namespace, scheduleId });
  await client.schedule.getHandle(scheduleId).delete();
  await client.schedule.create({ ...schedule, state: { paused: previous?.state?.paused ?? false, note: previous?.state?.notes ?? '' } });
}
