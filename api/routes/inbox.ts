import { z } from 'zod';
import type { Db, Trx } from '../../db/client.ts';
import { lockTask } from '../../db/repositories/approvals.ts';
import { readPerson, seatsOf } from '../../db/repositories/directory.ts';
import { addComment, claimTask, commentsOf, countInbox, forwardTask, listInbox, releaseTask, snoozeTask, type Reader } from '../../db/repositories/inbox.ts';
import { KontorError } from '../../domain/errors.ts';
import { approvalSchema, type Approval } from '../../domain/model/approval.ts';
import { instantSchema } from '../../domain/model/dates.ts';
import { moneySchema } from '../../domain/model/money.ts';
import { visibleTask } from '../decisions/approval.ts';
import { operation, type Call, type Operation } from '../operation.ts';
import { pageQuery, pageSchema } from '../paging.ts';
import { writeOnce } from '../writing.ts';

const dueStates = ['overdue', 'today', 'week', 'later'] as const;
const idParams = z.object({ id: z.string().min(1).max(80) });
type IdCall<Body = unknown> = Call<z.infer<typeof idParams>, unknown, Body>;

const itemSchema = z
  .object({
    type: z.enum(['approval', 'exception']),
    id: z.string(),
    entity: z.string(),
    case: z.string().optional(),
    kind: z.string(),
    role: z.string(),
    onBehalfOf: z.string().optional(),
    assignee: z.string().optional(),
    dueAt: instantSchema,
    due: z.enum(dueStates),
    level: z.number().int(),
    priority: z.number().int(),
    title: z.string(),
    why: z.string(),
    amount: moneySchema.optional(),
    documentHash: z.string().optional(),
    decisionHash: z.string().optional(),
    createdAt: instantSchema,
  })
  .strict()
  .meta({ id: 'InboxItem' });

const inboxSchema = pageSchema(itemSchema).extend({ counts: z.object({ overdue: z.number().int(), today: z.number().int(), week: z.number().int(), later: z.number().int() }).strict() }).meta({ id: 'Inbox' });

const inboxQuery = z
  .object({
    ...pageQuery,
    type: z.enum(['approval', 'exception']).optional(),
    due: z.enum(dueStates).optional(),
    entity: z.string().max(12).optional(),
    snoozed: z.enum(['true', 'false']).default('false').meta({ description: 'Show what was put off too' }),
    zone: z.string().max(60).refine(isZone, 'a time zone such as Europe/Berlin').default('UTC').meta({ description: 'Where the day of the reader ends' }),
  })
  .strict();

const personBody = z.object({ to: z.string().min(1).max(60), comment: z.string().trim().min(1).max(4000).optional() }).strict();
const snoozeBody = z.object({ until: instantSchema }).strict();
const commentBody = z.object({ body: z.string().trim().min(1).max(4000), asks: z.string().min(1).max(60).optional().meta({ description: 'The person who is asked, for a question' }) }).strict();

export const commentSchema = z
  .object({ id: z.string(), case: z.string(), approval: z.string().optional(), author: z.string(), asks: z.string().optional(), body: z.string(), createdAt: instantSchema })
  .strict()
  .meta({ id: 'Comment' });

const taskResponse = { 200: { description: 'The task as it stands now', schema: approvalSchema } };
const longestSnoozeMs = 90 * 24 * 3_600_000;

/** What awaits the caller, and what one does with a task short of deciding it. */
export function inboxRoutes(db: Db): Operation[] {
  return [
    operation({
      id: 'listInbox',
      method: 'get',
      path: '/v1/inbox',
      tag: 'inbox',
      summary: 'What awaits me, the most urgent first, with counts by due state',
      permission: 'inbox:use',
      query: inboxQuery,
      responses: { 200: { description: 'One page, and the counts of all', schema: inboxSchema } },
      async handle({ query: { limit, cursor, zone, snoozed, ...filter }, caller, read }) {
        const wanted = { ...filter, snoozed: snoozed === 'true' };
        const body = await read(async (scoped) => {
          const reader = await seatsOf(scoped, caller.personId);
          const page = await listInbox(scoped, reader, wanted, { limit, zone, ...(cursor === undefined ? {} : { cursor }) });
          return { ...page, counts: await countInbox(scoped, reader, wanted, zone) };
        });
        return { status: 200, body };
      },
    }),
    taskWrite('claim', 'Take a task that nobody has', (call: IdCall) => moveTask(db, call, 'task.claimed', {}, (trx, task) => claimTask(trx, task.id, call.caller.personId))),
    taskWrite('release', 'Give a task that I took back to its role', (call: IdCall) => moveTask(db, call, 'task.released', {}, (trx, task) => releaseTask(trx, task.id, call.caller.personId))),
    taskWrite('forward', 'Hand a task to another person', (call: IdCall<z.infer<typeof personBody>>) => forward(db, call), personBody),
    taskWrite('snooze', 'Hide a task that I have until then; its due date stays', (call: IdCall<z.infer<typeof snoozeBody>>) => snooze(db, call), snoozeBody),
    operation({
      id: 'commentApproval',
      method: 'post',
      path: '/v1/approvals/{id}/comments',
      tag: 'inbox',
      summary: 'Comment on a task, or ask somebody',
      permission: 'inbox:use',
      params: idParams,
      body: { kind: 'json', schema: commentBody },
      responses: { 201: { description: 'The comment', schema: commentSchema } },
      handle: (call) => comment(db, call),
    }),
  ];
}

