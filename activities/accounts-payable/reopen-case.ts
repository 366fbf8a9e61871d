import type { Trx } from '../../db/client.ts';
import { lockCase, reopenRow } from '../../db/repositories/cases.ts';
import { enqueue } from '../../db/repositories/outbox.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { applyTransitions } from '../../domain/rules/progress.ts';
import { requiredOf } from '../lookup.ts';
import { recordTransitions } from '../transitions.ts';
import type { PayablesParts } from './parts.ts';

export interface Reopening extends Pick<PayablesParts, 'invoiceToPay'> {
  caseId: string;
  /** The news that opens it; its process hears of it when it starts. */
  eventId: string;
  reason: string;
  at: string;
}

/**
 * Opens a document that was paid and whose money came back: the same case, under the same workflow id, runs again and hears
 * of the event that opened it. Its first run stays in the history as it ended.
 */
export async function reopenCase(trx: Trx, { caseId, eventId, reason, at, invoiceToPay }: Reopening): Promise<void> {
  const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
  const { entity, workflowId, correlationId, acceptedAt } = current.case;
  await reopenRow(trx, caseId);
  const transitions: Transition[] = [{ kind: 'reopened', at, by: 'system:payments', reason }];
  const shown = applyTransitions(current.progress, transitions);
  await recordTransitions(trx, current, transitions, { actor: 'system:payments' });
  await enqueue(trx, {
    entity, caseId, kind: 'start-workflow', key: `${caseId}/${eventId}`, workflowId,
    payload: { ...invoiceToPay, again: true, searchAttributes: { FinProcess: invoiceToPay.workflow, FinEntity: entity, FinStage: 'reopened', FinCorrelationId: correlationId }, input: { entity, caseId, correlationId, receivedAt: acceptedAt, version: current.progress.workflowVersion, reopenedBy: eventId, shown } },
    correlationId,
  });
}
