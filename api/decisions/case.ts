import { z } from 'zod';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import type { CaseWithProgress } from '../../db/repositories/cases.ts';
import { decisionsOf } from '../../db/repositories/decisions.ts';
import { KontorError } from '../../domain/errors.ts';
import { plainDateSchema } from '../../domain/model/dates.ts';
import type { Decision } from '../../domain/model/decision.ts';
import type { Call } from '../operation.ts';
import { hashSchema, reasonSchema } from './approval.ts';
import { decideOnce, saysSame, type DecisionParts, type Said } from './decide-once.ts';

const id = z.string().min(1).max(60);
const version = { documentHash: hashSchema.meta({ description: '`documentHash` of the case as it was shown' }) };

/** Corrections of our own data about a document; absent members stay as they are. The sender's amounts are never corrected (F1). */
export const correctionSchema = z
  .object({
    ...version,
    reason: reasonSchema.optional(),
    correction: z
      .object({
        supplierId: id.optional(),
        bankAccountId: id.optional(),
        dueDate: plainDateSchema.optional(),
        serviceDate: plainDateSchema.optional(),
        requester: id.optional(),
        creditKind: z.enum(['price', 'quantity', 'goodwill']).optional(),
        creditOf: id.optional(),
        lines: z
          .array(
            z
              .object({ line: id, orderNumber: id.optional(), orderLine: id.optional(), withoutOrder: z.boolean().optional(), account: z.string().min(1).max(20).optional(), costCentre: z.string().min(1).max(20).optional() })
              .strict(),
          )
          .max(1000)
          .optional(),
      })
      .strict()
      .refine((correction) => Object.keys(correction).length > 0, 'at least one member is corrected'),
  })
  .strict()
  .meta({ id: 'CorrectionRequest' });

export const withdrawalSchema = z.object({ ...version, reason: reasonSchema.optional() }).strict().meta({ id: 'WithdrawalRequest' });

export function correctCase(parts: DecisionParts, call: Call<unknown, unknown, unknown>, found: CaseWithProgress, { documentHash, reason, correction }: z.infer<typeof correctionSchema>) {
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
