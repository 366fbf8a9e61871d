import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { readTask } from '../../db/repositories/approvals.ts';
import { decisionsOn } from '../../db/repositories/decisions.ts';
import { KontorError } from '../../domain/errors.ts';
import type { Approval } from '../../domain/model/approval.ts';
import type { Decision } from '../../domain/model/decision.ts';
import { reasonCodes } from '../../domain/model/finding.ts';
import { requireEntity, unknown } from '../access.ts';
import type { Call } from '../operation.ts';
import { decideOnce, type DecisionParts, type Said } from './decide-once.ts';

export const targets = ['supplier', 'accounts-payable', 'buyer'] as const;
export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal');
export const reasonSchema = z.string().trim().min(3).max(2000);

const common = {
  /** `decisionHash` of the task as it was shown: what is decided on. */
  decisionHash: hashSchema.meta({ description: '`decisionHash` of the task as it was shown' }),
  onBehalfOf: z.string().min(1).max(60).optional().meta({ description: 'Whose authority is used, where a delegation is in force' }),
  reason: reasonSchema.optional(),
};

/** A10: only where the policy allows it, only together with others, with a reason; every use is an alert. */
const breakGlass = z.literal(true).optional().meta({ description: 'Beyond the regular authority, because nobody who has it can be reached; needs a reason, and further persons who say the same' });
const approveSchema = z.object({ ...common, decision: z.literal('approve'), breakGlass }).strict();
const rejectSchema = z.object({ ...common, decision: z.literal('reject'), reasonCode: z.enum(reasonCodes), target: z.enum(targets) }).strict();
const answerSchema = z.discriminatedUnion('decision', [approveSchema, rejectSchema]);

/** A rejection names why and who must act (A13). */
export const approvalAnswerSchema = answerSchema.meta({ id: 'ApprovalAnswer' });
export type ApprovalAnswer = z.infer<typeof answerSchema>;

const approval = z.string().min(1).max(80);
export const batchItemSchema = z.discriminatedUnion('decision', [approveSchema.extend({ approval }), rejectSchema.extend({ approval })]);

/** One answer to one task, for the version that was seen (A8). */
export async function decideApproval(parts: DecisionParts, call: Call<unknown, unknown, unknown>, id: string, answer: ApprovalAnswer, more: { item?: string; deadline?: number } = {}) {
  const task = await call.read((db) => visibleTask(db, call, id));
  const said = saidOf(task, answer);
  return decideOnce(parts, call, said, { ...more, atDoor: () => atDoor(parts, call, task, said) });
}

export async function visibleTask(db: Db, call: Call<unknown, unknown, unknown>, id: string): Promise<Approval> {
  const task = await readTask(db, id);
  if (!task) throw unknown('approval');
  requireEntity(call.caller, 'inbox:use', task.entity, 'approval');
  return task;
}

function saidOf(task: Approval, answer: ApprovalAnswer): Said {
  const rejection = answer.decision === 'reject' ? { target: answer.target } : {};
  return {
    entity: task.entity,
    case: task.case,
    workflowId: task.workflowId,
    approval: task.id,
    update: task.kind.startsWith('release-') ? 'release' : 'decide',
    decision: answer.decision,
    ...(answer.decision === 'reject' ? { reasonCode: answer.reasonCode } : {}),
    ...(answer.onBehalfOf === undefined ? {} : { onBehalfOf: answer.onBehalfOf }),
    payload: { ...rejection, ...(answer.decision === 'approve' && answer.breakGlass ? { breakGlass: true } : {}), ...(answer.reason === undefined ? {} : { reason: answer.reason }) },
    documentHash: task.documentHash,
    decisionHash: answer.decisionHash,
    policyVersion: task.policyVersion,
  };
}

async function atDoor({ db }: DecisionParts, { caller }: Call<unknown, unknown, unknown>, task: Approval, said: Said): Promise<Decision | undefined> {
  const earlier = await decisionsOn(db, { approval: task.id });
  const same = earlier.find((decision) => decision.person === caller.personId && decidesSame(decision, said));
  if (same) return same;
  if (said.decisionHash !== task.decisionHash || task.state === 'superseded') throw new KontorError('stale-version', 'The document, its coding or its payee has changed since this was shown.');
  if (task.state !== 'open') throw new KontorError('already-decided', task.state === 'decided' ? 'This was decided in the meantime.' : 'This is not asked any more.');
  return undefined;
}

/** The same decision on the same version (A8); another comment makes it no other one. */
function decidesSame(earlier: Said, said: Said): boolean {
  const decided = ({ decision, reasonCode, onBehalfOf, decisionHash, payload: { target, breakGlass } }: Said) => [decision, reasonCode, onBehalfOf, decisionHash, target, breakGlass];
  const before = decided(earlier);
  return decided(said).every((word, index) => word === before[index]);
}
