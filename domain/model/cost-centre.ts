import { z } from 'zod';
import { plainDateSchema } from './dates.ts';

export const costCentreSchema = z
  .object({
    schemaVersion: z.literal(1),
    code: z.string().min(1),
    name: z.string(),
    /** Legal entity that it belongs to; absent means shared by all. */
    entity: z.string().optional(),
    validFrom: plainDateSchema.optional(),
    validTo: plainDateSchema.optional(),
  })
  .strict()
  .meta({ id: 'CostCentre' });
export type CostCentre = z.infer<typeof costCentreSchema>;
