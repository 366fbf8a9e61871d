import type { Trx } from '../db/client.ts';
import { appendAudit } from '../db/repositories/audit.ts';
import { saveCase, type CaseChange, type CaseWithProgress } from '../db/repositories/cases.ts';
import type { AuditEntry } from '../domain/model/audit-event.ts';
import type { Transition } from '../domain/model/transition.ts';
import { applyTransitions } from '../domain/rules/progress.ts';

/** Who moved the case on, and what else changes with it. */
export interface TransitionOrigin {
  /** `person:{id}`, `system:{part}` or `counterpart:{system}`. */
  actor: string;
  onBehalfOf?: string;
  decisionHash?: string;
  policyVersions?: Record<string, string>;
  change?: Omit<CaseChange, 'progress'>;
}

/**
 * Moves a case on: read model and one audit event per transition, in the caller's transaction.
 */
export async function recordTransitions(trx: Trx, current: CaseWithProgress, transitions: Transition[], origin: TransitionOrigin): Promise<void> {
  const { id, entity, process, correlationId } = current.case;
  const entries = transitions.map(({ kind, ...data }): AuditEntry => ({
    action: `${subjectOf(process)}.${kind}`,
    actor: origin.actor,
    ...(origin.onBehalfOf ? { onBehalfOf: origin.onBehalfOf } : {}),
    case: id,
    ...(origin.decisionHash ? { decisionHash: origin.decisionHash } : {}),
    ...(origin.policyVersions ? { policyVersions: origin.policyVersions } : {}),
    correlationId,
    data,
  }));
  await Promise.all([
    saveCase(trx, id, { ...origin.change, progress: applyTransitions(current.progress, transitions) }),
    entries.length > 0 && appendAudit(trx, entity, entries),
  ]);
}

/** The end of a closed case once more: for a process whose step has recorded it and was carried out again as another one. Recorded it is not. */
export function endOnRecord({ case: { closedAt = '' }, progress: { state } }: CaseWithProgress): Transition {
  return { kind: 'ended', at: closedAt, state };
}

/** `ap-invoice` is told as `invoice.…`, `ap-payment-run` as `payment-run.…`. */
function subjectOf(process: string): string {
  return process.replace(/^ap-/, '');
}
