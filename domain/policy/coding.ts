import { z } from 'zod';
import { plainDateSchema } from '../model/dates.ts';
import { header } from './header.ts';

const targetSchema = z.object({ account: z.string(), costCentre: z.string() }).strict();

/** Where lines without an order are booked: the first rule that applies, else the supplier's default, else a person codes it. */
export const codingPolicySchema = z
  .object({
    ...header,
    kind: z.literal('coding'),
    accounts: z.array(z.object({ id: z.string(), name: z.string() }).strict()).min(1),
    costCentres: z.array(z.object({ id: z.string(), name: z.string(), owner: z.string(), from: plainDateSchema.optional(), to: plainDateSchema.optional() }).strict()).min(1),
    /** Unplanned freight, handling and the like (M13). */
    charges: targetSchema,
    /** Agreed delivery costs clear through their own account (G4). */
    plannedCharges: z.object({ account: z.string() }).strict(),
    rules: z.array(
      z
        .object({
          id: z.string().min(1),
          when: z
            .object({ supplier: z.string().optional(), category: z.string().optional(), buyerAccounting: z.string().optional(), textContains: z.string().min(3).optional() })
            .strict()
            .refine((when) => Object.values(when).some((value) => value !== undefined), 'a rule needs a condition; the supplier default covers the rest'),
          use: targetSchema,
        })
        .strict(),
    ),
  })
  .strict()
  .superRefine((policy, context) => {
    const accounts = new Set(policy.accounts.map((account) => account.id));
    const costCentres = new Set(policy.costCentres.map((centre) => centre.id));
    const check = (target: { account: string; costCentre?: string }, path: (string | number)[]): void => {
      if (!accounts.has(target.account)) context.addIssue({ code: 'custom', path: [...path, 'account'], message: `account ${target.account} is not in the list of accounts` });
      if (target.costCentre !== undefined && !costCentres.has(target.costCentre)) context.addIssue({ code: 'custom', path: [...path, 'costCentre'], message: `cost centre ${target.costCentre} is not in the list of cost centres` });
    };
    check(policy.charges, ['charges']);
    check(policy.plannedCharges, ['plannedCharges']);
    policy.rules.forEach((rule, index) => check(rule.use, ['rules', index, 'use']));
  });
export type CodingPolicy = z.infer<typeof codingPolicySchema>;
