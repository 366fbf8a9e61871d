import { z } from 'zod';

/**
 * The objects as this ERP writes them: its own names, status words, positive credit memos and price units, decimals as text.
 * Defaults let a seed name only what matters. Kontor's adapter reads them through schemas of its own.
 */
const decimal = z.string().regex(/^-?\d{1,20}(\.\d{1,20})?$/, 'a plain decimal as text');
const date = z.iso.date();
const currency = z.string().regex(/^[A-Z]{3}$/);
const account = z.string().regex(/^\d{4,10}$/, 'an account number of 4 to 10 digits');

export const companySchema = z
  .object({
    companyCode: z.string(),
    name: z.string(),
    countryCode: z.string(),
    currencyCode: currency,
    /** Postings before this day are refused; absent = nothing is closed. */
    openFrom: date.optional(),
    /** Where planned delivery costs are accrued (G4). */
    freightClearing: account.default('192000'),
    /** Company currency for one unit of the foreign one, from a day on. */
    rates: z.array(z.object({ currencyCode: currency, validFrom: date, rate: decimal }).strict()).default([]),
  })
  .strict();
export type Company = z.infer<typeof companySchema>;

export const vendorSchema = z
  .object({
    vendorNo: z.string(),
    legalName: z.string(),
    searchNames: z.array(z.string()).default([]),
    corporateGroup: z.string().optional(),
    vatRegNo: z.string().optional(),
    taxNo: z.string().optional(),
    registerNo: z.string().optional(),
    partnerCodes: z.array(z.string()).default([]),
    countryCode: z.string(),
    currencyCode: currency,
    commodityGroup: z.string().default('GENERAL'),
    riskClass: z.enum(['A', 'B', 'C']).default('A'),
    accountStatus: z.enum(['ACT', 'BLK', 'INA']).default('ACT'),
    netDays: z.number().int().nonnegative().default(30),
    partnerFunctions: z.array(z.object({ function: z.enum(['PAYEE', 'FACTOR', 'AFFIL']), vendorNo: z.string() }).strict()).default([]),
    standardCoding: z.object({ glAccount: account, costCenter: z.string() }).strict().optional(),
    banking: z
      .array(
        z
          .object({
            bankKey: z.string(),
            revision: z.number().int().positive().default(1),
            iban: z.string().optional(),
            accountNo: z.string().optional(),
            /** Routing number of the bank, where accounts have no IBAN. */
            routingNo: z.string().optional(),
            swift: z.string().optional(),
            /** Checking or savings account, where the bank's country tells them apart. */
            accountType: z.enum(['CHK', 'SAV']).optional(),
            holder: z.string(),
            countryCode: z.string(),
            /** Verified, unverified, held, closed. */
            state: z.enum(['V', 'U', 'H', 'C']).default('V'),
            changedOn: date.default('2024-01-01'),
            changedBy: z.string().optional(),
          })
          .strict(),
      )
      .default([]),
  })
  .strict();
export type Vendor = z.infer<typeof vendorSchema>;

export const orderItemSchema = z
  .object({
    itemNo: z.string(),
    text: z.string(),
    buyerMaterial: z.string().optional(),
    vendorMaterial: z.string().optional(),
    gtin: z.string().optional(),
    commodityGroup: z.string().default('GENERAL'),
    /** Stock, service, limit, consignment. */
    itemCategory: z.enum(['STD', 'SRV', 'LIM', 'KON']).default('STD'),
    /** Documents that must agree; from three on, receipts are valued and cleared through GR/IR. */
    verification: z.enum(['2W', '3W', '4W']).default('3W'),
    orderedQty: decimal,
    orderUnit: z.string().default('EA'),
    altUnits: z.array(z.object({ unit: z.string(), orderUnits: decimal }).strict()).default([]),
    /** Net price of `pricePer` order units. */
    netPrice: decimal,
    pricePer: z.enum(['1', '10', '100', '1000']).default('1'),
    valueLimit: decimal.optional(),
    taxRate: decimal.optional(),
    glAccount: account.default('620000'),
    costCenter: z.string().default('1000'),
    plantCode: z.string().default('P1'),
    goodsRecipient: z.string().default('store'),
    itemState: z.enum(['OPEN', 'DONE', 'CANC']).default('OPEN'),
  })
  .strict();
export type OrderItem = z.infer<typeof orderItemSchema>;

