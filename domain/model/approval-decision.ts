import { z } from 'zod';
import { approvalStepSchema } from './approval-route.ts';
import { instantSchema } from './dates.ts';
import { actionCodes, reasonCodes } from './finding.ts';
import { moneySchema } from './money.ts';
import { roleSchema } from './person.ts';

/** One open question to people about one version of a document. */
export const approvalTaskSchema = z
  .object({
    id: z.string(),
    entity: z.string(),
    caseId: z.string(),
    step: approvalStepSchema,
    /** Who is asked now: the step's role until an escalation moved it (A7). */
    role: roleSchema,
    state: z.enum(['open', 'decided', 'voided']),
    /** What the persons asked were shown; a decision on anything else does not count (A8). */
    decisionHash: z.string(),
    policyVersion: z.string(),
    since: instantSchema,
    reminded: z.boolean(),
  })
  .strict()
  .meta({ id: 'ApprovalTask' });
export type ApprovalTask = z.infer<typeof approvalTaskSchema>;

/** What a person says to a task. A rejection names why and who must act (A13). */
export const approvalDecisionSchema = z
  .object({
    taskId: z.string(),
    person: z.string(),
    /** The delegator whose authority is used (A6). */
    onBehalfOf: z.string().optional(),
    decision: z.enum(['approve', 'reject']),
    decisionHash: z.string(),
    reasonCode: z.enum(reasonCodes).optional(),
    action: z.enum(actionCodes).optional(),
    target: z.enum(['supplier', 'accounts-payable', 'buyer']).optional(),
    /** Why; needed where a decision goes beyond the regular authority. */
    comment: z.string().optional(),
    /** Nobody with the regular authority can be reached: two such approvals stand for one (A10). */
    breakGlass: z.literal(true).optional(),
  })
  .strict()
  .meta({ id: 'ApprovalDecision' });
export type ApprovalDecision = z.infer<typeof approvalDecisionSchema>;

/** The document as it stands when somebody decides. */
export const approvalItemSchema = z
  .object({
    entity: z.string(),
    decisionHash: z.string(),
    amountForAuthority: moneySchema,
    /** Together with the documents that it may have been split from (A12); absent where there are none. */
    aggregate: moneySchema.optional(),
  })
  .strict();
export type ApprovalItem = z.infer<typeof approvalItemSchema>;
