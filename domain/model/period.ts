import { z } from 'zod';
import { plainDateSchema } from './dates.ts';

/**
 * A stretch of days that opens and closes as one, per entity, ledger and, where named, sub-ledger (CL-10).
 * `soft-closed` admits approved adjustments of permitted roles only; `hard-closed` admits nothing.
 */
export const periodSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string().min(1),
    entity: z.string(),
    ledger: z.string(),
    subLedger: z.string().optional(),
    from: plainDateSchema,
    to: plainDateSchema,
    status: z.enum(['future', 'open', 'soft-closed', 'hard-closed']),
  })
  .strict()
  .meta({ id: 'Period' });
export type Period = z.infer<typeof periodSchema>;
