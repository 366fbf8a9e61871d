import { inTransaction, type Trx } from '../../db/client.ts';
import { lockCase, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { openException, openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { readRun } from '../../db/repositories/payment-runs.ts';
import { countStates, removedBecause } from '../../db/repositories/payments.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { requiredOf } from '../lookup.ts';
import { recordTransitions } from '../transitions.ts';
import type { RunRef, ScreeningAnswer } from './commands.ts';
import { saveContent } from './content.ts';
import type { PaymentParts } from './parts.ts';
import { isFound, screeningOwner, screeningPrefix } from './screen-payees.ts';

/**
 * What the screening of all payees came to. Totals only fall, so the approval stands; what was approved and what goes are both on
 * record (P6).
 */
export async function recordScreening(parts: PaymentParts, { caseId }: RunRef): Promise<ScreeningAnswer> {
  const at = parts.now().toISOString();
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    const run = requiredOf(await readRun(trx, caseId), 'payment run', caseId);
    const removed = await removedBecause(trx, caseId, screeningPrefix);
    const clear = (await countStates(trx, caseId)).filter(({ state }) => state !== 'removed').reduce((sum, { count }) => sum + count, 0);
    const transitions: Transition[] = [{ kind: 'screened', at, clear, held: removed.length }];
    if (removed.length > 0) {
      await openFailures(parts, trx, current, removed, at);
      const opened = (await openExceptionsOf(trx, caseId)).filter(({ code }) => code.startsWith(screeningPrefix));
      transitions.push(...opened.map(({ id, code }): Transition => ({ kind: 'exception-opened', at, exceptionId: id, code, owner: screeningOwner })));
      const { contentHash, total } = await saveContent(trx, run);
      const by = removed[0]?.by ?? 'system:payments';
      transitions.push({ kind: 'payments-removed', at, by, reason: 'screening', endToEndIds: removed.map(({ endToEndId }) => endToEndId), total, contentHash });
    }
    await recordTransitions(trx, current, transitions, { actor: 'system:payments' });
    return { clear, transitions };
  });
}

/** What the service could not say of many payees is one case of the run: it is asked again by the next run (P10). */
async function openFailures(parts: PaymentParts, trx: Trx, { case: { id, entity, workflowId, correlationId } }: CaseWithProgress, removed: readonly { reason: string; supplierId: string }[], at: string): Promise<void> {
  const failed = removed.filter(({ reason }) => !isFound(reason.slice(screeningPrefix.length)));
  const dueAt = await technicalDueAt(parts, entity, at);
  for (const code of [...new Set(failed.map(({ reason }) => reason))].sort()) {
    const own = failed.filter(({ reason }) => reason === code);
    const suppliers = [...new Set(own.map(({ supplierId }) => supplierId))].sort();
    await openException(trx, {
      id: `${id}-e-${code}`, entity, case: id, workflowId, origin: 'process', code, reasonCode: 'OTH', actionCode: 'NOA',
      title: `${suppliers.length === 1 ? `Supplier ${suppliers[0]} was` : `${suppliers.length} suppliers were`} not screened: ${code.slice(screeningPrefix.length)}, ${own.length} payments taken out`,
      suggestion: 'The check failed, so nothing was paid. The next run asks again; see that the service and its lists are up to date.',
      findings: [], ownerRole: screeningOwner, dueAt, source: { suppliers: suppliers.slice(0, 100) }, correlationId,
    });
  }
}
