import { z } from 'zod';
import { plainDateSchema } from '../model/dates.ts';
import { amountSchema, header, percentSchema } from './header.ts';

const countrySchema = z.string().regex(/^[A-Z]{2}$/, 'an ISO 3166 code of two capital letters');

/** Which rates are allowed, by country of the supplier, tax category and date (T1, T3). */
export const taxPolicySchema = z
  .object({
    ...header,
    kind: z.literal('tax'),
    /** T1: allowed difference per line, and in all, in major units of the document's currency. */
    tolerance: z.object({ perLine: amountSchema, cap: amountSchema }).strict(),
    /** `to` is the last day. A country that is not listed is not judged by rate (its documents get `uncheckedCountries`). */
    rates: z.array(z.object({ country: countrySchema, category: z.string(), rate: percentSchema, from: plainDateSchema, to: plainDateSchema.optional() }).strict()).min(1),
    /** Categories of UNTDID 5305 under which no tax is charged, and whether the document must say why. */
    withoutTax: z.array(z.object({ category: z.string(), reasonRequired: z.boolean() }).strict()),
    uncheckedCountries: z.enum(['accept', 'exception']),
    /** T5: the document must carry our tax id; elsewhere our name is enough. */
    buyerTaxIdRequired: z.boolean(),
  })
  .strict()
  .superRefine((policy, context) => {
    policy.rates.forEach((rate, index) => {
      if (rate.to !== undefined && rate.to < rate.from) context.addIssue({ code: 'custom', path: ['rates', index, 'to'], message: `the rate ends on ${rate.to}, before it begins on ${rate.from}` });
    });
  });
export type TaxPolicy = z.infer<typeof taxPolicySchema>;
