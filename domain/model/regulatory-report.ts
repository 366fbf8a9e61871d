import { z } from 'zod';
import { instantSchema } from './dates.ts';
import { moneySchema, type Money } from './money.ts';

const cellId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$/, 'letters, digits, dot, dash and underscore');

/** What a cell shows: a figure of the statements by its id, or a sum of other cells, a minus before those to take off. */
const cellSchema = z
  .object({ id: cellId, label: z.string().min(1), figure: z.string().optional(), sum: z.array(z.string().regex(/^-?[A-Za-z0-9][A-Za-z0-9._-]*$/)).min(1).optional() })
  .strict()
  .refine((cell) => (cell.figure === undefined) !== (cell.sum === undefined), 'give either the figure or the sum');

/** A return to an authority: its cells, what must hold among them, and what they are reconciled with (RR-1 to RR-3). */
export const reportDefinitionSchema = z
  .object({
    schemaVersion: z.literal(1),
    name: z.string().min(1),
    version: z.number().int().min(1),
    entity: z.string().default('main'),
    ledger: z.string().default('main'),
    cells: z.array(cellSchema).min(1),
    /** left = right within the tolerance, in minor units of the report; a broken `error` keeps it from being submitted. */
    validations: z.array(z.object({ id: cellId, text: z.string(), severity: z.enum(['error', 'warn']), left: z.array(z.string()).min(1), right: z.array(z.string()).default([]), relation: z.enum(['equal', 'at-least']).default('equal'), tolerance: moneySchema.optional() }).strict()).default([]),
    /** Cells that must agree with the ledger before submission, within the threshold (RR-2). */
    controls: z.array(z.object({ cell: cellId, figure: z.string() }).strict()).min(1),
    threshold: moneySchema,
    /** Business days after the period end, on the calendar of the authority. */
    deadline: z.object({ workday: z.number().int().min(1).max(260), time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/), timeZone: z.string(), weekend: z.array(z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5), z.literal(6), z.literal(7)])), holidays: z.array(z.string()) }).strict(),
    /** Values that people set instead of the computed ones; listed with every report. */
    overrides: z.array(z.object({ cell: cellId, amount: moneySchema, by: z.string().min(1), approvedBy: z.string().min(1), reason: z.string().min(1) }).strict()).default([]),
  })
  .strict()
  .meta({ id: 'ReportDefinition' });
export type ReportDefinition = z.infer<typeof reportDefinitionSchema>;

/** One version of a report as it went to the authority; none is ever changed (RR-3). */
export const submissionSchema = z
  .object({
    report: z.string(),
    period: z.string(),
    version: z.number().int().min(1),
    at: instantSchema,
    late: z.boolean(),
    /** What the authority gave for it. */
    receipt: z.string().min(1),
    definition: z.number().int(),
    cells: z.array(z.object({ id: z.string(), amount: moneySchema }).strict()),
  })
  .strict()
  .meta({ id: 'ReportSubmission' });
export type Submission = z.infer<typeof submissionSchema>;

export type Override = ReportDefinition['overrides'][number];

export interface ReportCell {
  readonly id: string;
  readonly label: string;
  readonly amount: Money;
  /** What the formula gives; differs from `amount` where it is overridden. */
  readonly computed: Money;
  readonly override?: Override;
  /** Version of the definition, and the figures or cells that it rests on: each opens down to its lines (RR-1). */
  readonly formula: { readonly version: number; readonly of: readonly string[] };
}
