import { z } from 'zod';
import { reasonCodeSchema } from '../policy/cash-application.ts';
import { moneySchema } from './money.ts';

/** What of a receipt settles an open item, and which explained difference is cleared with it. */
export const allocationSchema = z
  .object({
    schemaVersion: z.literal(1),
    receipt: z.string().min(1),
    item: z.string().min(1),
    /** Of the receipt; the sum over all allocations never exceeds it, nor the item (CA-14). */
    applied: moneySchema,
    differences: z.array(z.object({ reason: reasonCodeSchema, amount: moneySchema, effect: z.enum(['write-off', 'case', 'on-account']) }).strict()),
    /** Rises with each un-apply and re-apply (CA-15, CA-19). */
    version: z.int().positive(),
  })
  .strict()
  .meta({ id: 'Allocation' });
export type Allocation = z.infer<typeof allocationSchema>;
