import { z } from 'zod';
import { instantSchema } from './dates.ts';

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * One transition, as it is hashed: canonical JSON (RFC 8785) of exactly these members, chained per legal entity by `prev`.
 * `data` holds ids, codes, amounts and salted hashes; personal text lies beside the chain.
 */
export const auditEventSchema = z
  .object({
    v: z.literal(1),
    entity: z.string(),
    seq: z.number().int().positive(),
    at: instantSchema,
    /** `person:{id}`, `system:{part}` or `counterpart:{system}`. */
    actor: z.string(),
    onBehalfOf: z.string().nullable(),
    action: z.string(),
    case: z.string().nullable(),
    decisionHash: z.string().nullable(),
    policyVersions: z.record(z.string(), z.string()),
    correlationId: z.string(),
    data: z.record(z.string(), z.unknown()),
    prev: hashSchema,
  })
  .strict()
  .meta({ id: 'AuditEvent' });
export type AuditEvent = z.infer<typeof auditEventSchema>;

/** What a caller states; the chain adds entity, position, time and predecessor. */
export interface AuditEntry {
  action: string;
  actor: string;
  onBehalfOf?: string;
  case?: string;
  decisionHash?: string;
  policyVersions?: Record<string, string>;
  correlationId: string;
  data?: Record<string, unknown>;
}
