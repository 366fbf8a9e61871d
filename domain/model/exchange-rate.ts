import { z } from 'zod';
import { plainDateSchema } from './dates.ts';
import { decimalSchema } from './money.ts';

/** One unit of `from` is worth `rate` units of `to`. `average` holds for the period that ends on `date`. */
export const exchangeRateSchema = z
  .object({
    schemaVersion: z.literal(1),
    from: z.string().regex(/^[A-Z]{3}$/),
    to: z.string().regex(/^[A-Z]{3}$/),
    kind: z.enum(['closing', 'average', 'historical']),
    date: plainDateSchema,
    rate: decimalSchema,
    source: z.string().optional(),
  })
  .strict()
  .meta({ id: 'ExchangeRate' });
export type ExchangeRate = z.infer<typeof exchangeRateSchema>;
