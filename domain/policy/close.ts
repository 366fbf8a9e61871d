import { z } from 'zod';
import { plainDateSchema } from '../model/dates.ts';
import { decimalSchema, moneySchema } from '../model/money.ts';
import { reconciliationTypeSchema, riskSchema } from '../model/reconciliation.ts';

/** Sums of debits in group currency; a tier holds up to its limit, inclusive, and the last one has none (JE-3). */
export const approvalTierSchema = z.object({ upTo: moneySchema.optional(), role: z.string(), approvals: z.number().int().min(1).max(3) }).strict();

export const journalPolicySchema = z
  .object({
    name: z.string(),
    tiers: z.array(approvalTierSchema).min(1),
    /** Days on either side within which equal entries are suspected to be one (JE-4). */
    duplicateDays: z.number().int().min(0),
    unusual: z
      .object({
        /** Entries on an account, or by a person, that are fewer than this are seldom (JE-5). */
        seldomEntries: z.number().int().min(1),
        /** Letters and digits that a text needs to say something. */
        shortText: z.number().int().min(1),
        /** Days after a period end from which an entry dated in that period is late. */
        lateAfterDays: z.number().int().min(0),
        /** Entries above this multiple of what the account usually sees. */
        outlierFactor: z.number().int().min(2),
        /** How close under a tier's limit counts as just below, in percent. */
        belowTierPercent: z.number().int().min(1).max(50),
        /** Entries at or above this score are flagged, at most `flagShare` per ten thousand of all. */
        flagScore: z.number().int().min(1),
        flagShare: z.number().int().min(1).max(10_000),
      })
      .strict(),
  })
  .strict()
  .meta({ id: 'JournalPolicy' });
export type JournalPolicy = z.infer<typeof journalPolicySchema>;

export const reconciliationPolicySchema = z
  .object({
    name: z.string(),
    /** What may stay unexplained, absolute, per risk (RC-1). */
    thresholds: z.record(riskSchema, moneySchema),
    /** Approvers per risk (RC-3). */
    approvers: z.record(riskSchema, z.number().int().min(1).max(3)),
    /** Per type: the kinds of item that may be listed, and the age in days beyond which one needs a human. */
    types: z.record(reconciliationTypeSchema, z.object({ itemKinds: z.array(z.string()).min(1), ageLimitDays: z.number().int().min(1) }).strict()),
    /** Largest manual entry that still lets an account certify itself (RC-2). */
    manualJournalLimit: moneySchema,
    flux: z.object({ amount: moneySchema, percent: decimalSchema, combine: z.enum(['and', 'or']) }).strict(),
  })
  .strict()
  .meta({ id: 'ReconciliationPolicy' });
export type ReconciliationPolicy = z.infer<typeof reconciliationPolicySchema>;

/** Tolerances of one pair of companies, or of all pairs (IC-2, W9); the threshold states its currency. */
export const intercompanyPolicySchema = z
  .object({
    name: z.string(),
    tolerances: z.array(z.object({ pair: z.tuple([z.string(), z.string()]).optional(), amount: moneySchema.optional(), percent: decimalSchema.optional() }).strict()),
    /** Per pair and class, in group currency: a remainder above it blocks the group close (IC-4). */
    threshold: moneySchema,
    differenceAccount: z.string(),
    /** Who clears a difference: the side that booked later, or always the seller (IC-3). */
    owner: z.enum(['later', 'seller']),
    /** Business booked by one side in so many last days of a period is taken to be on its way to the other (IC-3). */
    transitDays: z.number().int().min(0).max(31).optional(),
  })
  .strict()
  .meta({ id: 'IntercompanyPolicy' });
export type IntercompanyPolicy = z.infer<typeof intercompanyPolicySchema>;

/** Who may do what to a close, by group of the template's people. */
export const closePolicySchema = z
  .object({
    name: z.string(),
    effectiveFrom: plainDateSchema,
    waiveGroup: z.string(),
    reopenGroup: z.string(),
    /** Needed on top once the period is soft-closed (CL-7). */
    controllerGroup: z.string(),
    /** Hours that an approval to reopen a hard-closed period stays valid (CL-10). */
    hardReopenHours: z.number().int().min(1),
  })
  .strict()
  .meta({ id: 'ClosePolicy' });
export type ClosePolicy = z.infer<typeof closePolicySchema>;

/** When receipts are expected where nobody promised a day (TF-2). */
export const forecastPolicySchema = z
  .object({
    name: z.string(),
    /** Settled invoices from which on the habit of a customer counts. */
    leastHistory: z.number().int().min(1),
    /** Days after the due date by segment of customers without a history. */
    segmentShifts: z.record(z.string(), z.number().int().min(-60).max(365)),
    /** Disputed items are left out, or count with their probability. */
    disputed: z.enum(['exclude', 'weight']),
    /** How payments on bank statements are found among the expected ones (TF-3). */
    passes: z.array(z.lazy(() => matchingPassSchema)).min(1),
  })
  .strict()
  .meta({ id: 'ForecastPolicy' });
export type ForecastPolicy = z.infer<typeof forecastPolicySchema>;

const keySchema = z
  .object({
    column: z.string(),
    /** What makes two spellings equal: case, white space, anything that is neither letter nor digit, leading zeros. */
    ignore: z.array(z.enum(['case', 'spaces', 'punctuation', 'leading-zeros'])).default([]),
  })
  .strict();

const sideSchema = z
  .object({
    /** Column of the id that people know the line by, unique in the file; absent means the line number. */
    id: z.string().optional(),
    date: z.string(),
    amount: z.string(),
    /** Column of the currency, or one currency for the whole file. */
    currency: z.union([z.object({ column: z.string() }).strict(), z.string().regex(/^[A-Z]{3}$/)]),
    /** The file shows money in where the other shows money out. */
    negate: z.boolean().default(false),
    keys: z.record(z.string(), keySchema).default({}),
  })
  .strict();

/** One way of matching, applied to what the earlier ones left open. */
export const matchingPassSchema = z
  .object({
    name: z.string().min(1),
    kind: z.enum(['one-to-one', 'many-to-one', 'one-to-many', 'many-to-many']),
    /** Names of keys that must be equal; the currency always is. */
    keys: z.array(z.string()).default([]),
    tolerance: z
      .object({ amount: decimalSchema.default('0'), percent: decimalSchema.default('0'), days: z.number().int().min(0).max(3_660).default(0) })
      .strict()
      .default({ amount: '0', percent: '0', days: 0 }),
    /** Two equally good candidates: take the lowest id, or leave both open and say so. */
    ambiguous: z.enum(['refuse', 'lowest-id']).default('refuse'),
    /** Search part of a group when the whole of it does not add up, within these bounds. */
    subset: z
      .object({ candidates: z.number().int().min(2).max(200).default(40), size: z.number().int().min(2).max(20).default(6), steps: z.number().int().min(100).max(10_000_000).default(100_000) })
      .strict()
      .optional(),
  })
  .strict();
export type MatchingPass = z.infer<typeof matchingPassSchema>;

/** Rules of one reconciliation of two files. */
export const matchingRulesSchema = z
  .object({ name: z.string(), left: sideSchema, right: sideSchema, passes: z.array(matchingPassSchema).min(1) })
  .strict()
  .meta({ id: 'MatchingRules' });
export type MatchingRules = z.infer<typeof matchingRulesSchema>;
export type MatchingSide = MatchingRules['left'];
