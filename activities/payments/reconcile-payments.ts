import { createHash } from 'node:crypto';
import { inTransaction, type Trx } from '../../db/client.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import { lockException, openException, openReconciliationCases, reopenException, resolveException } from '../../db/repositories/exceptions.ts';
import { opensAgain, reconcilePayments as compare, type Difference } from '../../domain/rules/payments/reconcile.ts';
import type { Call } from '../activity.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { closeComparisonCase, openComparisonCase } from './comparison-case.ts';
import { gatherCompared } from './gather-compared.ts';
import type { PaymentParts } from './parts.ts';

/**
 * The daily comparison of the bank's entries, our payments and the ERP's open items: every difference is a case with an owner, and a
 * case whose difference is gone is closed, if what it is about was compared. A document that the ERP holds otherwise than we do is not paid while its case is open.
 * Where it cannot be made, that is a case, too.
 */
export async function reconcilePayments(parts: PaymentParts, { entity }: { entity: string }, { attempt, beat }: Call): Promise<{ differences: number }> {
  const now = parts.now();
  try {
    const { facts, wasCompared } = await gatherCompared(parts, entity, now, beat);
    const differences = compare(facts);
    beat();
    await record(parts, entity, differences, wasCompared, now.toISOString(), beat);
    return { differences: differences.length };
  } catch (error) {
    await openComparisonCase(parts, entity, error, attempt);
    throw error;
  }
}

async function record(parts: PaymentParts, entity: string, differences: Difference[], wasCompared: (one: Pick<Difference, 'code' | 'subject'>) => boolean, at: string, beat: () => void): Promise<void> {
  const dueAt = await technicalDueAt(parts, entity, at);
  const wanted = new Map(differences.map((difference) => [idOf(entity, difference), difference]));
  await inTransaction(parts.db, async (trx) => {
    const open = await openReconciliationCases(trx, entity);
    const standing = new Set(open.map(({ id }) => id));
    for (const { id, code, subject } of open) {
      if (!wanted.has(id) && wasCompared({ code: code as Difference['code'], subject })) await resolveException(trx, id, { resolution: 'no-longer-found', by: 'system:reconciliation' });
      beat();
    }
    const fresh = [...wanted].filter(([id]) => !standing.has(id));
    for (const [, difference] of fresh) {
      await openDifference(trx, entity, difference, dueAt);
      beat();
    }
    await closeComparisonCase(trx, entity);
    await appendAudit(trx, entity, [{ action: 'payments.reconciled', actor: 'system:reconciliation', correlationId: `reconcile-${entity}-${at}`, data: { differences: differences.length, codes: [...new Set(differences.map(({ code }) => code))].sort() } }]);
  });
}

/** One case a difference, whoever finds it: the same one again opens nothing, one that had ended may open again. Who had ended it stays in the audit. */
export async function openDifference(trx: Trx, entity: string, difference: Difference, dueAt: string): Promise<void> {
  const { code, subject, message, ownerRole, suggestion } = difference;
  const id = idOf(entity, difference);
  const known = await lockException(trx, id);
  if (known?.state === 'open') return;
  if (known) {
    const { state, resolution, resolvedBy, resolvedAt } = known;
    if (!opensAgain({ state, title: known.title, resolvedBy }, difference)) return;
    await reopenException(trx, id, { title: message, suggestion, ownerRole, dueAt });
    return appendAudit(trx, entity, [{ action: 'payments.difference-reopened', actor: 'system:reconciliation', ...(known.case ? { case: known.case } : {}), correlationId: `reconcile-${entity}`, data: { exception: id, code, closed: { state, resolution: resolution ?? null, by: resolvedBy ?? null, at: resolvedAt ?? null } } }]);
  }
  await openException(trx, { id, entity, ...(code.startsWith('erp-') ? { case: subject } : {}), origin: 'payment', code, reasonCode: 'PAY', actionCode: 'NOA', title: message, suggestion, findings: [], ownerRole, dueAt, source: { channel: 'reconciliation', subject }, correlationId: `reconcile-${entity}` });
}

function idOf(entity: string, { code, subject }: Difference): string {
  return `${entity}-rec-${createHash('sha256').update(`${code}/${subject}`).digest('hex').slice(0, 16)}`;
}
