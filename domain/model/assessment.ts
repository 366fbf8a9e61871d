import { z } from 'zod';
import { approvalRouteSchema } from './approval-route.ts';
import { recordedDateSchema } from './dates.ts';
import { findingSchema } from './finding.ts';
import { decimalSchema, moneySchema } from './money.ts';
import { supplierInvoiceCommandSchema } from './posting.ts';

/** What `assessInvoice` makes of one document on the facts of one moment (`invoice-facts.ts`); plain JSON, stored with the case. */

/** How much of an order line a document may use up; amounts of a credit are negative. Held by the database, under lock (M9). */
export const reservationRequestSchema = z
  .object({ orderNumber: z.string(), orderLine: z.string(), quantity: decimalSchema, value: moneySchema })
  .strict();
export type ReservationRequest = z.infer<typeof reservationRequestSchema>;

export const matchStatuses = ['MATCHED', 'MATCHED_WITHIN_TOLERANCE', 'ACCEPTED_WITH_VARIANCE', 'AWAITING_RECEIPT', 'EXCEPTION', 'NOT_APPLICABLE'] as const;
const matchStatusSchema = z.enum(matchStatuses);
export type MatchStatus = z.infer<typeof matchStatusSchema>;

/** One line of the document beside its order line: quantities in order units, prices per order unit, money in document currency. */
export const matchLineSchema = z
  .object({
    line: z.string(),
    status: matchStatusSchema,
    orderNumber: z.string().optional(),
    orderLine: z.string().optional(),
    /** How the two were paired (M10). */
    pairedBy: z.enum(['correction', 'order-line', 'buyer-item', 'seller-item', 'standard-item', 'description', 'none']),
    ordered: decimalSchema.optional(),
    received: decimalSchema.optional(),
    previouslyInvoiced: decimalSchema.optional(),
    /** E of rule M2: what may still be invoiced. */
    expected: decimalSchema.optional(),
    invoiced: decimalSchema.optional(),
    /** What the evidence covers: the part that may be paid without anybody's consent (M15). */
    payableQuantity: decimalSchema.optional(),
    orderPrice: decimalSchema.optional(),
    /** Rounded to 8 digits for people; the checks use the exact fraction. */
    invoicePrice: decimalSchema.optional(),
    priceVariance: moneySchema.optional(),
    quantityVariance: decimalSchema.optional(),
    quantityVarianceMoney: moneySchema.optional(),
    cumulativeVariance: moneySchema.optional(),
    /** The tolerance record that decided (M18). */
    toleranceRecord: z.string().optional(),
    net: moneySchema,
  })
  .strict();
export type MatchLine = z.infer<typeof matchLineSchema>;

export const codingLineSchema = z
  .object({
    /** Invoice line id, or `charge:0`, `allowance:1` … for amounts of the document's head. */
    line: z.string(),
    account: z.string(),
    costCentre: z.string().optional(),
    amount: moneySchema,
    source: z.enum(['order', 'correction', 'document', 'rule', 'supplier', 'charge', 'small-difference']),
    rule: z.string().optional(),
  })
  .strict();
export type CodingLine = z.infer<typeof codingLineSchema>;

/** What a credit does (C3, C4). */
export const creditEffectSchema = z
  .object({
    kind: z.enum(['price', 'quantity', 'goodwill']),
    /** Case of the invoice that it corrects; absent for a credit to the supplier's account. */
    against: z.string().optional(),
    settlement: z.enum(['closes-both', 'reduces-open', 'debit-balance']),
  })
  .strict();
export type CreditEffect = z.infer<typeof creditEffectSchema>;

export const explanationSchema = z.object({ rule: z.string(), inputs: z.record(z.string(), z.string()), result: z.string() }).strict();
export type Explanation = z.infer<typeof explanationSchema>;

export const dispositions = ['duplicate', 'exception', 'awaiting-receipt', 'needs-approval', 'ready-to-post'] as const;

export const payeeSchema = z
  .object({
    /** The supplier who is paid: the seller, or its factor or group company (M11). */
    supplierId: z.string(),
    /** Absent where no transfer is made (card, direct debit, nothing to pay) or the account is in question. */
    account: z.object({ id: z.string(), version: z.number().int().positive(), status: z.enum(['verified', 'unverified', 'on-hold', 'closed']) }).strict().optional(),
  })
  .strict();

export const assessmentSchema = z
  .object({
    schemaVersion: z.literal(1),
    caseId: z.string(),
    /** What happens next. `exception` as long as one finding blocks; `duplicate` ends the case, linked to `duplicateOf`. */
    disposition: z.enum(dispositions),
    /** All problems, not the first; sorted by severity, code and scope. */
    findings: z.array(findingSchema),
    duplicateOf: z.string().optional(),
    /** Present once the supplier is known: what the database's unique key and advisory locks are made of (D1, D11). */
    duplicateKeys: z.object({ supplierGroup: z.string(), class: z.enum(['invoice', 'credit-note']), number: z.string(), k1: z.string(), k2: z.string() }).strict().optional(),
    supplierId: z.string().optional(),
    supplierGroup: z.string().optional(),
    payee: payeeSchema.optional(),
    match: z.object({ status: matchStatusSchema, lines: z.array(matchLineSchema) }).strict(),
    coding: z.array(codingLineSchema),
    /** Replaces whatever this case held before. */
    reservationsToHold: z.array(reservationRequestSchema),
    credit: creditEffectSchema.optional(),
    /** gross − prepaid + rounding, negative for a credit (F2, C1). */
    payable: moneySchema,
    /** In the company currency, never negative (A1); absent while the exchange rate is missing. */
    amountForAuthority: moneySchema.optional(),
    exchangeRate: z.object({ from: z.string(), to: z.string(), rate: decimalSchema, date: recordedDateSchema }).strict().optional(),
    dueDate: recordedDateSchema,
    /** Service or receipt date, and the date it is posted under (G3). */
    serviceDate: recordedDateSchema,
    postingDate: recordedDateSchema,
    route: approvalRouteSchema,
    /** Policy: the document is posted, blocked for payment, before it is approved. */
    postBeforeApproval: z.boolean(),
    paymentBlock: z.object({ blocked: z.boolean(), reasons: z.array(z.enum(['approval', 'receipt', 'bank-account', 'nothing-to-pay'])) }).strict(),
    /** Absent while something that it needs is missing. */
    posting: supplierInvoiceCommandSchema.omit({ externalReference: true, correlationId: true }).optional(),
    explanation: z.array(explanationSchema),
    policyVersions: z.record(z.string(), z.string()),
  })
  .strict()
  .meta({ id: 'Assessment' });
export type Assessment = z.infer<typeof assessmentSchema>;
export type Disposition = Assessment['disposition'];
export type PostingDraft = NonNullable<Assessment['posting']>;
