import { z } from 'zod';
import { isOfOurCalendar, notOfOurCalendar, recordedDateSchema } from './dates.ts';
import { decimalSchema, moneySchema } from './money.ts';
import { addressSchema, documentPartySchema, identifierSchema } from './party.ts';

/**
 * The canonical invoice or credit note: what the sender stated, adopted and never rewritten (F1).
 * Two documents that state the same facts in two syntaxes give the same canonical invoice; whatever belongs to
 * the syntax alone (profile, customisation, segment counts) stays outside, in the reader's result.
 * Amounts keep the document's own sign; `creditEffect` of the rules turns a credit note's amounts negative (C1).
 */

const periodSchema = z.object({ start: recordedDateSchema.optional(), end: recordedDateSchema.optional() }).strict();

const taxCategorySchema = z
  .object({
    /** UNTDID 5305: S, Z, E, AE, K, G, O, L, M … */
    category: z.string(),
    /** Percent, `19` for 19 %. Absent where the category has none. */
    rate: decimalSchema.optional(),
  })
  .strict();

export const allowanceChargeSchema = z
  .object({
    kind: z.enum(['allowance', 'charge']),
    amount: moneySchema,
    base: moneySchema.optional(),
    percent: decimalSchema.optional(),
    reason: z.string().optional(),
    reasonCode: z.string().optional(),
    tax: taxCategorySchema.optional(),
  })
  .strict();
export type AllowanceCharge = z.infer<typeof allowanceChargeSchema>;

export const taxBreakdownSchema = taxCategorySchema
  .extend({
    base: moneySchema,
    amount: moneySchema,
    exemptionReason: z.string().optional(),
    exemptionCode: z.string().optional(),
  })
  .strict();
export type TaxBreakdown = z.infer<typeof taxBreakdownSchema>;

export const invoiceLineSchema = z
  .object({
    id: z.string(),
    note: z.string().optional(),
    quantity: decimalSchema,
    /** UN/ECE Recommendation 20 or 21 code: EA, C62, HUR, XPP … */
    unit: z.string().optional(),
    /** Net price of `baseQuantity` units. */
    unitPrice: decimalSchema,
    grossPrice: decimalSchema.optional(),
    priceDiscount: decimalSchema.optional(),
    baseQuantity: decimalSchema,
    /** Unit of `baseQuantity` where it is not that of `quantity`. */
    baseUnit: z.string().optional(),
    net: moneySchema,
    allowances: z.array(allowanceChargeSchema),
    tax: taxCategorySchema.optional(),
    item: z
      .object({
        name: z.string().optional(),
        description: z.string().optional(),
        sellerId: z.string().optional(),
        buyerId: z.string().optional(),
        standardId: identifierSchema.optional(),
        originCountry: z.string().optional(),
        classifications: z.array(identifierSchema),
        attributes: z.array(z.object({ name: z.string(), value: z.string() }).strict()),
      })
      .strict(),
    /** Numbers of the purchase order, its line and the receipt or despatch that this line bills. */
    orderNumber: z.string().optional(),
    orderLine: z.string().optional(),
    receiptNumber: z.string().optional(),
    invoicedObject: identifierSchema.optional(),
    buyerAccounting: z.string().optional(),
    period: periodSchema.optional(),
    /** A group sums its sub-lines, an information line is no part of the totals; absent for an ordinary line. */
    status: z.enum(['group', 'information']).optional(),
    /** The parts that this line's net amount is the sum of; they are no part of the document's totals by themselves. */
    get subLines() {
      return z.array(invoiceLineSchema).optional();
    },
  })
  .strict();
export type InvoiceLine = z.infer<typeof invoiceLineSchema>;

export const paymentAccountSchema = z
  .object({ iban: z.string().optional(), id: z.string().optional(), name: z.string().optional(), bic: z.string().optional() })
  .strict();

export const paymentMeansSchema = z
  .object({
    /** UNTDID 4461: 30 credit transfer, 58 SEPA credit transfer, 59 direct debit, 48 card … */
    code: z.string(),
    text: z.string().optional(),
    account: paymentAccountSchema.optional(),
    card: z.object({ lastDigits: z.string(), holder: z.string().optional() }).strict().optional(),
    mandate: z.object({ id: z.string().optional(), creditorId: z.string().optional(), debitedAccount: z.string().optional() }).strict().optional(),
  })
  .strict();
export type PaymentMeans = z.infer<typeof paymentMeansSchema>;

/** A cash discount tier: `percent` of the base when paid within `days` or up to `until`. */
export const discountTierSchema = z
  .object({ percent: decimalSchema, days: z.number().int().nonnegative().optional(), until: recordedDateSchema.optional(), base: moneySchema.optional() })
  .strict();

export const attachmentSchema = z
  .object({
    id: z.string(),
    description: z.string().optional(),
    fileName: z.string().optional(),
    mimeType: z.string().optional(),
    uri: z.string().optional(),
    /** SHA-256 of the embedded bytes, hex; the bytes themselves are stored beside the document. */
    contentHash: z.string().optional(),
    size: z.number().int().nonnegative().optional(),
  })
  .strict();
