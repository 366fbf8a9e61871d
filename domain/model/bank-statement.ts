import { z } from 'zod';
import { plainDateSchema } from './dates.ts';
import { moneySchema } from './money.ts';

/** The other side of an entry, as far as the bank names it. */
export const counterpartySchema = z
  .object({ name: z.string().optional(), account: z.string().optional(), bank: z.string().optional() })
  .strict();

/** References by who gave them; absent ones are left out. `remittance` are the structured ones (RF, QRR, invoice numbers). */
export const statementReferencesSchema = z
  .object({
    bank: z.string().optional(),
    customer: z.string().optional(),
    message: z.string().optional(),
    paymentInformation: z.string().optional(),
    instruction: z.string().optional(),
    transaction: z.string().optional(),
    uetr: z.string().optional(),
    mandate: z.string().optional(),
    cheque: z.string().optional(),
    trace: z.string().optional(),
    originalTrace: z.string().optional(),
    remittance: z.array(z.string()).optional(),
  })
  .strict();

const transactionShape = {
  /** Signed: money in is positive. */
  amount: moneySchema,
  /** What was ordered, signed like the amount, where the bank booked in another currency. */
  instructed: moneySchema.optional(),
  endToEndId: z.string().optional(),
  references: statementReferencesSchema,
  counterparty: counterpartySchema.optional(),
  text: z.string(),
  /** Why the payment came back: ISO 20022 reason, NACHA R-code, or C-code of a notification of change. */
  returnReason: z.string().optional(),
};

/** One payment of a batch; some banks name the payments without their amounts. */
export const entryDetailSchema = z.object({ ...transactionShape, amount: moneySchema.optional() }).strict();

/** One line of a statement. Booking and value date are separate; only `booked` entries count towards the balance (SI-8). */
export const statementEntrySchema = z
  .object({
    ...transactionShape,
    bookingDate: plainDateSchema.optional(),
    valueDate: plainDateSchema.optional(),
    status: z.enum(['booked', 'pending', 'information']),
    /** The bank's reversal of an earlier entry; the sign of the amount already says which way the money went (SI-5). */
    reversal: z.literal(true).optional(),
    /** Bank transaction code as written: `NTRF`, `PMNT/RCDT/ESCT`, `142`, `27`. */
    code: z.string().optional(),
    /** How many payments the entry holds, as the bank counts them (NbOfTxs); told even where it does not list them. */
    transactions: z.number().int().positive().optional(),
    /** The payments of a batch entry (SI-9); absent where the entry is one payment. */
    details: z.array(entryDetailSchema).optional(),
  })
  .strict();

export const statementFindingSchema = z
  .object({
    code: z.enum(['unbalanced', 'not-checked', 'truncated', 'gap', 'repeat', 'conflict', 'details-differ', 'date-adjusted', 'copy']),
    message: z.string(),
  })
  .strict();

/** One statement of one account in its canonical form, whatever format it came in. */
export const bankStatementSchema = z
  .object({
    account: z.string(),
    /** Number or identification that the bank gave the statement. */
    number: z.string().optional(),
    /** Pages of an MT940 statement that were joined, first and last. */
    pages: z.object({ first: z.number().int(), last: z.number().int() }).strict().optional(),
    currency: z.string().optional(),
    opening: moneySchema.optional(),
    closing: moneySchema.optional(),
    openingDate: plainDateSchema.optional(),
    closingDate: plainDateSchema.optional(),
    entries: z.array(statementEntrySchema),
    findings: z.array(statementFindingSchema),
  })
  .strict()
  .meta({ id: 'BankStatement' });

export type Counterparty = z.infer<typeof counterpartySchema>;
export type StatementReferences = z.infer<typeof statementReferencesSchema>;
export type EntryDetail = z.infer<typeof entryDetailSchema>;
export type StatementEntry = z.infer<typeof statementEntrySchema>;
export type StatementFinding = z.infer<typeof statementFindingSchema>;
export type BankStatement = z.infer<typeof bankStatementSchema>;
