import { z } from 'zod';
import { isTimeZone } from '../calendar/zoned-time.ts';
import { isCurrency } from '../rules/money.ts';
import { payerAccountSchema } from './payment.ts';

/** A company of the installation, as it is stored. One file in `policies/entities/` each; adding a company is adding a file. */
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

/**
 * A company's file. Stricter than what is stored: a row that an older version let in is still read, so that it stops nobody
 * and its corrected file can replace it.
 */
export const companyFileSchema = legalEntitySchema.superRefine((company, context) => {
  const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (!/^[A-Z]{2}$/.test(company.country)) fault('country', `${company.country} is not a country of ISO 3166 in two capital letters`);
  if (!isCurrency(company.currency)) fault('currency', `${company.currency} is not a currency of ISO 4217`);
  if (!isTimeZone(company.timeZone)) fault('timeZone', `${company.timeZone} is not in the IANA time zone database; write it as there, as in Europe/Berlin`);
});