export type Attachment = z.infer<typeof attachmentSchema>;

export const totalsSchema = z
  .object({
    lineNet: moneySchema,
    allowances: moneySchema,
    charges: moneySchema,
    /** Without tax (BT-109). */
    net: moneySchema,
    /** Tax in the document currency (BT-110). */
    tax: moneySchema,
    /** Tax in the accounting currency where that differs (BT-111, F6). */
    taxInAccountingCurrency: moneySchema.optional(),
    /** With tax (BT-112). */
    gross: moneySchema,
    prepaid: moneySchema,
    rounding: moneySchema,
    /** gross − prepaid + rounding, plus third-party payments where there are any (BT-115, F2). */
    payable: moneySchema,
  })
  .strict();
export type InvoiceTotals = z.infer<typeof totalsSchema>;

export const invoiceSchema = z
  .object({
    schemaVersion: z.literal(1),
    class: z.enum(['invoice', 'credit-note']),
    /** UNTDID 1001: 380 invoice, 381 credit note, 384 corrected invoice, 389 self-billed … */
    typeCode: z.string(),
    number: z.string().min(1),
    issueDate: recordedDateSchema,
    dueDate: recordedDateSchema.optional(),
    taxPointDate: recordedDateSchema.optional(),
    taxPointCode: z.string().optional(),
    currency: z.string().regex(/^[A-Z]{3}$/),
    taxCurrency: z.string().regex(/^[A-Z]{3}$/).optional(),
    /** A note with a subject code (UNTDID 4451) starts with it: `#AAC#Text`. */
    notes: z.array(z.string()),
    references: z
      .object({
        buyerReference: z.string().optional(),
        order: z.string().optional(),
        salesOrder: z.string().optional(),
        contract: z.string().optional(),
        project: z.string().optional(),
        receivingAdvice: z.string().optional(),
        despatchAdvice: z.string().optional(),
        tender: z.string().optional(),
        invoicedObject: identifierSchema.optional(),
        buyerAccounting: z.string().optional(),
        preceding: z.array(z.object({ number: z.string(), issueDate: recordedDateSchema.optional() }).strict()),
      })
      .strict(),
    seller: documentPartySchema,
    buyer: documentPartySchema,
    /** Present only where the payee is not the seller (factoring, group cash pool). */
    payee: documentPartySchema.optional(),
    taxRepresentative: documentPartySchema.optional(),
    delivery: z
      .object({ name: z.string().optional(), locationId: identifierSchema.optional(), date: recordedDateSchema.optional(), address: addressSchema.optional() })
      .strict()
      .optional(),
    period: periodSchema.optional(),
    payment: z
      .object({
        means: z.array(paymentMeansSchema),
        /** What the payer is asked to quote (BT-83). */
        remittance: z.string().optional(),
        terms: z.string().optional(),
        discounts: z.array(discountTierSchema),
      })
      .strict(),
    allowances: z.array(allowanceChargeSchema),
    /** Amounts collected for others on this invoice; they raise the payable beyond gross − prepaid + rounding. */
    thirdPartyPayments: z.array(z.object({ type: z.string().optional(), description: z.string().optional(), amount: moneySchema }).strict()).optional(),
    lines: z.array(invoiceLineSchema).min(1),
    taxes: z.array(taxBreakdownSchema),
    totals: totalsSchema,
    attachments: z.array(attachmentSchema),
  })
  .strict()
  .meta({ id: 'Invoice', description: 'Canonical invoice or credit note' });
export type Invoice = z.infer<typeof invoiceSchema>;

const dateMembers = new Set(['issueDate', 'dueDate', 'taxPointDate', 'start', 'end', 'date', 'until']);
const referenceMembers = new Set(['number', 'order', 'orderNumber', 'orderLine']);

/**
 * An invoice on its way in. Stricter than what is stored: a document that an earlier version took in is still read, so that its case
 * goes on. Numbers by which documents are looked up are bounded: an index takes 2,700 bytes of a row, at most two such numbers in their
 * compared form (D2), and upper case and compatibility forms unfold one letter into as many as eighteen.
 */
export const incomingInvoiceSchema = invoiceSchema.superRefine((invoice, context) => {
  const visit = (value: unknown, path: (string | number)[]): void => {
    const name = path.at(-1) as string;
    if (typeof value === 'string') {
      const fault = dateMembers.has(name) && !isOfOurCalendar(value) ? notOfOurCalendar : referenceMembers.has(name) ? faultOfReference(value) : undefined;
      if (fault !== undefined) context.addIssue({ code: 'custom', path, message: fault });
    } else if (Array.isArray(value)) value.forEach((member, index) => visit(member, [...path, index]));
    else if (typeof value === 'object' && value !== null) for (const [key, member] of Object.entries(value)) visit(member, [...path, key]);
  };
  visit(invoice, []);
});

function faultOfReference(text: string): string | undefined {
  if (text.length > 200) return 'it has more than 200 letters';
  return text.normalize('NFKC').toUpperCase().length > 400 ? 'its letters unfold to more than 400' : undefined;
}
export type InvoiceClass = Invoice['class'];
