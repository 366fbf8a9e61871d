import { z } from 'zod';
import type { Db, Trx } from '../../db/client.ts';
import { INSTALLATION } from '../../db/repositories/audit.ts';
import { readBlob } from '../../db/repositories/blobs.ts';
import { readCase } from '../../db/repositories/cases.ts';
import { listEntities, readPerson } from '../../db/repositories/directory.ts';
import { assignException, countExceptions, listExceptions, lockException, resolveException } from '../../db/repositories/exceptions.ts';
import { KontorError } from '../../domain/errors.ts';
import { exceptionCaseSchema, type ExceptionCase } from '../../domain/model/exception-case.ts';
import { mayIn, visibleEntities } from '../access.ts';
import type { DecisionParts } from '../decisions/decide-once.ts';
import { exceptionResolutionSchema, resolveByDecision, visibleException, type ExceptionResolution } from '../decisions/exception.ts';
import { reasonSchema } from '../decisions/approval.ts';
import { isMail, takeInMail } from '../intake/mail.ts';
import { intakeQueue } from '../intake/queue.ts';
import { takeIn, type IntakeParts } from '../intake/take-in.ts';
import { invoiceToPayProcess } from '../../workflows/contracts/invoice-to-pay.ts';
import { paymentRunProcess } from '../../workflows/contracts/payment-run.ts';
import { problemAnswer } from '../middleware/problem.ts';
import { operation, type Call, type Operation } from '../operation.ts';
import { pageQuery, pageSchema } from '../paging.ts';
import { writeOnce } from '../writing.ts';
import { decisionResponses } from './decisions.ts';

export type ExceptionParts = IntakeParts & DecisionParts;

/** Ids of the bank's cases name the message and the payment. */
const idParams = z.object({ id: z.string().min(1).max(100) });

const listQuery = z
  .object({
    ...pageQuery,
    entity: z.string().max(12).optional(),
    code: z.string().max(60).optional(),
    ownerRole: z.string().max(40).optional(),
    ownerPerson: z.string().max(60).optional(),
    origin: z.enum(['process', 'intake', 'technical', 'payment']).optional(),
    case: z.string().max(60).optional(),
    state: z.enum(['open', 'resolved', 'cancelled']).default('open'),
    olderThanHours: z.coerce.number().int().min(1).max(100_000).optional(),
  })
  .strict();

const countsSchema = z.object({ counts: z.array(z.object({ code: z.string(), ownerRole: z.string(), count: z.number().int(), overdue: z.number().int(), oldestHours: z.number().int() }).strict()) }).strict();

const assignSchema = z.object({ person: z.string().min(1).max(60).nullable().meta({ description: 'null gives it back to the role' }), reason: reasonSchema.optional() }).strict();

/** Roles that hand out work that is not theirs. */
const dispatchers = ['ap-lead', 'ap-operations', 'controller'];

/** The resolution of a refused delivery has no process that could judge it. */
const resolutionResponses = { ...decisionResponses, 200: { description: 'Accepted: the decision, or the exception itself where it has no process', schema: z.union([decisionResponses[200].schema, exceptionCaseSchema]) } };

