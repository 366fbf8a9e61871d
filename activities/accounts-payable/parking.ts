import { Context } from '@temporalio/activity';
import { inTransaction, type Trx } from '../../db/client.ts';
import { lockCase, whereabouts, type CaseWithProgress } from '../../db/repositories/cases.ts';
import { openException, openExceptionsOf, resolveException } from '../../db/repositories/exceptions.ts';
import { errorCatalogue, type ErrorCode } from '../../domain/errors.ts';
import type { Transition } from '../../domain/model/transition.ts';
import { openMissingCase } from '../case-missing.ts';
import { requiredOf } from '../lookup.ts';
import { recording } from '../recorded.ts';
import { technicalDueAt, technicalOwner } from '../technical-owner.ts';
import { recordTransitions } from '../transitions.ts';
import type { CaseRef, ParkCommand, Recorded } from './commands.ts';
import type { PayablesParts } from './parts.ts';

/** Of a process whose case is gone, as after a restore, nothing can be parked: its company is told instead, once. */
export function parkingOrTelling(parts: PayablesParts): (command: ParkCommand) => Promise<Recorded> {
  const park = recording(parts, recordParked);
  return async (command) => {
    if ((await whereabouts(parts.db, [command.caseId])).length > 0) return park(command);
    await openMissingCase(parts, { ...command, workflowId: Context.current().info.workflowExecution?.workflowId ?? '' });
    return { transitions: [] };
  };
}

/** Parks a case whose step failed after its tries: an exception with an owner, a reason and a way to go on (guarantee 8). The end of a case stays what it shows, even where its process cannot go on from there. */
export async function recordParked(parts: PayablesParts, { entity, caseId, step, code, message }: ParkCommand): Promise<Recorded> {
  const at = parts.now().toISOString();
  const dueAt = await technicalDueAt(parts, entity, at);
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    const id = parkedId(caseId, step);
    if ((await openExceptionsOf(trx, caseId)).some((exception) => exception.id.startsWith(id))) return { transitions: parkedOnRecord(current, step) };
    const known = errorCatalogue[code as ErrorCode] as { title: string; remedy: string } | undefined;
    await openException(trx, {
      id: `${id}-${current.case.revision}`,
      entity,
      case: caseId,
      workflowId: current.case.workflowId,
      origin: 'technical',
      code,
      reasonCode: 'OTH',
      actionCode: 'NOA',
      title: `${known?.title ?? code} (step ${step})`,
      suggestion: `${message} ${known?.remedy ?? ''} The case goes on from this step when it is resumed, or by itself after a while.`.trim(),
      findings: [],
      ownerRole: technicalOwner,
      dueAt,
      correlationId: current.case.correlationId,
    });
    if (current.case.closedAt !== undefined) return { transitions: [] };
    const transitions: Recorded['transitions'] = [{ kind: 'parked', at, step, code, owner: technicalOwner }];
    await recordTransitions(trx, current, transitions, { actor: 'system:process' });
    return { transitions };
  });
}

/** For a process that did not hear of it, because another step of it had recorded that: told again it shows the same. */
function parkedOnRecord({ progress: { stage, exceptions } }: CaseWithProgress, step: string): Transition[] {
  const known = stage === 'parked' ? exceptions.find(({ id }) => id === `parked:${step}`) : undefined;
  return known ? [{ kind: 'parked', at: known.since, step, code: known.code, owner: known.owner }] : [];
}

/** The step went through in the end, by itself or after somebody resumed it. */
export async function recordResumed(parts: PayablesParts, { caseId, step }: CaseRef & { step: string }): Promise<Recorded> {
  const at = parts.now().toISOString();
  return inTransaction(parts.db, async (trx) => {
    const current = requiredOf(await lockCase(trx, caseId), 'case', caseId);
    const parked = (await openExceptionsOf(trx, caseId)).filter(({ id }) => id.startsWith(parkedId(caseId, step)));
    for (const { id } of parked) await resolveException(trx, id, { resolution: 'went-through', by: 'system:process' });
    if (current.case.closedAt !== undefined) return { transitions: [] };
    const transitions: Recorded['transitions'] = [{ kind: 'resumed', at, step, by: 'system:process' }];
    await recordTransitions(trx, current, transitions, { actor: 'system:process' });
    return { transitions };
  });
}

/** A case whose process begins anew waits at none of its steps any more. */
export async function leaveParked(trx: Trx, { case: { id: caseId }, progress }: CaseWithProgress, at: string): Promise<Recorded['transitions']> {
  const parked = (await openExceptionsOf(trx, caseId)).filter(({ id }) => id.startsWith(parkedId(caseId, '')));
  for (const { id } of parked) await resolveException(trx, id, { resolution: 'begun-anew', by: 'system:process', state: 'cancelled' });
  return progress.exceptions.flatMap(({ id }) => (id.startsWith('parked:') ? [{ kind: 'resumed', at, step: id.slice('parked:'.length), by: 'system:process' } as const] : []));
}

function parkedId(caseId: string, step: string): string {
  return `${caseId}-p-${step}`;
}
