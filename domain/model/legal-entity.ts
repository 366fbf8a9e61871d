import { z } from 'zod';

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
      .object({ tolerances: z.string(), approval: z.string(), duplicates: z.string(), deadlines: z.string(), coding: z.string(), tax: z.string(), posting: z.string() })
      .strict(),
    erp: z.object({ adapter: z.string(), settings: z.record(z.string(), z.unknown()) }).strict(),
  })
  .strict()
  .meta({ id: 'LegalEntity' });
export type LegalEntity = z.infer<typeof legalEntitySchema>;
