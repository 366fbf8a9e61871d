import { z } from 'zod';
import { plainDateSchema } from '../model/dates.ts';

/** Name of a policy, as `policies:` of a company's file refers to it. */
export const policyNameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{1,60}$/, 'lower-case letters, digits and hyphens, as in `standard-eur`');

/** What every policy file begins with. The stored version is `name@sha256`; it counts from `effectiveFrom` once two persons activated it. */
export const header = {
  schemaVersion: z.literal(1),
  name: policyNameSchema,
  /** Who answers for its content. */
  owner: z.string().min(1),
  effectiveFrom: plainDateSchema,
  description: z.string().optional(),
};

/** A limit in a policy file: percent, units or an amount in the policy's currency, as text so that it stays exact. */
export const limitSchema = z.string({ error: 'a decimal in quotes is needed, such as "12.50"' }).regex(/^\d{1,15}(\.\d{1,10})?$/, 'a plain decimal of 0 or more, in quotes, such as "12.50"');
export const percentSchema = limitSchema;
export const amountSchema = limitSchema;
export const currencySchema = z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code of three capital letters');