/** Everything that stands still: by code, owner and age; assigned, resolved with a reason, retried. */
export function exceptionRoutes(parts: ExceptionParts): Operation[] {
  return [
    operation({
      id: 'listExceptions',
      method: 'get',
      path: '/v1/exceptions',
      tag: 'exceptions',
      summary: 'Exceptions, the most urgent first',
      permission: 'exceptions:read',
      query: listQuery,
      responses: { 200: { description: 'One page', schema: pageSchema(exceptionCaseSchema) } },
      async handle({ query, caller, read }) {
        const { limit, cursor, entity, case: caseId, ...filter } = query;
        const entities = visibleEntities(caller, 'exceptions:read', entity);
        const wanted = { ...filter, ...(caseId === undefined ? {} : { caseId }), ...(entities === undefined ? {} : { entities }) };
        return { status: 200, body: await read((db) => listExceptions(db, wanted, { limit, ...(cursor === undefined ? {} : { cursor }) })) };
      },
    }),
    operation({
      id: 'countExceptions',
      method: 'get',
      path: '/v1/exceptions:counts',
      tag: 'exceptions',
      summary: 'Open exceptions by code and owner, with the age of the oldest',
      permission: 'exceptions:read',
      responses: { 200: { description: 'Counts', schema: countsSchema } },
      async handle({ caller, read }) {
        const counts = await read(async (db) => countExceptions(db, visibleEntities(caller, 'exceptions:read') ?? ['*', ...(await listEntities(db)).map(({ id }) => id)]));
        return { status: 200, body: { counts } };
      },
    }),
    operation({
      id: 'getException',
      method: 'get',
      path: '/v1/exceptions/{id}',
      tag: 'exceptions',
      summary: 'One exception with its findings and the suggested resolution',
      permission: 'exceptions:read',
      params: idParams,
      responses: { 200: { description: 'The exception', schema: exceptionCaseSchema } },
      handle: async (call) => ({ status: 200, body: await call.read((db) => visibleException(db, call, 'exceptions:read', call.params.id)) }),
    }),
    operation({
      id: 'resolveException',
      method: 'post',
      path: '/v1/exceptions/{id}/resolution',
      tag: 'exceptions',
      summary: 'Override with a reason, retry, reject with reason code and target, or say that it is a duplicate',
      permission: 'exceptions:resolve',
      params: idParams,
      body: { kind: 'json', schema: exceptionResolutionSchema },
      responses: resolutionResponses,
      handle: async (call) => resolve(parts, call, await call.read((db) => visibleException(db, call, 'exceptions:resolve', call.params.id)), call.body),
    }),
    operation({
      id: 'retryException',
      method: 'post',
      path: '/v1/exceptions/{id}/retry',
      tag: 'exceptions',
      summary: 'Look again: something was mended outside, or a parked step may be tried once more',
      permission: 'exceptions:resolve',
      params: idParams,
      body: { kind: 'json', schema: z.object({ reason: reasonSchema.optional() }).strict() },
      responses: resolutionResponses,
      handle: async (call) => resolve(parts, call, await call.read((db) => visibleException(db, call, 'exceptions:resolve', call.params.id)), { resolution: 'retry', ...call.body }),
    }),
    operation({
      id: 'assignException',
      method: 'post',
      path: '/v1/exceptions/{id}/assign',
      tag: 'exceptions',
      summary: 'Give it to a person, or back to the role',
      permission: 'exceptions:resolve',
      params: idParams,
      body: { kind: 'json', schema: assignSchema },
      responses: { 200: { description: 'The exception with its new owner', schema: exceptionCaseSchema } },
      handle: async (call) => assign(parts, call, await call.read((db) => visibleException(db, call, 'exceptions:resolve', call.params.id))),
    }),
  ];
}

async function resolve(parts: ExceptionParts, call: Call<unknown, unknown, unknown>, exception: ExceptionCase, resolution: ExceptionResolution) {
  if (await nobodyWaitsFor(parts.db, exception)) return settle(parts, call, exception, resolution);
  if (exception.case !== undefined) return resolveByDecision(parts, call, { ...exception, case: exception.case }, resolution);
  if (exception.state !== 'open') throw new KontorError('already-decided', 'This exception was closed in the meantime.');
  switch (resolution.resolution) {
    case 'override':
      throw new KontorError('override-not-allowed', 'A document that cannot be read cannot be accepted as it is. Reject it, or retry after something was mended here.');
    case 'retry':
      return takeInAgain(parts, call, exception);
    case 'reject':
      return close(parts, call, exception, 'reject', { reasonCode: resolution.reasonCode, target: resolution.target });
    case 'duplicate':
      throw new KontorError('decision-incomplete', 'A document that cannot be read is not known to be a duplicate. Reject it.');
  }
}

/** A case about the bank or an ERP has no process that waits for it, unless its run shows it, as the silence of the bank; and a run that has ended leaves some behind, as when the bank refused its file. */
async function nobodyWaitsFor(db: Db, exception: ExceptionCase): Promise<boolean> {
  if (exception.case === undefined) return exception.origin !== 'intake';
  const found = await readCase(db, exception.case);
  const runs = found !== undefined && found.case.closedAt === undefined;
  if (exception.origin === 'payment') return !runs || (found.case.process !== invoiceToPayProcess && !found.progress.exceptions.some(({ id }) => id === exception.id));
  return !runs && found?.case.process === paymentRunProcess;
}

/** Its owner, or who hands such work out, says what was done about it. */
function settle(parts: ExceptionParts, call: Call<unknown, unknown, unknown>, exception: ExceptionCase, resolution: ExceptionResolution) {
  if (exception.state !== 'open') throw new KontorError('already-decided', 'This exception was closed in the meantime.');
  if (!handlesFor(call, exception) && call.caller.personId !== exception.ownerPerson) throw notTheirs(exception);
  if (resolution.resolution !== 'retry') throw new KontorError('override-not-allowed', 'Say what was done about it with `retry` and a reason; nothing else can be decided here.');
  return close(parts, call, exception, 'retry', resolution.reason === undefined ? {} : { reason: resolution.reason });
}

