import { openRun } from '../../db/repositories/payment-runs.ts';
import { addDays, weekday } from '../../domain/calendar/plain-date.ts';
import { isBusinessDay } from '../../domain/calendar/business-days.ts';
import { settlementCalendar } from '../../domain/calendar/settlement.ts';
import type { PayerAccount } from '../../domain/model/payment.ts';
import type { PaymentPolicy } from '../../domain/policy/index.ts';
import { requiredEntity } from '../lookup.ts';
import type { PaymentParts } from './parts.ts';
import { paymentSettings } from './settings.ts';

/**
 * Opens the runs of a schedule's moment, one for each account that the company pays from; the same moment again opens nothing.
 * On a day on which the bank does not settle there is none.
 */
export async function openScheduledRun(parts: PaymentParts, { entity, slot }: { entity: string; slot: string }): Promise<{ opened: string[] }> {
  const company = await requiredEntity(parts.db, entity);
  const { policy, today } = await paymentSettings(parts.db, company, parts.now());
  const opened: string[] = [];
  for (const account of company.bank?.accounts ?? []) {
    if (!isBusinessDay(settlementCalendar(account.calendar, today), today)) continue;
    const correlationId = `schedule-${entity}-${today}-${account.id}`;
    const run = await openRun(parts.db, {
      entity, runDate: today, nextRunDate: nextRunDate(policy.content, account, today), slot: `${slot}/${account.id}`, payerAccount: account.id, dryRun: false, actor: 'system:schedule', correlationId,
      start: { ...parts.paymentRun, searchAttributes: { FinProcess: parts.paymentRun.workflow, FinEntity: entity, FinStage: 'received', FinCurrency: account.currency, FinCorrelationId: correlationId } },
    });
    if (run.opened) opened.push(run.runId);
  }
  return { opened };
}

/** The next day of the schedule on which the bank settles: what is due before it belongs into this run (P3). */
export function nextRunDate({ schedule }: Pick<PaymentPolicy, 'schedule'>, account: Pick<PayerAccount, 'calendar'>, runDate: string): string {
  for (let days = 1; days <= 60; days += 1) {
    const date = addDays(runDate, days);
    if ((schedule.weekdays as number[]).includes(weekday(date)) && isBusinessDay(settlementCalendar(account.calendar, date), date)) return date;
  }
  return addDays(runDate, 7);
}
