import { z } from 'zod';
import { instantSchema } from './dates.ts';
import { roleSchema } from './person.ts';

/** Why a document is questioned, in the public vocabulary of invoice responses (OPStatusReason). */
export const reasonCodes = ['NON', 'REF', 'LEG', 'REC', 'QUA', 'DEL', 'PRI', 'QTY', 'ITM', 'PAY', 'UNR', 'FIN', 'PPD', 'OTH'] as const;
export type ReasonCode = (typeof reasonCodes)[number];

/** What the supplier is asked to do (OPStatusAction). */
export const actionCodes = ['NOA', 'PIN', 'NIN', 'CNF', 'CNP', 'CNA', 'OTH'] as const;
export type ActionCode = (typeof actionCodes)[number];

/** Everything that the rules of accounts payable can find; `domain/rules/accounts-payable/findings.ts` says who owns each. */
export const findingCodes = [
  // the document itself
  'totals-wrong', 'rounding-too-large', 'prepayment-raises-payable', 'third-party-payment', 'attachment-quarantined', 'suspicious-text', 'line-id-repeated', 'number-placeholder', 'issue-date-in-future',
  // the two companies and the payee
  'buyer-not-ours', 'supplier-unknown', 'supplier-ambiguous', 'supplier-blocked', 'supplier-tax-id-invalid', 'supplier-tax-id-differs', 'supplier-tax-id-missing',
  'bank-account-unknown', 'bank-account-missing', 'bank-account-not-verified', 'payee-not-related',
  // duplicates
  'duplicate-exact', 'duplicate-normalised', 'duplicate-number-review', 'duplicate-fuzzy', 'duplicate-amount', 'corrects-earlier', 'earlier-attempt',
  // matching
  'order-unknown', 'order-not-approved', 'order-closed', 'order-supplier-differs', 'order-currency-differs', 'unit-not-convertible',
  'line-unmatched', 'line-ambiguous', 'price-variance', 'price-below-order', 'quantity-variance', 'quantity-below-expected', 'over-delivery',
  'cumulative-variance', 'order-amount-exceeded', 'nothing-to-invoice', 'awaiting-receipt', 'receipt-unknown', 'consignment-order',
  'charge-differs', 'charge-unplanned', 'header-difference', 'small-difference', 'tolerance-missing',
  // tax
  'tax-base-differs', 'tax-rate-missing', 'tax-over', 'tax-under', 'tax-rate-not-allowed', 'tax-on-exempt', 'tax-reason-missing', 'tax-currency-total-missing',
  // credits
  'credit-without-reference', 'credit-of-unknown-invoice', 'credit-exceeds-invoice', 'credit-kind-unclear', 'credit-without-return', 'credit-below-billed', 'credit-sign',
  // coding, money, time, approval
  'coding-missing', 'account-unknown', 'cost-centre-unknown', 'exchange-rate-missing', 'period-closed', 'possible-splitting',
] as const;
export const findingCodeSchema = z.enum(findingCodes);
export type FindingCode = (typeof findingCodes)[number];

export const findingSchema = z
  .object({
    code: findingCodeSchema,
    reasonCode: z.enum(reasonCodes),
    /** Rule id: M1, D4, T3 … */
    rule: z.string(),
    /** What it is about: `document`, `line:3`, `order-line:4500017/10`, `case:…`. Code and scope identify a finding within a document. */
    scope: z.string(),
    /** The facts behind it in one text. An override counts only while this is unchanged. */
    fingerprint: z.string(),
    line: z.string().optional(),
    orderNumber: z.string().optional(),
    orderLine: z.string().optional(),
    relatedCase: z.string().optional(),
    /** For people: plain decimals, or money as `51.00 EUR`. */
    expected: z.string().optional(),
    actual: z.string().optional(),
    variance: z.string().optional(),
    limit: z.string().optional(),
    /** 0 to 100 for fuzzy duplicates. */
    score: z.number().int().optional(),
    /** `block`: stops until corrected or overridden. `review`: a person must look, then as block. `wait`: an event outside mends it. `info`: recorded only. */
    severity: z.enum(['block', 'review', 'wait', 'info']),
    overridable: z.boolean(),
    /** Persons whose override is needed; two for an exact duplicate (D10). */
    overridesNeeded: z.number().int().positive(),
    /** Set when enough recorded overrides cover it (M20, D10). */
    overridden: z.boolean(),
    ownerRole: roleSchema,
    ownerPerson: z.string().optional(),
    dueAt: instantSchema,
    suggestion: z.object({ action: z.enum(actionCodes), text: z.string() }).strict(),
  })
  .strict()
  .meta({ id: 'Finding' });
export type Finding = z.infer<typeof findingSchema>;

/** Recorded consent to go on in spite of a finding (M20, D10). It covers only the finding whose facts were seen. */
export const overrideSchema = z
  .object({ findingCode: findingCodeSchema, scope: z.string(), fingerprint: z.string(), by: z.string(), role: roleSchema, reason: z.string().min(1), at: instantSchema })
  .strict()
  .meta({ id: 'Override' });
export type Override = z.infer<typeof overrideSchema>;
