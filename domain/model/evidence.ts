import { z } from 'zod';
import { instantSchema } from './dates.ts';

/** One thing that proves a step of a case: a document, an answer of a counterpart, a decision, an audit event. */
export const evidenceSchema = z
  .object({
    schemaVersion: z.literal(1),
    entity: z.string(),
    case: z.string(),
    kind: z.enum(['document', 'attachment', 'assessment', 'decision', 'posting', 'audit-event', 'checkpoint']),
    /** Name inside the evidence pack. */
    name: z.string(),
    /** SHA-256 of the bytes under that name. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    at: instantSchema,
  })
  .strict()
  .meta({ id: 'Evidence' });
export type Evidence = z.infer<typeof evidenceSchema>;
