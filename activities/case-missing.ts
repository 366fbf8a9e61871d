import { inTransaction, type Db } from '../db/client.ts';
import { lockKeys } from '../db/locks.ts';
import { appendAudit, INSTALLATION } from '../db/repositories/audit.ts';
import { readEntity } from '../db/repositories/directory.ts';
import { isStanding, openStandingException } from './standing-exception.ts';
import { technicalDueAt } from './technical-owner.ts';

/** A process that runs although no record of its case is left, by what the engine tells of it. */
export interface ProcessWithoutCase {
  entity: string;
  caseId: string;
  workflowId: string;
  correlationId: string;
  shown?: ShownByProcess;
}

/** What the process had come to show; ids, codes and amounts only. */
export interface ShownByProcess {
  stage?: string;
  supplierId?: string;
  documentNumber?: string;
  documentClass?: string;
  amount?: string;
}

/**
 * A restore or a failover has taken a case away that was accepted since, and its process goes on without it: nobody is asked any more, and neither ERP
 * nor bank knows of it. Only people can get the document again, so that the company is told: one open case, whoever finds it first.
 */
export async function openMissingCase({ db, now }: { db: Db; now: () => Date }, lost: ProcessWithoutCase): Promise<void> {
  const { caseId, workflowId, correlationId, shown = {} } = lost;
  await inTransaction(db, async (trx) => {
    await lockKeys(trx, [`case-missing/${caseId}`]);
    const entity = (await readEntity(trx, lost.entity)) ? lost.entity : INSTALLATION;
    const first = `${entity}-t-case-${caseId}`;
    if (await isStanding(trx, first)) return;
    const exception = await openStandingException(trx, first, {
      entity, workflowId, origin: 'technical', code: 'case-missing', correlationId, ...(isRun(workflowId) ? ofRun(lost) : ofDocument(lost)),
      dueAt: await technicalDueAt({ db: trx }, entity, now().toISOString()),
      source: { channel: 'engine', caseId, workflowId, correlationId, ...shown },
    });
    await appendAudit(trx, entity, [{ action: 'case.missing', actor: 'system:process', correlationId, data: { exception, case: caseId, workflowId } }]);
  });
}

function isRun(workflowId: string): boolean {
  return workflowId.startsWith('ap-payment-run/');
}

function ofDocument({ caseId, workflowId, correlationId, shown }: ProcessWithoutCase) {
  return {
    ownerRole: 'ap-lead' as const,
    title: `The record of ${caseId} is lost, and its process runs without it`,
    suggestion: `${described(shown)} The document was accepted and is not on record any more, with its tasks and decisions; its process ${workflowId} (${correlationId}) can do nothing. Ask the sender to send the document again: it becomes a new case, and what the ERP has of it is found, not posted again. Then have an operator terminate the process in Temporal Web, and close this by a retry that says what was done.`,
  };
}

function ofRun({ caseId, workflowId, correlationId, shown }: ProcessWithoutCase) {
  return {
    ownerRole: 'treasurer' as const,
    title: `The record of the payment run ${caseId} is lost, and its process runs without it`,
    suggestion: `${described(shown)} Who approved and released it, and what it was to pay, is not on record any more; its process ${workflowId} (${correlationId}) can do nothing. Ask the bank whether it has a file of this run: what it paid, the daily comparison lists. Then have an operator terminate the process in Temporal Web, and close this by a retry that says what was done, before holds are lifted.`,
  };
}

function described({ stage, supplierId, documentNumber, documentClass, amount }: ShownByProcess = {}): string {
  const known = [documentNumber && `${documentClass ?? 'document'} ${documentNumber}`, amount, supplierId && `supplier ${supplierId}`, stage && `last at ${stage}`].filter(Boolean);
  return known.length > 0 ? `What the process engine knows: ${known.join(', ')}.` : 'The process engine knows nothing more of it.';
}
