import { z } from 'zod';

/**
 * An exact amount of money as it travels in JSON: `minor` counts the currency's smallest units
 * (cents, yen, fils) as a signed decimal integer string, so that no value ever passes through binary floating point (F7).
 * Arithmetic on it lives in `domain/rules/money.ts`.
 */
export const moneySchema = z
  .object({
    currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code of three capital letters'),
    minor: z.string().regex(/^-?(0|[1-9]\d{0,30})$/, 'a signed integer of minor units'),
  })
  .strict()
  .meta({ id: 'Money', description: 'Exact amount in minor units', example: { currency: 'EUR', minor: '1250' } });

export type Money = z.infer<typeof moneySchema>;

/** An exact decimal for unit prices, quantities, rates and percents; never money. */
export const decimalSchema = z
  .string()
  .regex(/^-?\d{1,20}(\.\d{1,20})?$/, 'a plain decimal such as 12.5')
  .meta({ id: 'Decimal', description: 'Exact decimal as text', example: '12.50' });

export type Decimal = z.infer<typeof decimalSchema>;
