import { z } from 'zod';
import { plainDateSchema } from './dates.ts';

const percentSchema = z.string().regex(/^(100(\.0+)?|\d{1,2}(\.\d{1,10})?)$/, 'a percentage from 0 to 100');
const amountSchema = z.string().regex(/^-?\d{1,20}(\.\d{1,6})?$/, 'an amount such as 1234.50');
/** People write 80 as well as '80': both are read as the same text. */
const text = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (typeof value === 'number' ? String(value) : value), schema);

/** A movement of an equity account and the rate that it keeps for ever: given, or the historical rate of its date (IC-5). */
export const equityLayerSchema = z.object({ amount: text(amountSchema), date: plainDateSchema, rate: text(z.string().regex(/^\d{1,12}(\.\d{1,12})?$/)).optional() }).strict();

/** What a group is made of and how it is consolidated. Amounts of an entity are in its own currency, debit positive. */
export const groupSchema = z
  .object({
    schemaVersion: z.literal(1),
    name: z.string(),
    currency: z.string().regex(/^[A-Z]{3}$/),
    period: z.string(),
    /** Paths of files, relative to the group file. */
    accounts: z.string(),
    rates: z.string(),
    /** Accounts of the group chart that consolidation itself posts to. */
    posting: z
      .object({
        translationDifference: text(z.string()),
        broughtForward: text(z.string()),
        goodwill: text(z.string()),
        minorityInterest: text(z.string()),
        minorityResult: text(z.string()),
      })
      .strict(),
    entities: z
      .array(
        z
          .object({
            id: z.string(),
            currency: z.string().regex(/^[A-Z]{3}$/),
            journal: z.string(),
            /** History of every account that is translated at historical rates, by partner where it has one. */
            history: z.array(z.object({ account: text(z.string()), partner: z.string().default(''), layers: z.array(equityLayerSchema).min(1) }).strict()).default([]),
          })
          .strict(),
      )
      .min(1),
    /** Who owns what share of whom since when, and the child's equity on that day, as debit-positive balances. */
    holdings: z
      .array(
        z
          .object({
            parent: z.string(),
            child: z.string(),
            percent: text(percentSchema),
            acquired: plainDateSchema,
            investmentAccount: text(z.string()),
            equityAtAcquisition: z.array(z.object({ account: text(z.string()), amount: text(amountSchema) }).strict()).min(1),
          })
          .strict(),
      )
      .default([]),
    /** Goods sold within the group that the buyer still holds in part; amounts in group currency (IC-4). */
    intragroupSales: z
      .array(
        z
          .object({
            seller: z.string(),
            buyer: z.string(),
            revenueAccount: text(z.string()),
            costAccount: text(z.string()),
            inventoryAccount: text(z.string()),
            price: text(amountSchema),
            cost: text(amountSchema),
            /** Part of the price that is still in the buyer's stock. */
            held: text(amountSchema),
          })
          .strict(),
      )
      .default([]),
    /** Path of the intercompany policy; absent means the installation's. */
    intercompanyPolicy: z.string().optional(),
    /** Differences above the threshold that a controller accepted, by pair and class. */
    approvedDifferences: z.array(z.object({ pair: z.tuple([z.string(), z.string()]), class: z.string(), by: z.string(), reason: z.string().min(1) }).strict()).default([]),
  })
  .strict()
  .meta({ id: 'Group' });
export type Group = z.infer<typeof groupSchema>;
export type Holding = Group['holdings'][number];
export type IntragroupSale = Group['intragroupSales'][number];
