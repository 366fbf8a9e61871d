import { z } from 'zod';
import { plainDateSchema } from './dates.ts';
import { moneySchema } from './money.ts';

/** One document that a payer says it pays: EDI 820 RMR, camt RfrdDocInf, a lockbox line. */
export const remittanceLineSchema = z
  .object({
    number: z.string().min(1),
    paid: moneySchema.optional(),
    original: moneySchema.optional(),
    adjustment: z.object({ amount: moneySchema, reason: z.string() }).strict().optional(),
  })
  .strict();

/** What the payer says about a payment; it may come before or after the money (CA-17). */
export const remittanceSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string().min(1),
    source: z.enum(['edi-820', 'camt', 'lockbox', 'advice']),
    total: moneySchema,
    date: plainDateSchema,
    payer: z.string(),
    /** ISO 11649 creditor reference or a national one. */
    creditorReference: z.string().optional(),
    endToEndId: z.string().optional(),
    lines: z.array(remittanceLineSchema),
  })
  .strict()
  .meta({ id: 'Remittance' });
export type Remittance = z.infer<typeof remittanceSchema>;