function taskWrite<Body>(verb: string, summary: string, handle: (call: IdCall<Body>) => ReturnType<typeof writeOnce>, body?: z.ZodType<Body>): Operation {
  return operation({
    id: `${verb}Approval`,
    method: 'post',
    path: `/v1/approvals/{id}/${verb}`,
    tag: 'inbox',
    summary,
    permission: 'inbox:use',
    params: idParams,
    ...(body ? { body: { kind: 'json' as const, schema: body } } : {}),
    responses: taskResponse,
    handle,
  });
}

/** One change of who has a task: by somebody whom it is offered to, with its audit event. */
async function moveTask(db: Db, call: IdCall, action: string, data: Record<string, unknown>, change: (trx: Trx, task: Approval) => Promise<boolean>) {
  const { task, reader } = await call.read(async (scoped) => ({ task: await visibleTask(scoped, call, call.params.id), reader: await seatsOf(scoped, call.caller.personId) }));
  if (!isOffered(reader, task)) throw new KontorError('not-permitted', `This task is for ${task.assignee ?? `the role ${task.candidateRole}`}.`);
  return writeOnce(db, call, async (trx) => {
    if (!(await change(trx, task))) throw new KontorError('already-decided', task.state === 'open' ? 'Somebody else has this task, or it is not yours to give back.' : 'This task is closed.');
    return { entity: task.entity, answer: { status: 200, body: await lockTask(trx, task.id) }, events: [{ action, case: task.case, data: { approval: task.id, ...data } }] };
  });
}

/** Assigned to the reader or to somebody they act for, offered to them by name, or to a role of theirs. */
export function isOffered(reader: Reader, task: Approval): boolean {
  const actsFor = (person: string) => reader.actsFor.some(({ holder, entity }) => holder === person && (entity === '*' || entity === task.entity));
  if (task.assignee !== undefined) return actsFor(task.assignee);
  if (task.candidatePersons.length > 0) return task.candidatePersons.some(actsFor);
  return reader.seats.some(({ role, entity }) => role === task.candidateRole && (entity === '*' || entity === task.entity));
}

async function forward(db: Db, call: IdCall<z.infer<typeof personBody>>) {
  const { to, comment: said } = call.body;
  return moveTask(db, call, 'task.forwarded', { to }, async (trx, task) => {
    await requireColleague(trx, task, to, '/to');
    if (said !== undefined) await addComment(trx, { entity: task.entity, case: task.case, approval: task.id, author: call.caller.personId, asks: to, body: said });
    return forwardTask(trx, task.id, task.assignee ?? call.caller.personId, to);
  });
}

function snooze(db: Db, call: IdCall<z.infer<typeof snoozeBody>>) {
  const { until } = call.body;
  const ahead = Date.parse(until) - call.at.getTime();
  if (ahead <= 0 || ahead > longestSnoozeMs) throw new KontorError('request-invalid', 'A task is put off to a moment within the next 90 days.', { place: { path: '/until' } });
  return moveTask(db, call, 'task.snoozed', { until }, (trx, task) => snoozeTask(trx, task.id, call.caller.personId, until));
}

/** The words lie beside the chain; the chain says that there were some. */
async function comment(db: Db, call: IdCall<z.infer<typeof commentBody>>) {
  const task = await call.read((scoped) => visibleTask(scoped, call, call.params.id));
  const { body, asks } = call.body;
  if (asks !== undefined) await requireColleague(db, task, asks, '/asks');
  return writeOnce(db, call, async (trx) => {
    await addComment(trx, { entity: task.entity, case: task.case, approval: task.id, author: call.caller.personId, ...(asks === undefined ? {} : { asks }), body });
    const written = (await commentsOf(trx, task.case)).at(-1);
    return {
      entity: task.entity,
      answer: { status: 201, body: written },
      events: [{ action: asks === undefined ? 'task.commented' : 'task.asked', case: task.case, data: { approval: task.id, comment: written?.id ?? null, ...(asks === undefined ? {} : { asks }) } }],
    };
  });
}

async function requireColleague(db: Db, task: Approval, person: string, path: string): Promise<void> {
  const found = await readPerson(db, person);
  if (!found?.active || !found.roles.some(({ entity }) => entity === '*' || entity === task.entity)) throw new KontorError('request-invalid', 'That person is not active at this company.', { place: { path } });
}

function isZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}
