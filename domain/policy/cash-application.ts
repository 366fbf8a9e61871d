import { z } from 'zod';
import { decimalSchema } from '../model/money.ts';
import { amountSchema, currencySchema, header, limitSchema, percentSchema } from './header.ts';

/** When a payment is applied without a person (CA-3, CA-4), and the search bounds (CA-5). */
export const cashThresholdPolicySchema = z
  .object({
    ...header,
    kind: z.literal('cash-thresholds'),
    /** Least score a solution needs; a score is a sum of powers of ten of odds, so 3 means one error in a thousand such cases at most. */
    autoScore: z.object({ full: z.number().positive(), part: z.number().positive(), joint: z.number().positive() }).strict(),
    /** Least distance to the runner-up. */
    margin: z.number().positive(),
    /** A citation of this weight must be honoured by the solution. */
    strongCitation: z.number().positive(),
    search: z.object({ largestSet: z.int().min(1).max(8), mostCandidates: z.int().min(1).max(50), steps: z.int().min(1000) }).strict(),
    /** What these thresholds were measured to achieve; a change of a threshold needs a new measurement. */
    measured: z
      .array(
        z
          .object({
            world: z.string().min(1),
            applied: z.int().nonnegative(),
            wrong: z.int().nonnegative(),
            /** Share of applied payments that were right, in percent. */
            precision: decimalSchema,
            command: z.string().min(1),
          })
          .strict(),
      )
      .min(1),
  })
  .strict();

/** Small deductions that are written off (CA-6): the least of all limits that apply counts, a difference equal to it is inside. */
export const cashTolerancePolicySchema = z
  .object({
    ...header,
    kind: z.literal('cash-tolerances'),
    /** Per currency, in its decimals; a currency that is absent tolerates a rounding unit only. */
    short: z.record(currencySchema, amountSchema),
    /** Over-payments up to this are written off likewise. */
    over: z.record(currencySchema, amountSchema),
    /** Of the open amount; both the amount and the percentage must hold. */
    percent: percentSchema,
    /** Most that may be written off for one customer in one period, as a multiple of the limit. */
    perCustomerAndPeriod: limitSchema,
  })
  .strict();

export const reasonCodes = [
  'DISC_EARNED', 'DISC_UNEARNED', 'PRICING', 'SHORT_SHIP', 'DAMAGE', 'RETURN', 'PROMO', 'FREIGHT', 'TAX', 'BANK_FEE', 'FX',
  'DUPLICATE_PAYMENT', 'ROUNDING', 'WITHHOLDING', 'UNKNOWN',
] as const;
export const reasonCodeSchema = z.enum(reasonCodes);
export type ReasonCode = z.infer<typeof reasonCodeSchema>;

/** How differences are explained, in the order of CA-7, and what each reason leads to (CA-9). */
export const cashDifferencePolicySchema = z
  .object({
    ...header,
    kind: z.literal('cash-differences'),
    /** Days after the discount date on which a discount still counts as earned. */
    discountGraceDays: z.int().nonnegative(),
    /** Charges that banks take, per currency: a short payment of exactly one of these is a charge. */
    usualCharges: z.record(currencySchema, z.array(amountSchema)),
    /** What a short payment above tolerance becomes without a reason (CA-8). */
    shortPayment: z.enum(['partial', 'residual']),
    reasons: z.partialRecord(
      reasonCodeSchema,
      z
        .object({
          account: z.string().min(1),
          effect: z.enum(['write-off', 'case', 'on-account']),
          owner: z.string().min(1),
          /** Working days until the case must be closed. */
          days: z.int().nonnegative(),
        })
        .strict(),
    ),
    /** The customers' own codes; what is not listed is UNKNOWN. */
    customerCodes: z.record(z.string(), reasonCodeSchema),
  })
  .strict();
export type CashDifferencePolicy = z.infer<typeof cashDifferencePolicySchema>;
