import { z } from 'zod';
import { roleSchema } from '../model/person.ts';
import { header } from './header.ts';

const hoursSchema = z.number().int().min(1).max(500);

/** How long people have, in business hours of the company's calendar (A7, M17). */
export const deadlinePolicySchema = z
  .object({
    ...header,
    kind: z.literal('deadlines'),
    approval: z
      .object({
        hours: hoursSchema,
        reminderPercent: z.number().int().min(1).max(99),
        /** From the lowest to the top: whoever is asked after the one before did not act. */
        ladder: z.array(roleSchema).min(1),
        operatorQueue: roleSchema,
      })
      .strict(),
    exceptions: z
      .object({
        defaultHours: hoursSchema,
        byRole: z.array(z.object({ role: roleSchema, hours: hoursSchema }).strict()),
        /** M20: roles that may override, weakest first; an override needs a role above the submitter's. */
        overrideLadder: z.array(roleSchema).min(1),
        operatorQueue: roleSchema,
      })
      .strict(),
    /** How long an invoice may wait for its receipt before the receiver is asked, in business days. */
    receiptWaitDays: z.number().int().min(1).max(365),
  })
  .strict();
export type DeadlinePolicy = z.infer<typeof deadlinePolicySchema>;
