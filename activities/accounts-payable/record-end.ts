import { inTransaction } from '../../db/client.ts';
import { closeTasks } from '../../db/repositories/approvals.ts';
import { linkCases, lockCase, type Milestone } from '../../db/repositories/cases.ts';
import { openExceptionsOf, resolveException } from '../../db/repositories/exceptions.ts';
import { retireInvoiceKey } from '../../db/repositories/invoice-keys.ts';
import { releaseReservations } from '../../db/repositories/reservations.ts';
import type { Transition } from '../../domain/model/transition.ts';
import type { EndCommand, Recorded } from './commands.ts';
import { tellOfLinesGivenBack } from './given-back.ts';
import { requiredOf } from '../lookup.ts';
import type { PayablesParts } from './parts.ts';
import { recordTransitions } from '../transitions.ts';

/** Ends that leave nothing behind: the number is free again and the order lines are given back (M9, D9). */
export const withoutEffect = new Set(['rejected', 'duplicate', 'withdrawn']);

/** Closes a case: nobody is asked any more, what it held is given back, its outcome is on record. */
export async function recordEnd(parts: PayablesParts, { caseId, state, reference }: EndCommand): Promise<Recorded> {
  const at = parts.now().toISOString();
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    if (current.case.closedAt !== undefined) return { transitions: [] };
    const transitions: Transition[] = [];
    await closeTasks(trx, caseId, 'cancelled');
    for (const { id, code } of await openExceptionsOf(trx, caseId)) {
      await resolveException(trx, id, { resolution: `case-${state}`, by: 'system:process', state: 'cancelled' });
      transitions.push({ kind: 'exception-closed', at, exceptionId: id, code, resolution: `case-${state}`, by: 'system:process' });
    }
    if (withoutEffect.has(state)) {
      await retireInvoiceKey(trx, caseId);
      await tellOfLinesGivenBack(trx, current, await releaseReservations(trx, caseId, 'pending'));
    }
    if (state === 'duplicate' && reference) await linkCases(trx, current.case.entity, caseId, { otherCase: reference, kind: 'duplicate-of' });
    transitions.push({ kind: 'ended', at, state, ...(reference ? { reference } : {}) });
    const milestones: Milestone[] = state === 'paid' ? ['closed', 'paid'] : ['closed'];
    await recordTransitions(trx, current, transitions, { actor: 'system:process', change: { outcome: state, onHold: false, milestones } });
    return { transitions };
  });
}
