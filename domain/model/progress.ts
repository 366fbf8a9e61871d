import { z } from 'zod';
import { instantSchema } from './dates.ts';

/**
 * What every process answers to the query `progress`, and what the read model keeps for it: one shape, so that
 * lists never ask a workflow. `id` names the task or exception behind an entry.
 */
export const progressSchema = z
  .object({
    /** `running`, or the state in which the process ended. */
    state: z.string(),
    stage: z.string(),
    awaiting: z.array(
      z.object({ id: z.string(), what: z.string(), role: z.string(), person: z.string().optional(), since: instantSchema, dueAt: instantSchema.optional() }).strict(),
    ),
    decisions: z.array(
      z.object({ by: z.string(), onBehalfOf: z.string().optional(), decision: z.string(), at: instantSchema, documentHash: z.string(), policyVersion: z.string() }).strict(),
    ),
    exceptions: z.array(z.object({ id: z.string(), code: z.string(), owner: z.string(), since: instantSchema }).strict()),
    postings: z.array(z.object({ system: z.string(), key: z.string(), status: z.string(), reference: z.string(), at: instantSchema }).strict()),
    correlationId: z.string(),
    policyVersions: z.record(z.string(), z.string()),
    workflowVersion: z.string(),
  })
  .strict()
  .meta({ id: 'Progress' });
export type Progress = z.infer<typeof progressSchema>;
