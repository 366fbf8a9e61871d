import { z } from 'zod';
import { plainDateSchema } from './dates.ts';
import { moneySchema } from './money.ts';

/** Codes of ISO 20022 payment statuses as they are written; an unknown one means *pending*, never success (P8). */
export const transferStatusSchema = z
  .object({
    endToEndId: z.string(),
    status: z.string(),
    reasonCode: z.string().optional(),
    reasonText: z.string().optional(),
    paymentInformationId: z.string().optional(),
    instructionId: z.string().optional(),
    bankReference: z.string().optional(),
  })
  .strict();
export type TransferStatus = z.infer<typeof transferStatusSchema>;

/** What a bank says about a file that it was sent (pain.002, acknowledgement of an ACH file). */
export const paymentStatusReportSchema = z
  .object({
    kind: z.literal('status-report'),
    messageId: z.string(),
    originalMessageId: z.string(),
    /** Status of the whole file where the bank gives one. */
    groupStatus: z.string().optional(),
    reasonCode: z.string().optional(),
    reasonText: z.string().optional(),
    /** Status of whole batches, by the identification of the batch. */
    batches: z.array(z.object({ paymentInformationId: z.string(), status: z.string(), reasonCode: z.string().optional() }).strict()),
    transfers: z.array(transferStatusSchema),
  })
  .strict();
export type PaymentStatusReport = z.infer<typeof paymentStatusReportSchema>;

/** Money that comes back (pacs.004, ACH return). */
export const paymentReturnsSchema = z
  .object({
    kind: z.literal('returns'),
    messageId: z.string(),
    returns: z.array(
      z
        .object({
          endToEndId: z.string().optional(),
          originalMessageId: z.string().optional(),
          amount: moneySchema,
          reasonCode: z.string(),
          reasonText: z.string().optional(),
          settledOn: plainDateSchema.optional(),
          /** Trace number of the original entry where that is all the bank names. */
          originalTrace: z.string().optional(),
        })
        .strict(),
    ),
  })
  .strict();
export type PaymentReturns = z.infer<typeof paymentReturnsSchema>;
