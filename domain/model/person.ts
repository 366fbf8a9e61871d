import { z } from 'zod';
import { instantSchema } from './dates.ts';
import { moneySchema } from './money.ts';

/** A role as the approval matrix and the exception routing name it. */
export const roleSchema = z.string().regex(/^[a-z][a-z0-9-]{1,40}$/);

/** A person who may act. Two log-ins of one human share `employeeId`: duties are separated by human (guarantee 5). */
export const personSchema = z
  .object({
    id: z.string(),
    employeeId: z.string(),
    name: z.string(),
    active: z.boolean(),
    /** Roles per legal entity; `*` for all. A role may be limited to an amount in the company currency (A1, inclusive). */
    roles: z.array(z.object({ entity: z.string(), role: roleSchema, limit: moneySchema.optional(), costCentres: z.array(z.string()).optional() }).strict()),
    manager: z.string().optional(),
  })
  .strict()
  .meta({ id: 'Person' });
export type Person = z.infer<typeof personSchema>;

/** `delegate` acts for `delegator` within [from, to), scope and cap; never transitive (A6). */
export const delegationSchema = z
  .object({
    id: z.string(),
    delegator: z.string(),
    delegate: z.string(),
    from: instantSchema,
    to: instantSchema,
    entity: z.string().optional(),
    cap: moneySchema.optional(),
  })
  .strict()
  .meta({ id: 'Delegation' });
export type Delegation = z.infer<typeof delegationSchema>;
