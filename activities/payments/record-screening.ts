import { inTransaction } from '../../db/client.ts';
import { lockCase } from '../../db/repositories/cases.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { readRun } from '../../db/repositories/payment-runs.ts';
import { countStates, removedBecause } from '../../db/repositories/payments.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { requiredOf } from '../lookup.ts';
import { recordTransitions } from '../transitions.ts';
import type { RunRef, ScreeningAnswer } from './commands.ts';
import { saveContent } from './content.ts';
import type { PaymentParts } from './parts.ts';
import { screeningOwner, screeningPrefix } from './screen-payees.ts';

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
