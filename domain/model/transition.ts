import { z } from 'zod';
import { instantSchema } from './dates.ts';
import { moneySchema } from './money.ts';

/**
 * One step forward of a process. The record activity writes it as an audit event and applies it to the read model in one
 * transaction; the workflow applies the same transition to what it shows. So both always tell the same story (I8).
 * Ids, codes, amounts and role names only: no names, no accounts, no document text.
 */

const base = { at: instantSchema };

const awaitedSchema = z
  .object({
    what: z.string(),
    /** Task, exception or order that is awaited. */
    subject: z.string(),
    role: z.string(),
    person: z.string().optional(),
    since: instantSchema,
    dueAt: instantSchema.optional(),
  })
  .strict();
export type Awaited = z.infer<typeof awaitedSchema>;

export const transitionSchema = z.discriminatedUnion('kind', [
  z.object({ ...base, kind: z.literal('assessed'), assessmentId: z.string().optional(), disposition: z.string(), documentHash: z.string(), decisionHash: z.string().optional(), payable: moneySchema.optional(), findings: z.array(z.string()), policyVersions: z.record(z.string(), z.string()) }).strict(),
  z.object({ ...base, kind: z.literal('awaiting'), stage: z.string(), awaiting: z.array(awaitedSchema) }).strict(),
  z.object({ ...base, kind: z.literal('exception-opened'), exceptionId: z.string(), code: z.string(), owner: z.string() }).strict(),
  z.object({ ...base, kind: z.literal('exception-closed'), exceptionId: z.string(), code: z.string(), resolution: z.string(), by: z.string() }).strict(),
  z.object({ ...base, kind: z.literal('decided'), subject: z.string(), by: z.string(), onBehalfOf: z.string().optional(), decision: z.string(), documentHash: z.string(), decisionHash: z.string(), policyVersion: z.string() }).strict(),
  z.object({ ...base, kind: z.literal('alerted'), alert: z.enum(['break-glass']), subject: z.string(), by: z.string() }).strict(),
  z.object({ ...base, kind: z.literal('approvals-voided'), reason: z.string() }).strict(),
  z.object({ ...base, kind: z.literal('approvals-kept'), decisionHash: z.string(), tasks: z.array(z.string()) }).strict(),
  z.object({ ...base, kind: z.literal('escalated'), subject: z.string(), level: z.enum(['reminder', 'escalation', 'operator', 'reassignment']), role: z.string(), person: z.string().optional(), dueAt: instantSchema.optional(), gone: z.array(z.object({ person: z.string(), why: z.enum(['left', 'disqualified']) }).strict()).optional() }).strict(),
  z.object({ ...base, kind: z.literal('corrected'), by: z.string(), documentHash: z.string(), version: z.number().int() }).strict(),
  z.object({ ...base, kind: z.literal('posting'), system: z.string(), key: z.string(), status: z.enum(['posted', 'refused', 'reversed', 'released', 'unknown']), reference: z.string(), amount: moneySchema.optional() }).strict(),
  z.object({ ...base, kind: z.literal('parked'), step: z.string(), code: z.string(), owner: z.string() }).strict(),
  z.object({ ...base, kind: z.literal('resumed'), step: z.string(), by: z.string() }).strict(),
  z.object({ ...base, kind: z.literal('event-received'), source: z.string(), eventId: z.string(), eventKind: z.string() }).strict(),
  z.object({ ...base, kind: z.literal('reopened'), by: z.string(), reason: z.string() }).strict(),
  z.object({ ...base, kind: z.literal('proposed'), contentHash: z.string(), items: z.number().int(), instructions: z.number().int(), excluded: z.number().int(), total: moneySchema, policyVersions: z.record(z.string(), z.string()) }).strict(),
  z.object({ ...base, kind: z.literal('payments-removed'), by: z.string(), reason: z.string(), endToEndIds: z.array(z.string()), total: moneySchema, contentHash: z.string() }).strict(),
  z.object({ ...base, kind: z.literal('screened'), clear: z.number().int(), held: z.number().int() }).strict(),
  z.object({ ...base, kind: z.literal('filed'), messageId: z.string(), fileHash: z.string(), transfers: z.number().int(), controlSum: z.string() }).strict(),
  z.object({ ...base, kind: z.literal('payments-moved'), source: z.string(), states: z.record(z.string(), z.number().int()) }).strict(),
  z.object({ ...base, kind: z.literal('ended'), state: z.string(), reference: z.string().optional() }).strict(),
]);
export type Transition = z.infer<typeof transitionSchema>;
