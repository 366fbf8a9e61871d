import { createHash } from 'node:crypto';
import { inTransaction, type Trx } from '../../db/client.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import { entriesSince } from '../../db/repositories/bank-messages.ts';
import { openException, openReconciliationCases, resolveException } from '../../db/repositories/exceptions.ts';
import { openPayables } from '../../db/repositories/payables.ts';
import { paymentLedger } from '../../db/repositories/payments.ts';
import { addDays } from '../../domain/calendar/plain-date.ts';
import type { PaymentState } from '../../domain/rules/payments/bank-status.ts';
import { reconcilePayments as compare, type Difference, type OpenDocument } from '../../domain/rules/payments/reconcile.ts';
import { requiredEntity } from '../lookup.ts';
import { technicalDueAt } from '../technical-owner.ts';
import type { PaymentParts } from './parts.ts';
import { paymentSettings } from './settings.ts';

/** How far back a day's comparison looks. */
const windowDays = 45;

/**
 * The daily comparison of the bank's entries, our payments and the ERP's open items: every difference is a case with an owner, and a
 * case whose difference is gone is closed. A document that the ERP holds otherwise than we do is not paid while its case is open.
 */
export async function reconcilePayments(parts: PaymentParts, { entity }: { entity: string }): Promise<{ differences: number }> {
  const now = parts.now();
  const company = await requiredEntity(parts.db, entity);
  const { policy, today } = await paymentSettings(parts.db, company, now);
  const since = addDays(today, -windowDays);
  const { port } = parts.erpOf(company);
  const ledger = await paymentLedger(parts.db, entity, since);
  const open = await openPayables(parts.db, entity);
  const caseOf = new Map([...open.map(({ postedAs, caseId }) => [postedAs, caseId] as const), ...ledger.flatMap(({ items }) => items.map(({ postedAs, caseId }) => [postedAs ?? '', caseId] as const))]);
  const documents = new Map<string, OpenDocument>();
  for (const { caseId, open: amount } of [...ledger.flatMap(({ items }) => items), ...open]) documents.set(caseId, { caseId, open: amount });
  const erp = (await port.getOpenPayables?.(entity, { correlationId: `reconcile-${entity}-${today}` })) ?? [];
  const entries = await entriesSince(parts.db, entity, since);
  const differences = compare({
    asOf: today,
    system: company.bank?.accounts[0]?.calendar ?? 't2',
    silenceBusinessDays: policy.content.silenceBusinessDays,
    bank: entries.map(({ identity, currency, minor, bookingDate, endToEndId }) => ({ identity, amount: { currency, minor }, ...(bookingDate ? { bookedOn: bookingDate } : {}), endToEndIds: endToEndId ? [endToEndId] : [], ...(BigInt(minor) > 0n && !endToEndId ? { explainedBy: 'money in' } : {}) })),
    payments: ledger.map(({ endToEndId, amount, state, executionDate, items, confirmedBy, returnedBy }) => ({ endToEndId, amount, state: state as PaymentState, executionDate, items, ...(confirmedBy ? { confirmedBy } : {}), ...(returnedBy && !returnedBy.startsWith('message:') ? { returnedBy } : {}) })),
    documents: [...documents.values()],
    erp: erp.flatMap(({ documentNumber, open: amount }) => (caseOf.has(documentNumber) ? [{ caseId: caseOf.get(documentNumber)!, open: amount }] : [])),
  });
  await record(parts, entity, differences, now.toISOString());
  return { differences: differences.length };
}

async function record(parts: PaymentParts, entity: string, differences: Difference[], at: string): Promise<void> {
  const dueAt = await technicalDueAt(parts, entity, at);
  const wanted = new Map(differences.map((difference) => [idOf(entity, difference), difference]));
  await inTransaction(parts.db, async (trx) => {
    const standing = new Set(await openReconciliationCases(trx, entity));
    for (const id of standing) if (!wanted.has(id)) await resolveException(trx, id, { resolution: 'no-longer-found', by: 'system:reconciliation' });
    const fresh = [...wanted].filter(([id]) => !standing.has(id));
    for (const [, difference] of fresh) await openDifference(trx, entity, difference, dueAt);
    await appendAudit(trx, entity, [{ action: 'payments.reconciled', actor: 'system:reconciliation', correlationId: `reconcile-${entity}-${at}`, data: { differences: differences.length, codes: [...new Set(differences.map(({ code }) => code))].sort() } }]);
  });
}

/** One case a difference, whoever finds it: the same one again opens nothing. */
export async function openDifference(trx: Trx, entity: string, difference: Difference, dueAt: string): Promise<void> {
  const { code, subject, message, ownerRole, suggestion } = difference;
  await openException(trx, { id: idOf(entity, difference), entity, ...(code.startsWith('erp-') ? { case: subject } : {}), origin: 'payment', code, reasonCode: 'PAY', actionCode: 'NOA', title: message, suggestion, findings: [], ownerRole, dueAt, source: { channel: 'reconciliation', subject }, correlationId: `reconcile-${entity}` });
}

function idOf(entity: string, { code, subject }: Difference): string {
  return `${entity}-rec-${createHash('sha256').update(`${code}/${subject}`).digest('hex').slice(0, 16)}`;
}
