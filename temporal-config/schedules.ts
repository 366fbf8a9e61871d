import { isGrpcServiceError, ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions, type ScheduleUpdateOptions } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { bankMessagesWorkflow } from '../workflows/contracts/bank-messages.ts';
import { erpChangesWorkflow } from '../workflows/contracts/erp-changes.ts';
import { launchPaymentRunsWorkflow } from '../workflows/contracts/launch-payment-runs.ts';
import { maintenanceWorkflow } from '../workflows/contracts/maintenance.ts';
import { reconcilePaymentLedgerWorkflow } from '../workflows/contracts/reconcile-payment-ledger.ts';
import { queues } from './queues.ts';

/**
 * Schedules are code: they are applied at start, idempotently, and operators pause or trigger them in Temporal Web. A company
 * whose settings the server refuses is handed to `refused`; the others have theirs.
 */
export async function applySchedules(client: Client, companies: readonly ScheduledCompany[], pollEveryMs: number, refused: (entity: string, reason: string) => void): Promise<void> {
  for (const { entity, payments } of companies) {
    try {
      await applyErpChanges(client, entity, pollEveryMs);
      if (payments) await applyPayments(client, entity, payments, pollEveryMs);
    } catch (error) {
      const reason = refusalIn(error);
      if (reason === undefined) throw error;
      refused(entity, reason);
    }
  }
  await applyMaintenance(client);
}

/** Why the server does not take such a schedule; undefined for what is no fault of the company. The client makes a TypeError of some; a worker's connection leaves `details` empty. */
function refusalIn(error: unknown): string | undefined {
  if (error instanceof TypeError) return error.message;
  const cause = error instanceof Error ? error.cause : undefined;
  return isGrpcServiceError(cause) && cause.code === invalidArgument ? cause.details || cause.message : undefined;
}

const invalidArgument = 3;

export interface ScheduledCompany {
  entity: string;
  /** Present for a company that pays through Kontor; weekdays as in ISO, 1 is Monday. */
  payments?: { timeZone: string; weekdays: readonly number[]; at: string };
}

/** The bank is asked as often as the ERP. Runs that were missed for an hour are left to the next day; a person may open one meanwhile. */
async function applyPayments(client: Client, entity: string, { timeZone, weekdays, at }: NonNullable<ScheduledCompany['payments']>, everyMs: number): Promise<void> {
  const start = (workflowType: string, workflowId: string) => ({ type: 'startWorkflow', workflowType, workflowId, taskQueue: queues.workflows, args: [{ entity }], workflowExecutionTimeout: '30 minutes' }) as const;
  await apply(client, {
    scheduleId: `sched/bank-messages/${entity}`,
    spec: { intervals: [{ every: everyMs }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
    action: start(bankMessagesWorkflow, `bank-messages/${entity}`),
  });
  const [hour, minute] = at.split(':').map(Number) as [number, number];
  const days = weekdays.map((day) => weekdayNames[day % 7]!);
  await apply(client, {
    scheduleId: `sched/payment-run/${entity}`,
    spec: { calendars: [{ dayOfWeek: days, hour, minute }], timezone: timeZone },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 hour' },
    action: start(launchPaymentRunsWorkflow, `payment-run-launcher/${entity}`),
  });
  await apply(client, {
    scheduleId: `sched/payment-reconciliation/${entity}`,
    spec: { calendars: [{ hour: 6, minute: 30 }], timezone: timeZone },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '12 hours' },
    action: start(reconcilePaymentLedgerWorkflow, `payment-reconciliation/${entity}`),
  });
}

const weekdayNames = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

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
