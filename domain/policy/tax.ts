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
    /** T4: in a country that is not listed, what all taxes of a document together may be of its net amount. */
    uncheckedUpToPercent: percentSchema.optional(),
    /**
     * T6: what is kept back at payment for the tax office; the first rule that fits counts. A rule fits whom all of its lists name, on
     * the day of execution; `exempt` names certificates and the last day on which they count. `base` is the part of the document's
     * amount before or after tax that is paid.
     */
    withholding: z
      .array(
        z
          .object({
            id: z.string().regex(/^[A-Z0-9-]{2,20}$/, 'a short code such as DE-50A'),
            name: z.string().min(1).max(80),
            rate: percentSchema,
            base: z.enum(['gross', 'net']),
            countries: z.array(countrySchema).min(1).optional(),
            categories: z.array(z.string()).min(1).optional(),
            suppliers: z.array(z.string()).min(1).optional(),
            exempt: z.array(z.object({ supplier: z.string(), until: plainDateSchema }).strict()).optional(),
            from: plainDateSchema,
            to: plainDateSchema.optional(),
          })
          .strict(),
      )
      .optional(),
    /** T5: the document must carry our tax id; elsewhere our name is enough. */
    buyerTaxIdRequired: z.boolean(),
  })
  .strict()
  .superRefine((policy, context) => {
    policy.withholding?.forEach(({ rate, from, to, countries, categories, suppliers }, index) => {
      if (Number(rate) <= 0 || Number(rate) >= 100) context.addIssue({ code: 'custom', path: ['withholding', index, 'rate'], message: 'a rate above 0 and below 100' });
      if (to !== undefined && to < from) context.addIssue({ code: 'custom', path: ['withholding', index, 'to'], message: `the rule ends on ${to}, before it begins on ${from}` });
      if (!countries && !categories && !suppliers) context.addIssue({ code: 'custom', path: ['withholding', index], message: 'the rule names nobody: give countries, categories or suppliers' });
    });
    policy.rates.forEach((rate, index) => {
      if (rate.to !== undefined && rate.to < rate.from) context.addIssue({ code: 'custom', path: ['rates', index, 'to'], message: `the rate ends on ${rate.to}, before it begins on ${rate.from}` });
    });
  });
export type TaxPolicy = z.infer<typeof taxPolicySchema>;
