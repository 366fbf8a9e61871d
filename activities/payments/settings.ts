import type { Db } from '../../db/client.ts';
import { activePolicy } from '../../db/repositories/policies.ts';
import { addBusinessHours, localDate } from '../../domain/calendar/business-hours.ts';
import { KontorError } from '../../domain/errors.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import type { PayerAccount } from '../../domain/model/payment.ts';
import type { CalendarPolicy, PaymentPolicy, Versioned } from '../../domain/policy/index.ts';

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

/** When approver and releaser are reminded: so many business hours from now. */
export function decisionDueAt({ calendar, policy }: PaymentSettings, at: string): string {
  return addBusinessHours(calendar.content, at, policy.content.decisionHours);
}
