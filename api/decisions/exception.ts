import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { readCase } from '../../db/repositories/cases.ts';
import { decisionsOn } from '../../db/repositories/decisions.ts';
import { readException } from '../../db/repositories/exceptions.ts';
import { KontorError } from '../../domain/errors.ts';
import type { Decision } from '../../domain/model/decision.ts';
import type { ExceptionCase } from '../../domain/model/exception-case.ts';
import { reasonCodes } from '../../domain/model/finding.ts';
import { requireEntity, unknown } from '../access.ts';
import type { Call } from '../operation.ts';
import type { Permission } from '../permissions.ts';
import { hashSchema, reasonSchema, targets } from './approval.ts';
import { decideOnce, saysSame, type DecisionParts, type Said } from './decide-once.ts';

/** The exception is bound to its findings; a caller that shows versions may state the one that was seen too. */
const seen = { decisionHash: hashSchema.optional() };

const overrideSchema = z.object({ ...seen, resolution: z.literal('override'), reason: reasonSchema }).strict();
const retrySchema = z.object({ ...seen, resolution: z.literal('retry'), reason: reasonSchema.optional() }).strict();
const rejectSchema = z.object({ ...seen, resolution: z.literal('reject'), reason: reasonSchema, reasonCode: z.enum(reasonCodes), target: z.enum(targets) }).strict();
const duplicateSchema = z.object({ ...seen, resolution: z.literal('duplicate'), reason: reasonSchema }).strict();
const resolutionSchema = z.discriminatedUnion('resolution', [overrideSchema, retrySchema, rejectSchema, duplicateSchema]);

/** Override with a reason (M20, D10), look again after something was mended, reject the document (A13), or say that it is a duplicate (D1). */
export const exceptionResolutionSchema = resolutionSchema.meta({ id: 'ExceptionResolution' });
export type ExceptionResolution = z.infer<typeof resolutionSchema>;

export async function visibleException(db: Db, call: Call<unknown, unknown, unknown>, permission: Permission, id: string): Promise<ExceptionCase> {
  const exception = await readException(db, id);
  if (!exception) throw unknown('exception');
  requireEntity(call.caller, permission, exception.entity, 'exception');
  return exception;
}

/** Resolves the exception of a running case. */
export async function resolveByDecision(parts: DecisionParts, call: Call<unknown, unknown, unknown>, exception: ExceptionCase & { case: string }, resolution: ExceptionResolution) {
  if (resolution.decisionHash !== undefined && resolution.decisionHash !== exception.decisionHash) throw new KontorError('stale-version', 'The exception is about another version of the document.');
  const said = await saidOf(parts, exception, resolution);
  return decideOnce(parts, call, said, { atDoor: () => atDoor(parts, call, exception, said) });
}

async function saidOf({ db }: DecisionParts, exception: ExceptionCase & { case: string }, resolution: ExceptionResolution): Promise<Said> {
  const found = await readCase(db, exception.case);
  if (!found) throw unknown('exception');
  const decisionHash = exception.decisionHash ?? (await latestAssessment(db, exception.case))?.decisionHash ?? '';
  return {
    entity: exception.entity,
    case: exception.case,
    workflowId: found.case.workflowId,
    exception: exception.id,
    update: 'resolveException',
    decision: resolution.resolution,
    ...(resolution.resolution === 'reject' ? { reasonCode: resolution.reasonCode } : {}),
    payload: { ...(resolution.reason === undefined ? {} : { reason: resolution.reason }), ...(resolution.resolution === 'reject' ? { target: resolution.target } : {}) },
    documentHash: exception.documentHash ?? found.case.documentHash,
    decisionHash,
  };
}

/** A retry is worth trying as often as somebody wants it, an override or a rejection is said once. */
async function atDoor({ db }: DecisionParts, { caller }: Call<unknown, unknown, unknown>, exception: ExceptionCase, said: Said): Promise<Decision | undefined> {
  const earlier = await decisionsOn(db, { exception: exception.id });
  const same = earlier.find((decision) => decision.person === caller.personId && saysSame(decision, said) && (said.decision !== 'retry' || decision.state === 'proposed'));
  if (same) return same;
  if (exception.state !== 'open') throw new KontorError('already-decided', 'This exception was closed in the meantime.');
  return undefined;
}
