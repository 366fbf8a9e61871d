import { z } from 'zod';

/** The ERP's answers as far as Kontor reads them; status words stay open text, because a later version may know more of them. */
const decimal = z.string().regex(/^-?\d+(\.\d+)?$/);
const date = z.iso.date();

export const vendorSchema = z.object({
  vendorNo: z.string(),
  legalName: z.string(),
  searchNames: z.array(z.string()),
  corporateGroup: z.string().optional(),
  vatRegNo: z.string().optional(),
  taxNo: z.string().optional(),
  registerNo: z.string().optional(),
  partnerCodes: z.array(z.string()),
  countryCode: z.string(),
  currencyCode: z.string(),
  commodityGroup: z.string(),
  riskClass: z.string(),
  accountStatus: z.string(),
  netDays: z.number().int().nonnegative(),
  partnerFunctions: z.array(z.object({ function: z.string(), vendorNo: z.string() })),
  standardCoding: z.object({ glAccount: z.string(), costCenter: z.string() }).optional(),
  banking: z.array(
    z.object({
      bankKey: z.string(),
      revision: z.number().int().positive(),
      iban: z.string().optional(),
      accountNo: z.string().optional(),
      routingNo: z.string().optional(),
      swift: z.string().optional(),
      accountType: z.string().optional(),
      holder: z.string(),
      countryCode: z.string(),
      state: z.string(),
      changedOn: date,
      changedBy: z.string().optional(),
    }),
  ),
});
export type WireVendor = z.infer<typeof vendorSchema>;

export const orderSchema = z.object({
  orderNo: z.string(),
  vendorNo: z.string(),
  currencyCode: z.string(),
  purchaser: z.string(),
  requisitioner: z.string(),
  orderDate: date,
  releaseState: z.string(),
  deliveryCosts: z.array(z.object({ conditionType: z.string(), value: decimal })),
  items: z.array(
    z.object({
      itemNo: z.string(),
      text: z.string(),
      buyerMaterial: z.string().optional(),
      vendorMaterial: z.string().optional(),
      gtin: z.string().optional(),
      commodityGroup: z.string(),
      itemCategory: z.string(),
      verification: z.string(),
      orderedQty: decimal,
      orderUnit: z.string(),
      altUnits: z.array(z.object({ unit: z.string(), orderUnits: decimal })),
      netPrice: decimal,
      pricePer: z.string().regex(/^10*$/),
      valueLimit: decimal.optional(),
      taxRate: decimal.optional(),
      glAccount: z.string(),
      costCenter: z.string(),
      plantCode: z.string(),
      goodsRecipient: z.string(),
      itemState: z.string(),
      billing: z.array(z.object({ documentNo: z.string(), externalRef: z.string().optional(), qty: decimal, value: decimal })),
    }),
  ),
});
export type WireOrder = z.infer<typeof orderSchema>;

export const movementSchema = z.object({
  documentNo: z.string(),
  movementType: z.string(),
  orderNo: z.string(),
  itemNo: z.string(),
  qty: decimal,
  postingDate: date,
  postedBy: z.string(),
  acceptedQty: decimal.optional(),
});
export type WireMovement = z.infer<typeof movementSchema>;

export const documentSchema = z.object({
  documentNo: z.string(),
  docType: z.string(),
  status: z.string(),
  postingDate: date,
  currencyCode: z.string(),
  externalRef: z.string().optional(),
  grossValue: decimal,
  openValue: decimal,
  payBlock: z.string(),
  reversedBy: z.string().optional(),
});
export type WireDocument = z.infer<typeof documentSchema>;

/** A line of the open items before it is read as a document: without its number nobody could say whose it is. */
export const openItemSchema = z.looseObject({ documentNo: z.string().min(1) });
export type WireOpenItem = z.infer<typeof openItemSchema>;

/** Its entries are read one by one: what one of them lacks says nothing about the others. */
export const changesSchema = z.object({ items: z.array(z.unknown()), next: z.string().regex(/^\d+$/) });
export type WireChanges = z.infer<typeof changesSchema>;

export const changeKindSchema = z.object({ type: z.string() });
export const changeSchema = z.object({ seq: z.number().int(), orderNo: z.string(), at: z.iso.datetime() });

export const rateSchema = z.object({ currencyCode: z.string(), companyCurrency: z.string(), rate: decimal, validFrom: date });

export const errorSchema = z.object({ error: z.object({ code: z.string(), text: z.string() }) });

export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item) });
}
