import { z } from 'zod';
import { plainDateSchema } from './dates.ts';
import { decimalSchema, moneySchema } from './money.ts';

/** Where a receipt stands (CA-11). Unidentified, on account and unapplied are three different things. */
export const receiptStateSchema = z.enum(['received', 'identified', 'proposed', 'applied', 'posted', 'unidentified', 'on_account', 'unapplied', 'reversed']);

/** Money that came in: one transaction detail of a booked statement entry. */
export const receiptSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string().min(1),
    entity: z.string().min(1),
    state: receiptStateSchema,
    amount: moneySchema,
    bookingDate: plainDateSchema,
    valueDate: plainDateSchema,
    payerName: z.string(),
    payerAccount: z.string(),
    remittanceText: z.string(),
    endToEndId: z.string().optional(),
    charges: moneySchema.optional(),
    /** What the payer ordered in another currency, at the bank's rate: units of `amount` per unit of `instructed` (CA-12). */
    instructed: z.object({ amount: moneySchema, rate: decimalSchema }).strict().optional(),
  })
  .strict()
  .meta({ id: 'Receipt' });
export type Receipt = z.infer<typeof receiptSchema>;
