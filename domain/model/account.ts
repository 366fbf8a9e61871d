import { z } from 'zod';
import { plainDateSchema } from './dates.ts';

/** Assets and expenses grow in debit (positive amounts), the others in credit. */
export const accountTypeSchema = z.enum(['asset', 'liability', 'equity', 'income', 'expense']);
export type AccountType = z.infer<typeof accountTypeSchema>;

/** One account of the chart that every entity of the installation shares. */
export const accountSchema = z
  .object({
    schemaVersion: z.literal(1),
    code: z.string().regex(/^[A-Za-z0-9._-]{1,40}$/, 'letters, digits, dot, dash and underscore'),
    name: z.string().min(1),
    type: accountTypeSchema,
    /** Heading under which statements show it; absent means the heading of its type. */
    section: z.string().optional(),
    /** Where a change of its balance appears in the indirect cash flow; absent means financing for equity, operating otherwise. */
    cashFlow: z.enum(['cash', 'operating', 'non-cash', 'investing', 'financing']).optional(),
    /** Rate of currency translation; absent means historical for equity, average for income and expense, closing otherwise (IC-5). */
    translation: z.enum(['closing', 'average', 'historical']).optional(),
    /** Name of the sub-ledger whose total this account controls; control accounts take no manual entries (JE-1). */
    control: z.string().optional(),
    /** What a balance with a group company on this account is, and so what it is eliminated against (IC-4). */
    intercompany: z.enum(['balance', 'revenue-expense', 'dividend', 'investment']).optional(),
    /** Balances rest on judgement (provisions, impairments): reviewed harder (JE-5). */
    estimate: z.boolean().optional(),
    costCentre: z.enum(['required', 'allowed', 'forbidden']).optional(),
    validFrom: plainDateSchema.optional(),
    validTo: plainDateSchema.optional(),
  })
  .strict()
  .meta({ id: 'Account' });
export type Account = z.infer<typeof accountSchema>;
