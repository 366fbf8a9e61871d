import { z } from 'zod';
import { plainDateSchema } from './dates.ts';
import { moneySchema, type Money } from './money.ts';

export const cashFlowKindSchema = z.enum(['receivable', 'payable', 'payroll', 'tax', 'debt', 'intercompany']);

const amountText = z.string().regex(/^-?\d{1,20}(\.\d{1,6})?$/, 'an amount such as -1234.50');
/** People write 80 as well as '80': both are read as the same text. */
const text = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (typeof value === 'number' ? String(value) : value), schema);
const percentText = z.string().regex(/^-?\d{1,4}(\.\d{1,6})?$/, 'a percentage such as 12.5');

/** One row of the file of expected payments: amounts as written, positive comes in and negative goes out. */
export const forecastRowSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string().min(1),
    entity: z.string().min(1),
    bank: z.string().min(1),
    kind: cashFlowKindSchema,
    category: z.string().optional(),
    currency: z.string().regex(/^[A-Z]{3}$/, 'a currency such as EUR'),
    amount: amountText,
    partner: z.string().default(''),
    segment: z.string().default(''),
    reference: z.string().default(''),
    invoiceDate: plainDateSchema.optional(),
    dueDate: plainDateSchema.optional(),
    promiseDate: plainDateSchema.optional(),
    promiseCredible: z.enum(['yes', 'no']).default('no'),
    /** Of an approved payment run. */
    runDate: plainDateSchema.optional(),
    contractDate: plainDateSchema.optional(),
    /** Present where the item is disputed: how likely it is paid, in percent. */
    disputed: z.string().regex(/^(100|\d{1,2})(\.\d{1,4})?$/, 'a percentage from 0 to 100').optional(),
    status: z.enum(['estimated', 'confirmed', 'actual']).default('estimated'),
    actualDate: plainDateSchema.optional(),
    actualAmount: amountText.optional(),
  })
  .strict();
export type ForecastRow = z.infer<typeof forecastRowSchema>;

/** A payment that is expected or has come: in exactly one state (TF-3). */
export interface CashItem extends Omit<ForecastRow, 'schemaVersion' | 'currency' | 'amount' | 'category' | 'actualDate' | 'actualAmount'> {
  readonly category: string;
  readonly amount: Money;
  /** Days by which a scenario moves it. */
  readonly delayDays?: number;
  readonly actual?: { readonly date: string; readonly amount: Money };
}

/** A change of what is expected, by name; members narrow what it touches, absent ones do not. */
const deltaSchema = z
  .object({
    kind: cashFlowKindSchema.optional(),
    category: z.string().optional(),
    entity: z.string().optional(),
    partner: z.string().optional(),
    /** Of the amount: −20 makes it a fifth smaller. */
    percent: text(percentText).optional(),
    /** Days later, or earlier. */
    days: z.number().int().min(-365).max(365).optional(),
  })
  .strict();
export type ForecastDelta = z.infer<typeof deltaSchema>;

/** What a forecast is made of. Paths are relative to the file. */
export const forecastSchema = z
  .object({
    schemaVersion: z.literal(1),
    name: z.string(),
    /** Of the group view. */
    currency: z.string().regex(/^[A-Z]{3}$/),
    /** The first week is the one that holds it. */
    today: plainDateSchema,
    weeks: z.number().int().min(1).max(53).default(13),
    items: z.string(),
    rates: z.string().optional(),
    /** The one day whose closing rates make the group view (TF-1). */
    rateDate: plainDateSchema,
    /** Settled invoices of customers, from which their habits are read. */
    history: z.string().optional(),
    banks: z
      .array(z.object({ entity: z.string(), bank: z.string(), currency: z.string().regex(/^[A-Z]{3}$/), statement: z.object({ date: plainDateSchema, closing: text(amountText), balanced: z.boolean() }).strict().optional() }).strict())
      .min(1),
    /** Least closing balance of an account, of an entity, or of the group where neither is named; a covenant is a minimum with a name. */
    minimums: z.array(z.object({ name: z.string(), entity: z.string().optional(), bank: z.string().optional(), amount: moneySchema }).strict()).default([]),
    scenarios: z.array(z.object({ name: z.string().min(1), deltas: z.array(deltaSchema).min(1) }).strict()).default([]),
  })
  .strict()
  .meta({ id: 'CashForecast' });
export type ForecastFile = z.infer<typeof forecastSchema>;
export type Minimum = ForecastFile['minimums'][number];

/** What was expected at one time, kept as it was: later forecasts and what really happened are held against it (TF-4). */
export const forecastSnapshotSchema = z
  .object({
    schemaVersion: z.literal(1),
    name: z.string(),
    /** Mondays of its weeks. */
    weeks: z.array(plainDateSchema).min(1),
    entries: z.array(z.object({ item: z.string(), category: z.string(), week: z.number().int().min(0), amount: moneySchema }).strict()),
  })
  .strict()
  .meta({ id: 'ForecastSnapshot' });
export type ForecastSnapshot = z.infer<typeof forecastSnapshotSchema>;
