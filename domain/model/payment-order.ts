import { z } from 'zod';
import { instantSchema, plainDateSchema } from './dates.ts';
import { moneySchema } from './money.ts';
import { payerAccountSchema } from './payment.ts';

/** ISO 20022 Max35Text without the characters that banks refuse in identifications. */
const identificationSchema = z.string().regex(/^[A-Za-z0-9+?:().,'-][A-Za-z0-9+?:().,' -]{0,34}$/, 'at most 35 characters of the SEPA set');

/** A document that a transfer settles, with what is paid for it after `discount` and `withheld` (T6); credits are listed with their (positive) amount as credit notes. */
export const remittedDocumentSchema = z
  .object({ number: z.string(), class: z.enum(['invoice', 'credit-note']), issueDate: plainDateSchema, amount: moneySchema, discount: moneySchema.optional(), withheld: moneySchema.optional() })
  .strict();

export const orderedTransferSchema = z
  .object({
    /** Derived from the open items and their payment revision, not from the run (P7). */
    endToEndId: identificationSchema,
    instructionId: identificationSchema,
    amount: moneySchema,
    creditor: z.object({ name: z.string().min(1), country: z.string().optional() }).strict(),
    creditorAccount: z
      .object({ iban: z.string().optional(), account: z.string().optional(), routingNumber: z.string().optional(), bic: z.string().optional(), kind: z.enum(['checking', 'savings']).optional() })
      .strict(),
    /** Reference that the creditor asked to be quoted: RF references are checked (ISO 11649). */
    creditorReference: z.string().optional(),
    documents: z.array(remittedDocumentSchema).min(1),
  })
  .strict();
export type OrderedTransfer = z.infer<typeof orderedTransferSchema>;

export const orderedBatchSchema = z
  .object({
    paymentInformationId: identificationSchema,
    executionDate: plainDateSchema,
    method: z.enum(['sepa', 'credit-transfer', 'ach']),
    serviceLevel: z.string().optional(),
    chargeBearer: z.enum(['SLEV', 'SHAR', 'DEBT', 'CRED']),
    transfers: z.array(orderedTransferSchema).min(1),
  })
  .strict();

/**
 * What a bank is asked to do, complete: the same order always gives the same bytes (P7), so the instant of its creation is a part
 * of it. `kontor payment-file` reads this form.
 */
export const paymentOrderSchema = z
  .object({
    schemaVersion: z.literal(1),
    runId: z.string(),
    messageId: identificationSchema,
    createdAt: instantSchema,
    initiator: z.object({ name: z.string().min(1), id: z.string().optional() }).strict(),
    debtor: z.object({ name: z.string().min(1), country: z.string().optional() }).strict(),
    debtorAccount: payerAccountSchema,
    batches: z.array(orderedBatchSchema).min(1),
  })
  .strict()
  .meta({ id: 'PaymentOrder' });
export type PaymentOrder = z.infer<typeof paymentOrderSchema>;

/** The bytes for the bank with the control figures that they carry. */
export interface PaymentFile {
  messageId: string;
  format: string;
  fileName: string;
  mediaType: string;
  text: string;
  transfers: number;
  /** Sum of all transfers without regard to currency, as the format's control sum wants it, in plain decimals. */
  controlSum: string;
}
