import { z } from 'zod';
import { plainDateSchema } from './dates.ts';
import { decimalSchema } from './money.ts';

/** One movement on an order line: a receipt (positive) or a return (negative), in order units. */
export const goodsReceiptSchema = z
  .object({
    schemaVersion: z.literal(1),
    number: z.string(),
    entity: z.string(),
    orderNumber: z.string(),
    orderLine: z.string(),
    receivedOn: plainDateSchema,
    quantity: decimalSchema,
    /** Accepted after inspection, for four-way matching; absent until inspected. */
    accepted: decimalSchema.optional(),
    /** Person who booked it; may not approve the invoice where the policy says so (A5). */
    receiver: z.string(),
  })
  .strict()
  .meta({ id: 'GoodsReceipt' });
export type GoodsReceipt = z.infer<typeof goodsReceiptSchema>;
