import { inTransaction } from '../../db/client.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { lockStranded, type CaseWithoutProcess } from '../process-missing.ts';
import { openStandingException } from '../standing-exception.ts';
import { technicalDueAt } from '../technical-owner.ts';
import { leaveParked } from './parking.ts';
import type { PayablesParts } from './parts.ts';
import { runAgain } from './reopen-case.ts';

const code = 'process-missing';
const owner = 'ap-lead';

/**
 * A document whose process ended after the moment that the database was put back to: it runs again from what is on record. Its effects keep their keys, and the
 * ERP is asked before anything is sent, so that nothing is posted twice; decisions that are lost are asked for again. It may have been paid: its
 * exception keeps it from the next payment until somebody has compared. False: it is to be looked at again.
 */
export async function invoiceWithoutProcess(parts: PayablesParts, lost: CaseWithoutProcess): Promise<boolean> {
  const at = parts.now().toISOString();
  return inTransaction(parts.db, async (trx) => {
    const current = await lockStranded(trx, lost);
    if (!current) return false;
    const { id: caseId, entity, workflowId, correlationId } = current.case;
    const exceptionId = await openStandingException(trx, `${caseId}-t-process`, {
      entity, case: caseId, workflowId, origin: 'technical', code, ownerRole: owner, correlationId,
      title: lost.endedAs ? `The process had ended as ${lost.endedAs}, which is not on record; it runs again` : 'The process was gone, and how it ended is not known; it runs again',
      suggestion: `What was done since the backup is not on record: people are asked again, and what the ERP has is found, not posted again. Compare with the ERP and the bank${lost.endedAs ? `; decide as it was decided where it had ended as ${lost.endedAs}` : ''}. The document is not paid while this is open: close it by a retry only when it is certain that it has not been paid.`,
      dueAt: await technicalDueAt({ db: trx }, entity, at),
    });
    const isShown = current.progress.exceptions.some(({ id }) => id === exceptionId);
    const transitions: Transition[] = [
      ...(await leaveParked(trx, current, at)),
      { kind: 'reopened', at, by: 'system:process', reason: code },
      ...(isShown ? [] : [{ kind: 'exception-opened', at, exceptionId, code, owner } as const]),
    ];
    await runAgain(trx, parts.invoiceToPay, current, transitions, { key: `${code}/${lost.revision}`, actor: 'system:process' });
    return true;
  });
}
