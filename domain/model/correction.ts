import { z } from 'zod';
import { plainDateSchema } from './dates.ts';

const id = z.string().min(1).max(60);

/** What AP may correct: our own data about a document. The sender's amounts are never corrected (F1). Absent members stay as they are. */
export const correctionSchema = z
  .object({
    supplierId: id.optional(),
    bankAccountId: id.optional(),
    dueDate: plainDateSchema.optional(),
    serviceDate: plainDateSchema.optional(),
    requester: id.optional(),
    creditKind: z.enum(['price', 'quantity', 'goodwill']).optional(),
    creditOf: id.optional(),
    lines: z
      .array(
        z
          .object({ line: id, orderNumber: id.optional(), orderLine: id.optional(), withoutOrder: z.boolean().optional(), account: z.string().min(1).max(20).optional(), costCentre: z.string().min(1).max(20).optional() })
          .strict(),
      )
      .max(1000)
      .optional(),
  })
  .strict()
  .refine((correction) => Object.keys(correction).length > 0, 'at least one member is corrected')
  .meta({ id: 'Correction' });
export type Correction = z.infer<typeof correctionSchema>;
