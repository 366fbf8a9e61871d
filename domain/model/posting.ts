import { z } from 'zod';
import { plainDateSchema, recordedDateSchema } from './dates.ts';
import { decimalSchema, moneySchema } from './money.ts';

/** One line of the ERP document: an order line cleared through GR/IR, or an account and a cost centre. */
export const postingLineSchema = z
  .object({
    kind: z.enum(['order', 'account', 'charge', 'small-difference']),
    orderNumber: z.string().optional(),
    orderLine: z.string().optional(),
    /** In order units, signed as its effect on the invoiced quantity (negative in a credit note); absent = value only (C3). */
    quantity: decimalSchema.optional(),
    account: z.string(),
    costCentre: z.string().optional(),
    net: moneySchema,
    text: z.string().optional(),
  })
  .strict();
export type PostingLine = z.infer<typeof postingLineSchema>;

/** What is asked of the ERP: a supplier invoice or credit note, complete and balanced. Amounts of a credit note are negative (C1). */
export const supplierInvoiceCommandSchema = z
  .object({
    entity: z.string(),
    /** Our idempotency key; the ERP stores it and answers enquiries by it. */
    externalReference: z.string(),
    correlationId: z.string(),
    class: z.enum(['invoice', 'credit-note']),
    supplierId: z.string(),
    supplierInvoiceNumber: z.string(),
    documentDate: recordedDateSchema,
    postingDate: recordedDateSchema,
    dueDate: recordedDateSchema,
    currency: z.string(),
    lines: z.array(postingLineSchema).min(1),
    taxes: z.array(z.object({ category: z.string(), rate: decimalSchema.optional(), base: moneySchema, amount: moneySchema }).strict()),
    gross: moneySchema,
    payable: moneySchema,
    paymentBlocked: z.boolean(),
    bankAccountId: z.string().optional(),
  })
  .strict();
export type SupplierInvoiceCommand = z.infer<typeof supplierInvoiceCommandSchema>;

/** What the ERP keeps and answers: its own document number is the proof. */
export const postedDocumentSchema = z
  .object({
    documentNumber: z.string(),
    externalReference: z.string(),
    postedOn: plainDateSchema,
    status: z.enum(['posted', 'reversed']),
    gross: moneySchema,
    open: moneySchema,
    paymentBlocked: z.boolean(),
    reversedBy: z.string().optional(),
  })
  .strict();
export type PostedDocument = z.infer<typeof postedDocumentSchema>;
