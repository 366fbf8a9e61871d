import { z } from 'zod';
import { instantSchema, recordedDateSchema } from './dates.ts';
import { moneySchema } from './money.ts';

/** One accepted document (or one request) and all that happens to it. The id is the API's id and part of the workflow id. */
export const caseSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string().meta({ example: 'DE01-26-000123' }),
    entity: z.string(),
    process: z.string(),
    workflowId: z.string(),
    channel: z.string(),
    submitter: z.string(),
    correlationId: z.string(),
    documentVersion: z.number().int().positive(),
    documentHash: z.string(),
    documentClass: z.enum(['invoice', 'credit-note']).optional(),
    documentNumber: z.string().optional(),
    issueDate: recordedDateSchema.optional(),
    dueDate: recordedDateSchema.optional(),
    sellerName: z.string().optional(),
    supplierId: z.string().optional(),
    gross: moneySchema.optional(),
    payable: moneySchema.optional(),
    orderNumbers: z.array(z.string()),
    state: z.string(),
    stage: z.string(),
    outcome: z.string().optional(),
    awaitingRoles: z.array(z.string()),
    exceptionCodes: z.array(z.string()),
    owner: z.string().optional(),
    dueAt: instantSchema.optional(),
    onHold: z.boolean(),
    /** Rises with every change of the case; lists use it to notice changes. */
    revision: z.number().int().nonnegative(),
    acceptedAt: instantSchema,
    matchedAt: instantSchema.optional(),
    approvedAt: instantSchema.optional(),
    postedAt: instantSchema.optional(),
    paidAt: instantSchema.optional(),
    closedAt: instantSchema.optional(),
    updatedAt: instantSchema,
  })
  .strict()
  .meta({ id: 'Case' });
export type Case = z.infer<typeof caseSchema>;

/** How two cases belong together. */
export const caseLinkSchema = z.object({ otherCase: z.string(), kind: z.enum(['duplicate-of', 'corrects', 'credits', 'resubmits']) }).strict();
export type CaseLink = z.infer<typeof caseLinkSchema>;
