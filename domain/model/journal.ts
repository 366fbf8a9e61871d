import { z } from 'zod';
import { instantSchema, plainDateSchema } from './dates.ts';
import { moneySchema } from './money.ts';

/** Where an entry comes from. `closing` moves the year's result to equity and is left out of income and cash-flow statements. */
export const journalSourceSchema = z.enum(['manual', 'automated', 'recurring', 'accrual', 'reversal', 'elimination', 'closing']);
export type JournalSource = z.infer<typeof journalSourceSchema>;

/** Debit is positive. `amount` is in the currency of the transaction, `functional` in that of the entity. */
export const journalLineSchema = z
  .object({
    account: z.string(),
    costCentre: z.string().optional(),
    /** The group company on the other side (IC-1). */
    partner: z.string().optional(),
    amount: moneySchema,
    functional: moneySchema,
    /** Document or open item that the line belongs to. */
    reference: z.string().optional(),
    dueDate: plainDateSchema.optional(),
    text: z.string().optional(),
  })
  .strict();
export type JournalLine = z.infer<typeof journalLineSchema>;

export const journalSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string().min(1),
    /** Given at posting, gapless per entity and year (JE-6). */
    number: z.number().int().positive().optional(),
    entity: z.string(),
    ledger: z.string(),
    postingDate: plainDateSchema,
    documentDate: plainDateSchema,
    text: z.string(),
    source: journalSourceSchema,
    status: z.enum(['draft', 'submitted', 'approved', 'posted']),
    preparer: z.string(),
    approvals: z.array(z.object({ by: z.string(), onBehalfOf: z.string().optional(), at: instantSchema, contentHash: z.string() }).strict()),
    /** When the entry became known to the books: as-of views rest on it (RR-1). */
    recordedAt: instantSchema.optional(),
    reversalOf: z.string().optional(),
    autoReverseOn: plainDateSchema.optional(),
    lines: z.array(journalLineSchema),
  })
  .strict()
  .meta({ id: 'Journal', description: 'Balances per entity, ledger, transaction currency and functional currency (JE-1)' });
export type Journal = z.infer<typeof journalSchema>;
