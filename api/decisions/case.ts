import { z } from 'zod';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import type { CaseWithProgress } from '../../db/repositories/cases.ts';
import { decisionsOf } from '../../db/repositories/decisions.ts';
import { KontorError } from '../../domain/errors.ts';
import { correctionSchema } from '../../domain/model/correction.ts';
import type { Decision } from '../../domain/model/decision.ts';
import type { Call } from '../operation.ts';
import { hashSchema, reasonSchema } from './approval.ts';
import { decideOnce, saysSame, type DecisionParts, type Said } from './decide-once.ts';

const version = { documentHash: hashSchema.meta({ description: '`documentHash` of the case as it was shown' }) };

export const correctionRequestSchema = z
  .object({ ...version, reason: reasonSchema.optional(), correction: correctionSchema })
  .strict()
  .meta({ id: 'CorrectionRequest' });

export const withdrawalSchema = z.object({ ...version, reason: reasonSchema.optional() }).strict().meta({ id: 'WithdrawalRequest' });

export function correctCase(parts: DecisionParts, call: Call<unknown, unknown, unknown>, found: CaseWithProgress, { documentHash, reason, correction }: z.infer<typeof correctionRequestSchema>) {
  return say(parts, call, found, documentHash, 'correct', { correction: withoutGaps(correction), ...(reason === undefined ? {} : { reason }) });
}

export function withdrawCase(parts: DecisionParts, call: Call<unknown, unknown, unknown>, found: CaseWithProgress, { documentHash, reason }: z.infer<typeof withdrawalSchema>) {
  return say(parts, call, found, documentHash, 'withdraw', reason === undefined ? {} : { reason });
}

async function say(parts: DecisionParts, call: Call<unknown, unknown, unknown>, { case: subject }: CaseWithProgress, documentHash: string, kind: 'correct' | 'withdraw', payload: Record<string, unknown>) {
  const said: Said = {
    entity: subject.entity,
    case: subject.id,
    workflowId: subject.workflowId,
    update: kind,
    decision: kind,
    payload,
    documentHash,
    decisionHash: (await latestAssessment(parts.db, subject.id))?.decisionHash ?? '',
  };
  return decideOnce(parts, call, said, {
    async atDoor() {
      const same = await lastSame(parts, call, said);
      if (same) return same;
      if (subject.documentHash !== documentHash) throw new KontorError('stale-version', 'The document has changed since it was shown.');
      if (subject.closedAt !== undefined) throw new KontorError('already-decided', `The document has ended as ${subject.state}.`);
      return undefined;
    },
  });
}

/** Said last and said again: a correction of a posted document reverses it, so that the same one twice must not. */
async function lastSame({ db }: DecisionParts, { caller }: Call<unknown, unknown, unknown>, said: Said): Promise<Decision | undefined> {
  const earlier = (await decisionsOf(db, said.case)).filter(({ update, state }) => update === said.update && (state === 'accepted' || state === 'proposed'));
  const last = earlier.at(-1);
  return last && last.person === caller.personId && saysSame({ ...last, decisionHash: said.decisionHash }, said) ? last : undefined;
}

/** An optional member that was not sent is no member of what is signed. */
function withoutGaps<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