/** Where in its mail a refused document was, if it came in one with others. */
const withinSchema = z.object({ attachment: z.number().int(), message: z.number().int().optional() });

/**
 * The kept bytes are read once more, for example after the company was added that they are for. Of a mail it is the document that the row is
 * about, with the files that came beside it: what else was refused in that mail keeps its own row. A row about a whole mail ends as soon as
 * every document of the mail is a case or has its own.
 */
async function takeInAgain(parts: ExceptionParts, call: Call<unknown, unknown, unknown>, exception: ExceptionCase) {
  const hash = exception.source['contentHash'];
  const blob = typeof hash === 'string' ? await readBlob(parts.db, exception.entity, hash) : undefined;
  if (!blob) throw new KontorError('unknown-resource', 'The bytes of this delivery are not kept any more: ask the sender for the document.');
  const { bytes, mediaType } = blob;
  const named: { entity?: string } = exception.entity === INSTALLATION ? {} : { entity: exception.entity };
  const delivery = { ...named, bytes, submitter: `person:${call.caller.personId}`, correlationId: call.correlationId };
  const within = withinSchema.safeParse(exception.source['within']).data;
  const options = { mayEnter: (entity: string) => mayIn(call.caller, 'exceptions:resolve', entity), ...(within?.message === undefined ? {} : { message: within.message }) };
  const queue = () => intakeQueue(parts.db, named.entity, call.at);
  const taken = await (isMail(bytes) ? takeInMail(parts, delivery, { ...options, ...(within ? {} : { queue }) }, within?.attachment) : takeIn(parts, { ...delivery, channel: String(exception.source['channel']), mediaType, attachments: [] }, options));
  const refused = taken.flatMap((each) => (each.ok || hasAnotherRow(each.row, exception) ? [] : [each.problem]))[0];
  if (refused) return problemAnswer(refused.code, refused.message, call.correlationId, refused.place);
  const cases = taken.flatMap((each) => (each.ok ? [each.result.caseId] : []));
  return close(parts, call, exception, 'retry', cases.length === 1 ? { case: cases[0] } : { cases });
}

function hasAnotherRow(row: string | undefined, { id }: ExceptionCase): boolean {
  return row !== undefined && row !== id;
}

function close({ db }: ExceptionParts, call: Call<unknown, unknown, unknown>, exception: ExceptionCase, resolution: 'retry' | 'reject', detail: Record<string, unknown>) {
  return writeOnce(db, call, async (trx) => {
    if (!(await resolveException(trx, exception.id, { resolution, by: call.caller.personId, detail }))) throw new KontorError('already-decided', 'This exception was closed in the meantime.');
    return { entity: exception.entity, answer: { status: 200, body: await locked(trx, exception.id) }, events: [{ action: 'intake.resolved', data: { exception: exception.id, resolution, ...detail } }] };
  });
}

async function assign({ db }: ExceptionParts, call: Call<unknown, unknown, z.infer<typeof assignSchema>>, exception: ExceptionCase) {
  const { person } = call.body;
  if (!handlesFor(call, exception)) throw notTheirs(exception);
  const owner = person === null ? undefined : await readPerson(db, person);
  if (person !== null && !owner?.roles.some(({ entity }) => entity === '*' || entity === exception.entity || exception.entity === '*')) throw new KontorError('request-invalid', 'That person has no role at this company.', { place: { path: '/person' } });
  if (owner && !owner.active) throw new KontorError('request-invalid', 'That person is not active.', { place: { path: '/person' } });
  return writeOnce(db, call, async (trx) => {
    if (!(await assignException(trx, exception.id, owner?.id))) throw new KontorError('already-decided', 'This exception was closed in the meantime.');
    const event = { action: 'exception.assigned', ...(exception.case === undefined ? {} : { case: exception.case }), data: { exception: exception.id, to: owner?.id ?? null } };
    return { entity: exception.entity, answer: { status: 200, body: await locked(trx, exception.id) }, events: [event] };
  });
}

function notTheirs({ ownerRole }: ExceptionCase): KontorError {
  return new KontorError('not-permitted', `This is for the role ${ownerRole}.`);
}

function handlesFor({ caller: { person } }: Call<unknown, unknown, unknown>, { entity: company, ownerRole }: ExceptionCase): boolean {
  return person.roles.some(({ role, entity }) => [...dispatchers, ownerRole].includes(role) && (entity === '*' || entity === company));
}

async function locked(trx: Trx, id: string): Promise<ExceptionCase> {
  const found = await lockException(trx, id);
  if (!found) throw new Error('an exception is gone');
  return found;
}
