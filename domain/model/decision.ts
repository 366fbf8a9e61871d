import { z } from 'zod';
import { instantSchema } from './dates.ts';

/** The workflow update that carries the decision. */
export const decisionUpdateSchema = z.enum(['decide', 'resolveException', 'correct', 'withdraw', 'release', 'removeItem', 'cancel']);
export type DecisionUpdate = z.infer<typeof decisionUpdateSchema>;

/**
 * What a person decided, on which version, in whose name. Its id is the workflow update's id. It counts only in state
 * `accepted`, which only the workflow's own verification writes.
 */
export const decisionSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string(),
    entity: z.string(),
    case: z.string(),
    workflowId: z.string(),
    approval: z.string().optional(),
    exception: z.string().optional(),
    update: decisionUpdateSchema,
    /** `approve`, `reject`, or the resolution of an exception. */
    decision: z.string(),
    reasonCode: z.string().optional(),
    payload: z.record(z.string(), z.unknown()),
    person: z.string(),
    onBehalfOf: z.string().optional(),
    documentHash: z.string(),
    decisionHash: z.string(),
    policyVersion: z.string().optional(),
    /** The API's signed statement of all this (JWS, compact form); the workflow's activity verifies it. */
    envelope: z.string(),
    correlationId: z.string(),
    state: z.enum(['proposed', 'accepted', 'refused', 'superseded']),
    refusal: z.object({ code: z.string(), message: z.string() }).strict().optional(),
    createdAt: instantSchema,
    settledAt: instantSchema.optional(),
  })
  .strict()
  .meta({ id: 'Decision' });
export type Decision = z.infer<typeof decisionSchema>;
