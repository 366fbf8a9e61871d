import { z } from 'zod';
import { plainDateSchema } from './dates.ts';
import { decimalSchema, moneySchema } from './money.ts';

/** Quantity and value already invoiced on a line by one document in the ERP; `externalReference` tells ours from others' (M9). */
export const invoicedQuantitySchema = z
  .object({ externalReference: z.string().optional(), quantity: decimalSchema, value: moneySchema })
  .strict();

export const purchaseOrderLineSchema = z
  .object({
    id: z.string(),
    description: z.string(),
    buyerItemId: z.string().optional(),
    sellerItemId: z.string().optional(),
    standardItemId: z.string().optional(),
    category: z.string(),
    /** `goods` are matched by quantity, `service` and `limit` by amount (M16), `consignment` expects no invoice (R4). */
    kind: z.enum(['goods', 'service', 'limit', 'consignment']),
    matching: z.enum(['two-way', 'three-way', 'four-way']),
    quantity: decimalSchema,
    unit: z.string(),
    /** Conversion of other units into the order unit: one of `unit` holds `factor` order units (t12). */
    unitFactors: z.array(z.object({ unit: z.string(), factor: decimalSchema }).strict()),
    /** Net price of one order unit. */
    unitPrice: decimalSchema,
    /** For `limit` and `service` lines: the amount that may be billed in all. */
    limit: moneySchema.optional(),
    taxRate: decimalSchema.optional(),
    account: z.string(),
    costCentre: z.string(),
    plant: z.string(),
    receiver: z.string(),
    status: z.enum(['open', 'closed', 'cancelled']),
    invoiced: z.array(invoicedQuantitySchema),
  })
  .strict();
export type PurchaseOrderLine = z.infer<typeof purchaseOrderLineSchema>;

export const purchaseOrderSchema = z
  .object({
    schemaVersion: z.literal(1),
    number: z.string(),
    entity: z.string(),
    supplierId: z.string(),
    currency: z.string(),
    /** Person id of the buyer: owner of price exceptions (M17). */
    buyer: z.string(),
    requester: z.string(),
    orderedOn: plainDateSchema,
    status: z.enum(['draft', 'approved', 'closed', 'cancelled']),
    /** Freight and the like that was agreed with the order (M13). */
    plannedCharges: z.array(z.object({ code: z.string(), amount: moneySchema }).strict()),
    lines: z.array(purchaseOrderLineSchema),
  })
  .strict()
  .meta({ id: 'PurchaseOrder' });
export type PurchaseOrder = z.infer<typeof purchaseOrderSchema>;
