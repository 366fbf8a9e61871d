import { inTransaction, type Trx } from '../../db/client.ts';
import { closeTasks } from '../../db/repositories/approvals.ts';
import { linkCases, lockCase, type CaseChange, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { openExceptionsOf, resolveException } from '../../db/repositories/exceptions.ts';
import { retireInvoiceKey } from '../../db/repositories/invoice-keys.ts';
import { releaseReservations } from '../../db/repositories/reservations.ts';
import type { Transition } from '../../domain/model/transition.ts';
import type { EndCommand, Recorded } from './commands.ts';
import { tellOfLinesGivenBack } from './given-back.ts';
import { requiredOf } from '../lookup.ts';
import type { PayablesParts } from './parts.ts';
import { endOnRecord, recordTransitions } from '../transitions.ts';

/** Ends that leave nothing behind: the number is free again and the order lines are given back (M9, D9). */
export const withoutEffect = new Set(['rejected', 'duplicate', 'withdrawn']);

/** Closes a case: nobody is asked any more, what it held is given back, its outcome is on record. */
export async function recordEnd(parts: PayablesParts, { caseId, state, reference }: EndCommand): Promise<Recorded> {
  const at = parts.now().toISOString();
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    if (current.case.closedAt !== undefined) return { transitions: [endOnRecord(current)] };
    if (withoutEffect.has(state)) {
      await retireInvoiceKey(trx, caseId);
      await tellOfLinesGivenBack(trx, current, await releaseReservations(trx, caseId, 'pending'));
    }
    if (state === 'duplicate' && reference) await linkCases(trx, current.case.entity, caseId, { otherCase: reference, kind: 'duplicate-of' });
    const { transitions, change } = await endOf(trx, current, { at, state, reference });
    await recordTransitions(trx, current, transitions, { actor: 'system:process', change });
    return { transitions };
  });
}

/** Closes whatever is open of a case, and says how its end is told: for the caller to record, with what led to it if that is in the same transaction. */
export async function endOf(trx: Trx, { case: { id: caseId } }: CaseWithProgress, { at, state, reference }: { at: string; state: string; reference: string | undefined }): Promise<{ transitions: Transition[]; change: Omit<CaseChange, 'progress'> }> {
  const [, open] = await Promise.all([closeTasks(trx, caseId, 'cancelled'), openExceptionsOf(trx, caseId)]);
  const transitions: Transition[] = [];
  for (const { id, code } of open) {
    await resolveException(trx, id, { resolution: `case-${state}`, by: 'system:process', state: 'cancelled' });
    transitions.push({ kind: 'exception-closed', at, exceptionId: id, code, resolution: `case-${state}`, by: 'system:process' });
  }
  transitions.push({ kind: 'ended', at, state, ...(reference ? { reference } : {}) });
  return { transitions, change: { outcome: state, onHold: false, milestones: state === 'paid' ? ['closed', 'paid'] : ['closed'] } };
}
