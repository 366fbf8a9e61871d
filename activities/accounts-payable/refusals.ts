import type { Trx } from '../../db/client.ts';
import type { CaseWithProgress } from '../../db/repositories/cases.ts';
import { openException, resolveException } from '../../db/repositories/exceptions.ts';
import type { Transition } from '../../domain/model/transition.ts';
import type { ErpCommand } from './commands.ts';

/** Something that the ERP will not do with a document, or must not be asked to do: people decide how it goes on. */
export interface Refusal {
  caseId: string;
  /** The ERP's own code. */
  code: string;
  title: string;
  suggestion: string;
  at: string;
  /** When somebody has to have looked at it. */
  dueAt: string;
}

const code = 'counterpart-rejected';
const owner = 'ap-clerk';

/** Names the exception of a refusal; each refusal is one of its own. */
export function refusalId({ caseId, code: reason, at }: Refusal): string {
  return `${caseId}-e-${reason.slice(0, 20)}-${at.replace(/\D/g, '').slice(4)}`;
}

export function refusalTransitions(refusal: Refusal): Transition[] {
  const { at, dueAt } = refusal;
  const exceptionId = refusalId(refusal);
  return [
    { kind: 'exception-opened', at, exceptionId, code, owner },
    { kind: 'awaiting', at, stage: 'refused-by-erp', awaiting: [{ what: `resolve ${code}`, subject: exceptionId, role: owner, since: at, dueAt }] },
  ];
}

/**
 * The ERP was asked again while a refusal stands that its process never heard of, because the worker died with it: what it says now counts. Answers
 * what that leaves on record; the process has nothing to take back.
 */
export async function closeUnheardRefusals(trx: Trx, { progress }: CaseWithProgress, { heardOf }: ErpCommand, at: string): Promise<Transition[]> {
  const unheard = heardOf === undefined ? [] : progress.exceptions.filter((exception) => exception.code === code && !heardOf.includes(exception.id));
  for (const { id } of unheard) await resolveException(trx, id, { resolution: 'asked-again', by: 'system:process', state: 'cancelled' });
  return unheard.map(({ id }) => ({ kind: 'exception-closed', at, exceptionId: id, code, resolution: 'asked-again', by: 'system:process' }));
}

export async function openRefusal(trx: Trx, { case: { id, entity, workflowId, correlationId, documentHash } }: CaseWithProgress, refusal: Refusal): Promise<void> {
  await openException(trx, {
    id: refusalId(refusal), entity, case: id, workflowId, origin: 'process', code, reasonCode: 'OTH', actionCode: 'NOA',
    title: refusal.title, suggestion: refusal.suggestion, findings: [], ownerRole: owner, dueAt: refusal.dueAt, documentHash, correlationId,
  });
}
