import { z } from 'zod';
import { payerAccountSchema } from './payment.ts';

/** A company of the installation. One file in `policies/entities/` each; adding a company is adding a file. */
export const legalEntitySchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string().regex(/^[A-Z0-9]{2,12}$/),
    name: z.string(),
    aliases: z.array(z.string()),
    country: z.string(),
    currency: z.string(),
    vatIds: z.array(z.string()),
    /** Buyer ids that name this company on documents (GLN, Leitweg-ID, endpoint). */
    buyerIds: z.array(z.string()),
    calendar: z.string(),
    timeZone: z.string(),
    /** Names of the policies in force for this company, by kind. */
    policies: z
      .object({ tolerances: z.string(), approval: z.string(), duplicates: z.string(), deadlines: z.string(), coding: z.string(), tax: z.string(), posting: z.string(), payments: z.string().optional() })
      .strict(),
    erp: z.object({ adapter: z.string(), settings: z.record(z.string(), z.unknown()) }).strict(),
    /** The bank that payment files go to, and the accounts that are paid from there; a company without it does not pay through Kontor. */
    bank: z.object({ adapter: z.string(), settings: z.record(z.string(), z.unknown()), accounts: z.array(payerAccountSchema).min(1) }).strict().optional(),
    /** Who is asked about payees before money leaves (P10); without it nothing is released. */
    screening: z.object({ adapter: z.string(), settings: z.record(z.string(), z.unknown()) }).strict().optional(),
  })
  .strict()
  .meta({ id: 'LegalEntity' });
export type LegalEntity = z.infer<typeof legalEntitySchema>;
