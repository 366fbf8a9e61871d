import { z } from 'zod';
import { amountSchema, header, percentSchema } from './header.ts';

/** When two documents count as the same (D1–D10). */
export const duplicatePolicySchema = z
  .object({
    ...header,
    kind: z.literal('duplicates'),
    /** D1: `always`, or only within the same calendar year of issue where suppliers restart their numbers. */
    exactScope: z.enum(['always', 'same-year']),
    /**
     * D1: what becomes of an exact duplicate. `end`: the case ends at once, linked to the first. `ask`: it stands still until
     * accounts payable says that it is one, or two persons say that it is not (D10).
     */
    onExact: z.enum(['end', 'ask']).default('end'),
    /** D2: numbers that are none, beside empty ones and bare dates; compared after clean-up. */
    placeholders: z.array(z.string()),
    fuzzy: z
      .object({
        dateWindowDays: z.number().int().min(0).max(366),
        amountPercent: percentSchema,
        /** Similarity of cleaned names from which two vendors count as one, in percent. */
        vendorSimilarityPercent: z.number().int().min(50).max(100),
        extraCharacters: z.number().int().min(0).max(5),
      })
      .strict(),
    /** D5: same supplier, gross and currency, another number. */
    sameAmount: z.object({ windowDays: z.number().int().min(0).max(366), minimum: amountSchema }).strict(),
    /** D5: suppliers that bill the same amount again and again, and the least days between two of them. */
    recurring: z.array(z.object({ supplier: z.string(), everyDays: z.number().int().min(1).max(366), toleranceDays: z.number().int().min(0).max(31) }).strict()),
  })
  .strict();
export type DuplicatePolicy = z.infer<typeof duplicatePolicySchema>;
