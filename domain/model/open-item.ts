import { z } from 'zod';
import { plainDateSchema } from './dates.ts';
import { moneySchema } from './money.ts';

/** A receivable that is not settled; `open` is negative for a credit note. */
export const openItemSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string().min(1),
    entity: z.string().min(1),
    customer: z.string().min(1),
    original: moneySchema,
    open: moneySchema,
    documentDate: plainDateSchema,
    dueDate: plainDateSchema,
    /** Numbers under which a payer may cite it: the invoice number, an assignment, an order. */
    numbers: z.array(z.object({ field: z.string().min(1), text: z.string().min(1) }).strict()),
    discount: z.object({ amount: moneySchema, until: plainDateSchema }).strict().optional(),
    /** Blocked items are no candidates (CA-2). */
    blocked: z.boolean(),
  })
  .strict()
  .meta({ id: 'OpenItem' });
export type OpenItem = z.infer<typeof openItemSchema>;
