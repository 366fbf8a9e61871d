import { z } from 'zod';
import { instantSchema } from '../../domain/model/dates.ts';
import type { Decision } from '../../domain/model/decision.ts';
import type { DecisionEffect } from '../../workflows/contracts/invoice-to-pay.ts';

const effects = ['recorded', 'complete', 'rejected', 'withdrawn', 'duplicate', 'corrected', 'resumed'] as const satisfies DecisionEffect[];

/** What became of a decision, as its author and everybody who sees the case may know it. */
export const receiptSchema = z
  .object({
    id: z.string(),
    /** `proposed`: kept, and carried to the process as soon as that answers. Only `accepted` counts. */
    state: z.enum(['proposed', 'accepted', 'refused', 'superseded']),
    entity: z.string(),
    case: z.string(),
    approval: z.string().optional(),
    exception: z.string().optional(),
    decision: z.string(),
    reasonCode: z.string().optional(),
    person: z.string(),
    onBehalfOf: z.string().optional(),
    documentHash: z.string(),
    decisionHash: z.string(),
    policyVersion: z.string().optional(),
    /** What the process does next because of it; told once, when it is accepted. */
    effect: z.enum(effects).optional(),
    refusal: z.object({ code: z.string(), message: z.string() }).strict().optional(),
    createdAt: instantSchema,
    settledAt: instantSchema.optional(),
  })
  .strict()
  .meta({ id: 'DecisionReceipt' });
export type Receipt = z.infer<typeof receiptSchema>;

export function receiptOf(decision: Decision, effect?: DecisionEffect): Receipt {
  const { schemaVersion: _v, workflowId: _w, update: _u, payload: _p, envelope: _e, correlationId: _c, ...told } = decision;
  return { ...told, ...(effect ? { effect } : {}) };
}
