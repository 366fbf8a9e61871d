import { z } from 'zod';
import { instantSchema, plainDateSchema } from './dates.ts';
import { moneySchema, type Money } from './money.ts';

const idSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$/, 'letters, digits, dot, dash and underscore');
const timeSchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 17:00');
const weekdaySchema = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5), z.literal(6), z.literal(7)]);

/** WD+n counts business days from the period end on the entity's calendar; WD+0 is its last business day (CL-2). */
const workdaySchema = z.object({ workday: z.number().int().min(-60).max(260), time: timeSchema }).strict();

export const taskKindSchema = z.enum(['manual', 'automated', 'event', 'reconciliation', 'journal', 'approval', 'milestone']);
export type TaskKind = z.infer<typeof taskKindSchema>;

/** A task as the template describes it, once for all entities that have it (CL-1 to CL-6). */
export const taskTemplateSchema = z
  .object({
    id: idSchema,
    title: z.string().min(1),
    kind: taskKindSchema,
    /** Keys of entities that have the task; absent means all. */
    entities: z.array(idSchema).min(1).optional(),
    /** Person or group; `{entity}` stands for the entity's key. Milestones and system tasks may go without. */
    owner: z.string().optional(),
    reviewer: z.string().optional(),
    secondReviewer: z.string().optional(),
    /** Task of the same entity that this one is a part of: done when all its parts are (CL-3). */
    parent: idSchema.optional(),
    /** Tasks to wait for: `id` in the same entity, `KEY/id` in another, `*` for KEY in every entity that has it. */
    after: z.array(z.string()).default([]),
    /** The same, but only warned about (CL-3). */
    softAfter: z.array(z.string()).default([]),
    due: workdaySchema,
    /** Not begun before this time, whatever is done. */
    earliest: workdaySchema.optional(),
    /** Expected work in minutes of the entity's working hours; of the clock for automated tasks. */
    minutes: z.number().int().min(0).max(100_000),
    /** Names of attachments or system proofs without which it is not done (CL-6). */
    evidence: z.array(z.string()).default([]),
    /** A difference up to it needs no work of the owner: the task goes straight to its reviewer, or is done where it has none. */
    materiality: moneySchema.optional(),
    /** Figures it rests on; a changed value makes it stale (CL-8). `{entity}` stands for the entity's key. */
    inputs: z.array(z.string()).default([]),
    /** For kind `event`: the name of what it waits for. */
    event: z.string().optional(),
    /** A hard close needs all mandatory tasks (CL-10). */
    mandatory: z.boolean().default(true),
  })
  .strict();
export type TaskTemplate = z.infer<typeof taskTemplateSchema>;

export const closeTemplateSchema = z
  .object({
    schemaVersion: z.literal(1),
    name: z.string().min(1),
    version: z.number().int().min(1),
    calendars: z.record(z.string(), z.object({ weekend: z.array(weekdaySchema), holidays: z.array(plainDateSchema) }).strict()),
    /** Who can own and review; `manager` is told when something is overdue (CL-11). */
    people: z.record(z.string(), z.object({ groups: z.array(z.string()).default([]), manager: z.string().optional() }).strict()),
    entities: z
      .array(
        z
          .object({
            /** Name within the template; absent means the id of the entity. Needed where one entity closes two ledgers. */
            key: idSchema.optional(),
            id: idSchema,
            ledger: z.string().default('main'),
            calendar: z.string(),
            timeZone: z.string(),
            workingHours: z.object({ from: timeSchema, to: timeSchema }).strict().default({ from: '09:00', to: '17:00' }),
          })
          .strict(),
      )
      .min(1),
    tasks: z.array(taskTemplateSchema).min(1),
  })
  .strict()
  .meta({ id: 'CloseTemplate' });
export type CloseTemplate = z.infer<typeof closeTemplateSchema>;

/** A task of one period, entity and ledger: references resolved, dates fixed, deaf to later versions of the template (CL-1). */
export interface CloseTask {
  /** `KEY/id`. */
  readonly id: string;
  readonly title: string;
  readonly kind: TaskKind;
  readonly entity: string;
  readonly ledger: string;
  readonly entityKey: string;
  readonly owner: string | undefined;
  readonly reviewers: readonly string[];
  readonly parent: string | undefined;
  readonly after: readonly string[];
  readonly softAfter: readonly string[];
  /** UTC milliseconds. */
  readonly due: number;
  readonly earliest: number | undefined;
  readonly minutes: number;
  readonly evidence: readonly string[];
  readonly materiality: Money | undefined;
  readonly inputs: readonly string[];
  readonly event: string | undefined;
  readonly mandatory: boolean;
}

export const taskStateSchema = z.enum(['not_ready', 'ready', 'in_progress', 'submitted', 'rejected', 'done', 'waived', 'blocked', 'stale']);
export type TaskStateName = z.infer<typeof taskStateSchema>;

const actor = { by: z.string(), onBehalfOf: z.string().optional() };
const base = { id: z.string().optional(), at: instantSchema };
const onTask = { ...base, task: z.string() };

/** What happens to a close, in the order of `at`. An event with an id, or word for word the same, counts once. */
export const closeEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), ...onTask, ...actor }).strict(),
  z.object({ type: z.literal('evidence'), ...onTask, ...actor, name: z.string(), hash: z.string(), source: z.string() }).strict(),
  z.object({ type: z.literal('submitted'), ...onTask, ...actor }).strict(),
  z.object({ type: z.literal('approved'), ...onTask, ...actor }).strict(),
  z.object({ type: z.literal('rejected'), ...onTask, ...actor, reason: z.string() }).strict(),
  z.object({ type: z.literal('waived'), ...onTask, ...actor, reason: z.string(), approvedBy: z.string() }).strict(),
  z.object({ type: z.literal('reopened'), ...onTask, ...actor, reason: z.string() }).strict(),
  z.object({ type: z.literal('blocked'), ...onTask, ...actor, reason: z.string() }).strict(),
  z.object({ type: z.literal('unblocked'), ...onTask, ...actor }).strict(),
  /** An automated or event task ran; its proof counts as the evidence that it declares. */
  z.object({ type: z.literal('ran'), ...onTask, outcome: z.enum(['succeeded', 'failed']), hash: z.string().optional(), reason: z.string().optional() }).strict(),
  /** What a match or the books leave unexplained in the matter of a task that has a materiality; its proof counts as the evidence that it declares. */
  z.object({ type: z.literal('difference'), ...onTask, difference: moneySchema, hash: z.string().optional() }).strict(),
  /** What only the books can say against a hard close of an entity (CL-10); the latest word counts. */
  z.object({ type: z.literal('books'), ...base, entityKey: z.string(), unpostedJournals: z.number().int().min(0), uncertifiedBankReconciliations: z.array(z.string()), intercompanyWithinThreshold: z.boolean() }).strict(),
  z.object({ type: z.literal('arrived'), ...base, event: z.string(), entityKey: z.string().optional() }).strict(),
  /** A figure that tasks rest on: balance, rate, late posting. `value` is compared as text. */
  z.object({ type: z.literal('input'), ...base, input: z.string(), value: z.string() }).strict(),
  z.object({ type: z.literal('period'), ...base, entityKey: z.string(), status: z.enum(['open', 'soft-closed', 'hard-closed']), ...actor, approvedBy: z.string().optional() }).strict(),
]);
export type CloseEvent = z.infer<typeof closeEventSchema>;
