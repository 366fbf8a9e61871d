import type { Db } from '../../db/client.ts';
import { activePolicy } from '../../db/repositories/policies.ts';
import { addBusinessHours, localDate } from '../../domain/calendar/business-hours.ts';
import { KontorError } from '../../domain/errors.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import type { PayerAccount } from '../../domain/model/payment.ts';
import type { CalendarPolicy, PaymentPolicy, Versioned } from '../../domain/policy/index.ts';
import { cutOffOn, type CutOff } from '../../domain/rules/payments/execution.ts';

/** The rules of paying that are in force for a company now. */
export interface PaymentSettings {
  policy: Versioned<PaymentPolicy>;
  calendar: Versioned<CalendarPolicy>;
  today: string;
}

export async function paymentSettings(db: Db, company: LegalEntity, now: Date): Promise<PaymentSettings> {
  if (!company.policies.payments) throw new KontorError('unknown-resource', `${company.id} names no policy of payments.`);
  const instant = now.toISOString();
  const calendar = await activePolicy(db, 'calendar', company.calendar, instant.slice(0, 10));
  const today = localDate(calendar.content, instant);
  return { policy: await activePolicy(db, 'payments', company.policies.payments, today), calendar, today };
}

export function payerAccountOf(company: LegalEntity, id: string): PayerAccount {
  const account = company.bank?.accounts.find((entry) => entry.id === id);
  if (!account) throw new KontorError('unknown-resource', `${company.id} has no account ${id} to pay from.`);
  return account;
}

/** Until when of a day the bank of an account takes files for that day. */
export function cutOffOf({ calendar, policy }: PaymentSettings, { calendar: system }: Pick<PayerAccount, 'calendar'>): CutOff {
  return { at: policy.content.cutOff, zone: calendar.content.offset, system };
}

/** From this moment on the bank would not execute on that day what leaves for it from this account (P11). */
export function cutOffAt(settings: PaymentSettings, account: PayerAccount, executionDate: string): string {
  return cutOffOn(cutOffOf(settings, account), executionDate);
}

/** By when approver and releaser are to decide: so many business hours from now, and before the cut-off of the day for which they decide. */
export function decisionDueAt(settings: PaymentSettings, at: string, account: PayerAccount, executionDate: string): string {
  const due = addBusinessHours(settings.calendar.content, at, settings.policy.content.decisionHours);
  const cutOff = cutOffAt(settings, account, executionDate);
  return at < cutOff && cutOff < due ? cutOff : due;
}

/** Runs that were proposed by these wait for a person when their cut-off has passed. */
const waitsPastCutOff = ['payment-run/1', 'payment-run/2'];

/** What people who decide about a run are told of its day. */
export function untilCutOff({ policy }: PaymentSettings, executionDate: string, workflowVersion?: string): string {
  const after = waitsPastCutOff.includes(workflowVersion ?? '') ? 'after that it cannot be released any more' : 'a run that is not released by then ends by itself, and the next one proposes its documents anew';
  return `The bank executes it on ${executionDate} if the file leaves before ${policy.content.cutOff} of that day; ${after}.`;
}
