import { createHash } from 'node:crypto';
import type { Trx } from '../../db/client.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import { lockException, openException, openExceptionsWithCode, reopenException, resolveException, retitleException } from '../../db/repositories/exceptions.ts';
import { activePolicy } from '../../db/repositories/policies.ts';
import { addBusinessHours } from '../../domain/calendar/business-hours.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import type { Payable } from '../../domain/model/payment.ts';
import { hoursFor } from '../../domain/rules/accounts-payable/findings.ts';
import { accountUnverified, unverifiedAccounts, type UnverifiedAccount } from '../../domain/rules/payments/unverified-accounts.ts';
import type { PaymentSettings } from './settings.ts';

interface Asking {
  company: LegalEntity;
  runId: string;
  settings: PaymentSettings;
  at: string;
}

/**
 * P1: a run leaves out what waits for an account to be verified, and somebody has to verify it: one case an account and its version. Every proposal of the
 * company looks at all of its open documents, and closes a case whose account was verified since or for which nothing waits any more.
 */
export async function askForVerification(trx: Trx, asking: Asking, payables: readonly Payable[]): Promise<void> {
  const { id: entity } = asking.company;
  const wanted = new Map(unverifiedAccounts(payables).map((account) => [caseIdOf(entity, account), account]));
  const gone = (await openExceptionsWithCode(trx, entity, accountUnverified.code)).filter(({ id }) => !wanted.has(id));
  for (const { id } of gone) await resolveException(trx, id, { resolution: 'no-longer-found', by: 'system:payments' });
  if (wanted.size === 0) return;
  const dueAt = await verifiedBy(trx, asking);
  for (const [id, account] of wanted) await ask(trx, asking, { id, dueAt }, account);
}

async function verifiedBy(trx: Trx, { company, settings: { calendar, today }, at }: Asking): Promise<string> {
  const deadlines = await activePolicy(trx, 'deadlines', company.policies.deadlines, today);
  return addBusinessHours(calendar.content, at, hoursFor(accountUnverified.ownerRole, deadlines.content));
}

/** Verified is an account in the ERP and by nobody's word here: whoever closed the case of one that is not is asked again. */
async function ask(trx: Trx, { company: { id: entity }, runId }: Asking, { id, dueAt }: { id: string; dueAt: string }, { title, ...account }: UnverifiedAccount): Promise<void> {
  const known = await lockException(trx, id);
  if (known?.state === 'open') return retitleException(trx, id, title);
  const { code, ownerRole, suggestion } = accountUnverified;
  if (known) await reopenException(trx, id, { title, suggestion, ownerRole, dueAt });
  else await openException(trx, { id, entity, origin: 'payment', code, reasonCode: 'PAY', actionCode: 'NOA', title, suggestion, findings: [], ownerRole, dueAt, source: { channel: 'payment-run', ...account }, correlationId: runId });
  await appendAudit(trx, entity, [{ action: `payments.exception-${known ? 'reopened' : 'opened'}`, actor: 'system:payments', correlationId: runId, data: { exception: id, code, ...account } }]);
}

function caseIdOf(entity: string, { supplierId, accountId, version }: UnverifiedAccount): string {
  return `${entity}-account-${createHash('sha256').update(JSON.stringify([supplierId, accountId, version])).digest('hex').slice(0, 16)}`;
}
