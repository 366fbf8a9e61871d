import { z } from 'zod';
import { roleSchema } from '../model/person.ts';
import { amountSchema, currencySchema, header, limitSchema, percentSchema } from './header.ts';

/**
 * How far an invoice may differ from its order and receipt (M1–M8, M13–M15, M18). Amounts are in the policy's currency,
 * which is the company's (F5). A bound that is absent is not tested; "0" allows nothing (M3).
 */

const combineSchema = z.enum(['ALL_WITHIN', 'ANY_WITHIN']);
const lowerSideSchema = z.enum(['record', 'block']);
const bounds = { upperPercent: percentSchema.optional(), upperAmount: amountSchema.optional(), lowerPercent: percentSchema.optional(), lowerAmount: amountSchema.optional() };

/** M4, M6: `ALL_WITHIN` stops when any bound is passed, `ANY_WITHIN` only when every bound is. */
const mode = { combine: combineSchema.default('ALL_WITHIN'), lowerSide: lowerSideSchema.default('record') };

export const priceCheckSchema = z.object({ ...mode, ...bounds }).strict().refine(hasBound, 'at least one bound is needed: a check without any would pass everything (M3)');
export type PriceCheck = z.infer<typeof priceCheckSchema>;

export const quantityCheckSchema = z
  .object({ ...mode, ...bounds, upperUnits: limitSchema.optional(), lowerUnits: limitSchema.optional() })
  .strict()
  .refine(hasBound, 'at least one bound is needed: a check without any would pass everything (M3)');
export type QuantityCheck = z.infer<typeof quantityCheckSchema>;

/** Over all invoices of an order line (M8). */
export const cumulativeCheckSchema = z
  .object({ combine: combineSchema.default('ALL_WITHIN'), upperPercent: percentSchema.optional(), upperAmount: amountSchema.optional() })
  .strict()
  .refine(hasBound, 'at least one bound is needed: a check without any would pass everything (M3)');
export type CumulativeCheck = z.infer<typeof cumulativeCheckSchema>;

/** M18: the most specific scope that applies gives the whole record. */
const scopeSchema = z.discriminatedUnion('level', [
  z.object({ level: z.literal('item-and-supplier'), item: z.string(), supplier: z.string() }).strict(),
  z.object({ level: z.literal('item'), item: z.string() }).strict(),
  z.object({ level: z.literal('supplier'), supplier: z.string() }).strict(),
  z.object({ level: z.literal('category'), category: z.string() }).strict(),
  z.object({ level: z.literal('company'), entity: z.string() }).strict(),
  z.object({ level: z.literal('global') }).strict(),
]);

export const toleranceRecordSchema = z
  .object({
    id: z.string().min(1),
    scope: scopeSchema,
    price: priceCheckSchema,
    quantity: quantityCheckSchema,
    cumulative: cumulativeCheckSchema,
    /** M15: what may be delivered beyond the order. */
    overDeliveryPercent: percentSchema,
    /** R5: a line this little short of its quantity may be closed. */
    underDeliveryPercent: percentSchema,
    /** An invoice ahead of its receipt waits, or is an exception (t5, R3). */
    beforeReceipt: z.enum(['wait', 'exception']),
  })
  .strict();
export type ToleranceRecord = z.infer<typeof toleranceRecordSchema>;

export const tolerancePolicySchema = z
  .object({
    ...header,
    kind: z.literal('tolerances'),
    currency: currencySchema,
    records: z.array(toleranceRecordSchema).min(1),
    charges: z
      .object({
        /** M13: a planned charge may differ from the order by this much. */
        planned: z.object({ upperAmount: amountSchema.optional(), upperPercent: percentSchema.optional() }).strict().refine(hasBound, 'at least one bound is needed (M3)'),
        /** M13: freight and the like that nobody ordered. Both limits count. */
        unplanned: z.object({ amount: amountSchema, percentOfNet: percentSchema }).strict(),
        owner: roleSchema,
      })
      .strict(),
    header: z
      .object({
        /** M14: document net against the sum of its matched lines. */
        amount: amountSchema,
        smallDifference: z.object({ amount: amountSchema, account: z.string(), costCentre: z.string() }).strict(),
      })
      .strict(),
  })
  .strict()
  .superRefine((policy, context) => {
    const seen = new Map<string, number>();
    policy.records.forEach((record, index) => {
      const scope = JSON.stringify(record.scope);
      if (seen.has(scope)) context.addIssue({ code: 'custom', path: ['records', index, 'scope'], message: `the same scope as record ${(seen.get(scope) ?? 0) + 1}: only one record may apply (M18)` });
      seen.set(scope, index);
    });
    if (!policy.records.some((record) => record.scope.level === 'global' || record.scope.level === 'company'))
      context.addIssue({ code: 'custom', path: ['records'], message: 'a record of level company or global is needed, so that every order line has one (M3)' });
  });
export type TolerancePolicy = z.infer<typeof tolerancePolicySchema>;

function hasBound(check: Record<string, unknown>): boolean {
  return Object.entries(check).some(([name, value]) => /Percent|Amount|Units/.test(name) && value !== undefined);
}
