import { z } from 'zod';
import { instantSchema, plainDateSchema } from './dates.ts';
import { moneySchema } from './money.ts';

export const reconciliationTypeSchema = z.enum(['bank', 'sub-ledger', 'goods-received', 'intercompany', 'accrual', 'fixed-asset', 'suspense', 'other']);
export const riskSchema = z.enum(['low', 'medium', 'high']);

/** A listed difference that is carried from period to period until it clears; `since` gives its age (RC-1, CL-9). */
export const reconcilingItemSchema = z
  .object({
    id: z.string(),
    kind: z.string(),
    amount: moneySchema,
    since: plainDateSchema,
    owner: z.string().optional(),
    evidence: z.string().optional(),
    text: z.string().optional(),
  })
  .strict();
export type ReconcilingItem = z.infer<typeof reconcilingItemSchema>;

/** Who vouched for the figures, and for which figures exactly. `by` is a person or the rule that certified by itself. */
export const certificationSchema = z
  .object({
    preparedBy: z.string(),
    approvedBy: z.array(z.string()),
    automatic: z.boolean(),
    at: instantSchema,
    ledgerBalance: moneySchema,
    supportingBalance: moneySchema,
    items: moneySchema,
  })
  .strict();
export type Certification = z.infer<typeof certificationSchema>;

export const reconciliationSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string(),
    entity: z.string(),
    ledger: z.string(),
    period: z.string(),
    type: reconciliationTypeSchema,
    risk: riskSchema,
    /** One account, or a group that is explained together (RC-4). */
    accounts: z.array(z.string()).min(1),
    asOf: plainDateSchema,
    preparer: z.string(),
    ledgerBalance: moneySchema,
    supportingBalance: moneySchema,
    items: z.array(reconcilingItemSchema),
    status: z.enum(['open', 'prepared', 'certified', 'decertified']),
    certification: certificationSchema.optional(),
    /** What earlier certifications said, and what voided them (RC-3); never deleted. */
    history: z.array(
      z
        .object({
          certification: certificationSchema,
          voidedAt: instantSchema,
          field: z.enum(['ledgerBalance', 'supportingBalance', 'items']),
          old: moneySchema,
          new: moneySchema,
        })
        .strict(),
    ),
  })
  .strict()
  .meta({ id: 'Reconciliation' });
export type Reconciliation = z.infer<typeof reconciliationSchema>;