export const orderSchema = z
  .object({
    orderNo: z.string(),
    vendorNo: z.string(),
    currencyCode: currency,
    purchaser: z.string().default('buyer'),
    requisitioner: z.string().default('requester'),
    orderDate: date.default('2026-01-15'),
    releaseState: z.enum(['DRAFT', 'REL', 'CLSD', 'CANC']).default('REL'),
    deliveryCosts: z.array(z.object({ conditionType: z.string(), value: decimal }).strict()).default([]),
    items: z.array(orderItemSchema).min(1),
  })
  .strict();
export type Order = z.infer<typeof orderSchema>;

export const orderChangeSchema = z
  .object({
    releaseState: z.enum(['DRAFT', 'REL', 'CLSD', 'CANC']).optional(),
    item: z
      .object({ itemNo: z.string(), netPrice: decimal.optional(), orderedQty: decimal.optional(), itemState: z.enum(['OPEN', 'DONE', 'CANC']).optional() })
      .strict()
      .optional(),
  })
  .strict();
export type OrderChange = z.infer<typeof orderChangeSchema>;

/** 101 receives goods or services, 122 returns them to the vendor; the quantity is positive in both. */
export const movementSchema = z
  .object({
    movementType: z.enum(['101', '122']),
    orderNo: z.string(),
    itemNo: z.string(),
    qty: decimal.refine((qty) => /[1-9]/.test(qty) && !qty.startsWith('-'), 'a positive quantity'),
    postingDate: date,
    postedBy: z.string().default('store'),
    deliveryNote: z.string().optional(),
    /** For 4W items, once inspected: what was accepted of a receipt. */
    acceptedQty: decimal.optional(),
  })
  .strict();
export type Movement = z.infer<typeof movementSchema>;

export const inspectionSchema = z.object({ acceptedQty: decimal }).strict();

/** An item of an invoice: order item, general ledger account, delivery costs, small difference. */
export const invoiceItemSchema = z
  .object({
    itemType: z.enum(['PO', 'GL', 'DC', 'SD']),
    orderNo: z.string().optional(),
    itemNo: z.string().optional(),
    /** Absent on an order item = value only (subsequent debit or credit). */
    qty: decimal.optional(),
    glAccount: account,
    costCenter: z.string().optional(),
    netValue: decimal,
    text: z.string().optional(),
  })
  .strict();
export type InvoiceItem = z.infer<typeof invoiceItemSchema>;

/** INV is an invoice, CRM a credit memo; amounts and quantities of a credit memo are positive and mean the opposite. */
export const invoiceSchema = z
  .object({
    docType: z.enum(['INV', 'CRM']),
    externalRef: z.string().optional(),
    traceRef: z.string().optional(),
    vendorNo: z.string(),
    vendorInvoiceNo: z.string(),
    documentDate: date,
    postingDate: date,
    netDueDate: date,
    currencyCode: currency,
    items: z.array(invoiceItemSchema).min(1),
    taxes: z.array(z.object({ taxCode: z.string(), rate: decimal.optional(), baseValue: decimal, taxValue: decimal }).strict()).default([]),
    grossValue: decimal,
    payableValue: decimal,
    payBlock: z.enum(['', 'R']).default(''),
    payToBank: z.string().optional(),
  })
  .strict();
export type Invoice = z.infer<typeof invoiceSchema>;

export const reversalSchema = z.object({ externalRef: z.string().optional(), traceRef: z.string().optional(), reason: z.string() }).strict();
/** Money that left: documents with the signed amounts that it settles; credit memos are negative. */
export const outgoingPaymentSchema = z
  .object({
    externalRef: z.string().optional(),
    traceRef: z.string().optional(),
    vendorNo: z.string(),
    postingDate: date,
    currencyCode: currency,
    bankRef: z.string(),
    settles: z.array(z.object({ documentNo: z.string(), amount: decimal, discount: decimal.default('0'), withheld: decimal.default('0') }).strict()).min(1),
  })
  .strict();
export type OutgoingPayment = z.infer<typeof outgoingPaymentSchema>;

export const payBlockSchema = z.object({ externalRef: z.string().optional(), traceRef: z.string().optional(), payBlock: z.enum(['', 'R']) }).strict();

/** What `POST /_sandbox/seed` and the files in `sandbox/seed/` hold, for one company. */
export const seedSchema = z
  .object({
    companyCode: z.string(),
    company: companySchema.omit({ companyCode: true }).optional(),
    vendors: z.array(vendorSchema).default([]),
    orders: z.array(orderSchema).default([]),
    movements: z.array(movementSchema).default([]),
  })
  .strict();
export type Seed = z.infer<typeof seedSchema>;
