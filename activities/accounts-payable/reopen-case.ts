import type { Trx } from '../../db/client.ts';
import { lockCase, reopenRow } from '../../db/repositories/cases.ts';
import { enqueue } from '../../db/repositories/outbox.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { applyTransitions } from '../../domain/rules/progress.ts';
import { requiredOf } from '../lookup.ts';
import { recordTransitions } from '../transitions.ts';

/**
 * Opens a document that was paid and whose money came back: the same case, under the same workflow id, runs again and hears
 * of the event that opened it. Its first run stays in the history as it ended.
 */
export async function reopenCase(trx: Trx, caseId: string, eventId: string, reason: string): Promise<void> {
  const at = new Date().toISOString();
  const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
  const { entity, workflowId, correlationId, acceptedAt } = current.case;
  await reopenRow(trx, caseId);
  const transitions: Transition[] = [{ kind: 'reopened', at, by: 'system:payments', reason }];
  const shown = applyTransitions(current.progress, transitions);
  await recordTransitions(trx, current, transitions, { actor: 'system:payments' });
  await enqueue(trx, {
    entity, caseId, kind: 'start-workflow', key: `${caseId}/${eventId}`, workflowId,
    payload: { workflow: 'invoiceToPay', queue: 'fin-workflows', again: true, searchAttributes: { FinProcess: 'invoiceToPay', FinEntity: entity, FinStage: 'reopened', FinCorrelationId: correlationId }, input: { entity, caseId, correlationId, receivedAt: acceptedAt, version: current.progress.workflowVersion, reopenedBy: eventId, shown } },
    correlationId,
  });
}
