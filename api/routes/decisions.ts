import { z } from 'zod';
import { myDecisions, readDecision } from '../../db/repositories/decisions.ts';
import { errorCatalogue, KontorError, type ErrorCode } from '../../domain/errors.ts';
import { requireEntity, unknown } from '../access.ts';
import { approvalAnswerSchema, batchItemSchema, decideApproval } from '../decisions/approval.ts';
import type { DecisionParts } from '../decisions/decide-once.ts';
import { receiptOf, receiptSchema } from '../decisions/receipt.ts';
import { problemDocument, problemSchema, statusOf } from '../middleware/problem.ts';
import { operation, type Call, type Operation } from '../operation.ts';
import { pageQuery, pageSchema } from '../paging.ts';

const idParams = z.object({ id: z.string().min(1).max(80) });

/** Answers of every decision: it counts, or it waits for the process. */
export const decisionResponses = {
  200: { description: 'The process has accepted it; the same again has no further effect', schema: receiptSchema },
  202: { description: 'Kept and not judged yet, because the process does not answer or is busy with its counterpart; `Location` tells what becomes of it', schema: receiptSchema },
};

const batchSchema = z.object({ items: z.array(batchItemSchema).min(1).max(100) }).strict();
type Batch = z.infer<typeof batchSchema>;

const batchResultSchema = z
  .object({ results: z.array(z.object({ approval: z.string(), status: z.number().int(), receipt: receiptSchema.optional(), problem: problemSchema.optional() }).strict()) })
  .strict()
  .meta({ id: 'BatchResult' });

/** How many are asked at once, and how long the whole batch waits for answers. */
const batchWidth = 8;
const batchPatienceMs = 8_000;

export function decisionRoutes(parts: DecisionParts): Operation[] {
  return [
    operation({
      id: 'decideApproval',
      method: 'post',
      path: '/v1/approvals/{id}/decision',
      tag: 'approvals',
      summary: 'Approve or reject, for the version that was seen',
      description: 'Another version is answered 409 `stale-version`, the same decision again 200 without effect, a conflicting one 409. Authority, duties and version are judged by the process at this moment.',
      permission: 'inbox:use',
      params: idParams,
      body: { kind: 'json', schema: approvalAnswerSchema },
      responses: decisionResponses,
      handle: (call) => decideApproval(parts, call, call.params.id, call.body),
    }),
    operation({
      id: 'decideBatch',
      method: 'post',
      path: '/v1/decisions:batch',
      tag: 'approvals',
      summary: 'Decide up to 100 tasks; a result per item',
      permission: 'inbox:use',
      body: { kind: 'json', schema: batchSchema },
      responses: { 200: { description: 'What became of each, in the order of the request', schema: batchResultSchema } },
      handle: async (call) => ({ status: 200, body: { results: await decideAll(parts, call) } }),
    }),
    operation({
      id: 'listMyDecisions',
      method: 'get',
      path: '/v1/decisions',
      tag: 'approvals',
      summary: 'My decisions, newest first',
      permission: 'inbox:use',
      query: z.object(pageQuery).strict(),
      responses: { 200: { description: 'One page', schema: pageSchema(receiptSchema) } },
      async handle({ caller, query: { limit, cursor }, read }) {
        const page = await read((db) => myDecisions(db, caller.personId, { limit, ...(cursor === undefined ? {} : { cursor }) }));
        return { status: 200, body: { ...page, items: page.items.map((decision) => receiptOf(decision)) } };
      },
    }),
    operation({
      id: 'getDecision',
      method: 'get',
      path: '/v1/decisions/{id}',
      tag: 'approvals',
      summary: 'What became of a decision',
      permission: 'inbox:use',
      params: idParams,
      responses: { 200: { description: 'The decision', schema: receiptSchema } },
      async handle({ params, caller, read }) {
        const decision = await read((db) => readDecision(db, params.id));
        if (!decision) throw unknown('decision');
        requireEntity(caller, 'inbox:use', decision.entity, 'decision');
        return { status: 200, body: receiptOf(decision) };
      },
    }),
  ];
}

async function decideAll(parts: DecisionParts, call: Call<unknown, unknown, Batch>) {
  const { items } = call.body;
  if (new Set(items.map(({ approval }) => approval)).size < items.length) throw new KontorError('request-invalid', 'The batch names a task twice.', { place: { path: '/items' } });
  const deadline = Date.now() + batchPatienceMs;
  const results: z.infer<typeof batchResultSchema>['results'] = [];
  for (let from = 0; from < items.length; from += batchWidth)
    results.push(...(await Promise.all(items.slice(from, from + batchWidth).map((item) => decideItem(parts, call, item, deadline)))));
  return results;
}

/** A problem of one item is its result; a fault of ours stops the batch, and its repeat goes on where it stopped. */
async function decideItem(parts: DecisionParts, call: Call<unknown, unknown, unknown>, { approval, ...answer }: Batch['items'][number], deadline: number) {
  try {
    const { status, body } = await decideApproval(parts, call, approval, answer, { item: approval, deadline });
    const code = (body as { code?: string }).code;
    return code !== undefined && Object.hasOwn(errorCatalogue, code) ? { approval, status, problem: problemSchema.parse(body) } : { approval, status, receipt: receiptSchema.parse(body) };
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    return { approval, status: statusOf(error.code), problem: problemDocument(error.code satisfies ErrorCode, error.message, call.correlationId) };
  }
}
