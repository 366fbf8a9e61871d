import { z } from 'zod';
import { instantSchema } from './dates.ts';
import { actionCodes, reasonCodes } from './finding.ts';
import { roleSchema } from './person.ts';

/** A case that stands still for a reason, or a document that was refused at intake: with an owner and a due date. */
export const exceptionCaseSchema = z
  .object({
    schemaVersion: z.literal(1),
    id: z.string(),
    entity: z.string(),
    /** Absent for a document that was refused at intake: it has no process. */
    case: z.string().optional(),
    workflowId: z.string().optional(),
    origin: z.enum(['process', 'intake', 'technical', 'payment']),
    /** Our own code, from the catalogue or from the match result. */
    code: z.string(),
    reasonCode: z.enum(reasonCodes),
    actionCode: z.enum(actionCodes).optional(),
    title: z.string(),
    findings: z.array(z.record(z.string(), z.unknown())),
    suggestion: z.string().optional(),
    ownerRole: roleSchema,
    ownerPerson: z.string().optional(),
    level: z.number().int().nonnegative(),
    dueAt: instantSchema,
    documentHash: z.string().optional(),
    decisionHash: z.string().optional(),
    /** For intake: channel, message id, hash of the kept bytes, format, place of the fault. */
    source: z.record(z.string(), z.unknown()),
    state: z.enum(['open', 'resolved', 'cancelled']),
    /** correct, override (M20), reject, retry … */
    resolution: z.string().optional(),
    resolutionDetail: z.record(z.string(), z.unknown()).optional(),
    resolvedBy: z.string().optional(),
    createdAt: instantSchema,
    resolvedAt: instantSchema.optional(),
  })
  .strict()
  .meta({ id: 'ExceptionCase' });
export type ExceptionCase = z.infer<typeof exceptionCaseSchema>;
