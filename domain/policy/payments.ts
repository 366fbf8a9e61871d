import { z } from 'zod';
import { weekdaySchema } from './calendar.ts';
import { amountSchema, currencySchema, header, limitSchema, percentSchema } from './header.ts';

const clockSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "14:30"');

/** When a company pays, what it pays early for, who approves and releases, and what holds a payment back (P1–P12). */
export const paymentPolicySchema = z
  .object({
    ...header,
    kind: z.literal('payments'),
    currency: currencySchema,
    /** Payment runs start at this time of these weekdays in the company's zone, on days on which the bank settles. */
    schedule: z.object({ weekdays: z.array(weekdaySchema).min(1), at: clockSchema }).strict(),
    /** In the company's zone. A file that leaves before it counts for the day; one that leaves at it or later counts for the next business day of the bank. */
    cutOff: clockSchema,
    /** P2: days after the date that still count, by kind; and where a net date on a day off moves to. A discount date always moves back. */
    grace: z.object({ discountDays: z.number().int().min(0).max(10), netDays: z.number().int().min(0).max(10) }).strict(),
    netDateOnDayOff: z.enum(['previous', 'next']),
    /** P4: a tier is taken from this rate on, if its yearly yield reaches the hurdle; base and rounding of the discount. */
    discount: z.object({ minimumPercent: percentSchema, hurdlePercent: percentSchema, base: z.enum(['gross', 'net']) }).strict(),
    /** P11: smaller payments wait for more; `perCurrency` in units of that currency. Limits in the policy's currency. */
    minimumPayment: z.record(currencySchema, amountSchema),
    limits: z.object({ run: amountSchema, supplier: amountSchema, account: amountSchema }).strict(),
    /** P12 */
    duplicateWindowDays: z.number().int().min(1).max(60),
    /** P9: business days for which a new or changed account waits. */
    coolingOffBusinessDays: z.number().int().min(0).max(30),
    /** P1, P10: a screening result that is older does not count any more, and the next run asks again. Calendar days of the company; with 0 it counts on its own day only. */
    screeningValidDays: z.number().int().min(0).max(30),
    methods: z.array(z.object({ currency: currencySchema, method: z.enum(['sepa', 'credit-transfer', 'ach']), serviceLevel: z.string().optional(), chargeBearer: z.enum(['SLEV', 'SHAR', 'DEBT', 'CRED']) }).strict()).min(1),
    /** P6: who approves and who releases; above `secondReleaseAbove` a second person has to release too. */
    roles: z.object({ approve: z.string(), release: z.string(), edit: z.string() }).strict(),
    secondReleaseAbove: amountSchema,
    /** P8: a transfer without a word from the bank this many business days after the cut-off of the day on which the bank executes it becomes a case. */
    silenceBusinessDays: z.number().int().min(1).max(10),
    /** Business hours that approver and releaser have each, and never longer than to the cut-off of the day for which they decide. */
    decisionHours: z.number().int().min(1).max(80),
    maximumItems: limitSchema,
  })
  .strict();
export type PaymentPolicy = z.infer<typeof paymentPolicySchema>;
