import { z } from 'zod';
import { moneySchema } from './money.ts';
import { roleSchema } from './person.ts';

/** One step of a route: `required` distinct persons (A4) of `role`. */
export const approvalStepSchema = z
  .object({
    id: z.string(),
    /** The last step is the authority: its approver must hold `amount` (A3). Steps before it are endorsements. */
    kind: z.enum(['endorsement', 'authority']),
    role: roleSchema,
    required: z.number().int().positive(),
    /** Who may take it as the directory stands now, sorted by id; judged again when they decide (A9). */
    persons: z.array(z.string()),
    /** Nobody was found, the step waits in the fallback queue (A3). */
    fallback: z.boolean(),
    costCentre: z.string().optional(),
    /** What this step decides on in the company currency: the total, or the share of a cost centre (A2). */
    amount: moneySchema,
    /** Id of the matrix rule and the sentence that tells the approver why it is theirs. */
    rule: z.string(),
    why: z.string(),
  })
  .strict();
export type ApprovalStep = z.infer<typeof approvalStepSchema>;

/** Who is asked and how many, bound to the policy version at submission (A9). No steps: no approval is needed. */
export const approvalRouteSchema = z
  .object({ policyVersion: z.string(), matrix: z.string(), steps: z.array(approvalStepSchema), reason: z.string() })
  .strict()
  .meta({ id: 'ApprovalRoute' });
export type ApprovalRoute = z.infer<typeof approvalRouteSchema>;
