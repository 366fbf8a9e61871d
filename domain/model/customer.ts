import { z } from 'zod';

/** Somebody who owes: names under which it pays are kept beside its own, accounts are learned or confirmed (CA-13). */
export const customerSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string().min(1),
    name: z.string().min(1),
    aliases: z.array(z.string().min(1)),
    /** Customers whose items this one may pay, each by an approved relation. */
    mayPayFor: z.array(z.string().min(1)),
    /** What a short payment above tolerance becomes for this customer (CA-8); absent: the company's rule. */
    shortPayment: z.enum(['partial', 'residual']).optional(),
  })
  .strict()
  .meta({ id: 'Customer' });
export type Customer = z.infer<typeof customerSchema>;
