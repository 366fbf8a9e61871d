import { z } from 'zod';
import { instantSchema } from './dates.ts';
import { moneySchema } from './money.ts';
import { roleSchema } from './person.ts';

/** A task that asks one person, or one holder of a role, for one decision. Words as in common task engines. */
export const approvalSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string(),
    entity: z.string(),
    case: z.string(),
    workflowId: z.string(),
    kind: z.string(),
    /** Step of the approval chain, for example `2-controller`. */
    step: z.string(),
    candidateRole: roleSchema,
    /** Named persons who may decide it; empty means every holder of the role. */
    candidatePersons: z.array(z.string()),
    assignee: z.string().optional(),
    claimedAt: instantSchema.optional(),
    dueAt: instantSchema,
    remindAt: instantSchema.optional(),
    remindedAt: instantSchema.optional(),
    /** Snoozed until then by its assignee. */
    followUpAt: instantSchema.optional(),
    /** How often it was escalated (A7). */
    level: z.number().int().nonnegative(),
    priority: z.number().int(),
    /** The rule of the matrix in words: why this task is theirs. */
    why: z.string(),
    ruleId: z.string().optional(),
    policyVersion: z.string(),
    title: z.string(),
    amount: moneySchema.optional(),
    documentHash: z.string(),
    decisionHash: z.string(),
    documentVersion: z.number().int().positive(),
    state: z.enum(['open', 'decided', 'superseded', 'cancelled']),
    decision: z.string().optional(),
    decidedBy: z.string().optional(),
    createdAt: instantSchema,
    closedAt: instantSchema.optional(),
  })
  .strict()
  .meta({ id: 'Approval' });
export type Approval = z.infer<typeof approvalSchema>;
