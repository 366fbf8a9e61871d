import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { readBlob } from '../../db/repositories/blobs.ts';
import { readCase } from '../../db/repositories/cases.ts';
import { exclusionsOf, listRuns, readRun, type ListedRun, type PaymentRun } from '../../db/repositories/payment-runs.ts';
import { countStates, instructionsOf, itemsOf, type StoredInstruction } from '../../db/repositories/payments.ts';
import { KontorError } from '../../domain/errors.ts';
import { plainDateSchema } from '../../domain/model/dates.ts';
import { moneySchema } from '../../domain/model/money.ts';
import { exclusionSchema, proposedItemSchema } from '../../domain/model/payment.ts';
import { progressSchema } from '../../domain/model/progress.ts';
import { requireEntity, unknown, visibleEntities } from '../access.ts';
import { hashSchema, reasonSchema } from '../decisions/approval.ts';
import type { DecisionParts } from '../decisions/decide-once.ts';
import { decideOnRun } from '../decisions/payment-run.ts';
import { openedRunSchema, openPaymentRun, openRunSchema } from '../open-payment-run.ts';
import { operation, type Call, type Operation } from '../operation.ts';
import { pageQuery, pageSchema } from '../paging.ts';
import type { Permission } from '../permissions.ts';
import { decisionResponses } from './decisions.ts';

const idParams = z.object({ id: z.string().min(1).max(80) });

const runSchema = z
  .object({
    id: z.string(),
    entity: z.string(),
    state: z.string(),
    stage: z.string(),
    runDate: plainDateSchema,
    nextRunDate: plainDateSchema,
    executionDate: plainDateSchema.optional(),
    account: z.string(),
    dryRun: z.boolean(),
    documents: z.number().int(),
    payments: z.number().int(),
    total: moneySchema.optional(),
    discount: moneySchema.optional(),
    withheld: moneySchema.optional().meta({ description: 'Kept back for the tax office (T6); the total is what is paid' }),
    proposer: z.string().optional(),
    approver: z.string().optional(),
    releasers: z.array(z.string()),
    messageId: z.string().optional(),
    send: z.enum(['none', 'unknown', 'sent', 'refused']),
    createdAt: z.string(),
  })
  .strict()
  .meta({ id: 'PaymentRun' });

const detailSchema = runSchema
  .extend({
    decisionHash: z.string().optional().meta({ description: 'What a decision on the run is bound to: it changes with every edit' }),
    states: z.array(z.object({ state: z.string(), payments: z.number().int(), amount: z.string() }).strict()),
    file: z.object({ sha256: z.string(), format: z.string() }).strict().optional(),
    policyVersion: z.string().optional(),
    progress: progressSchema,
  })
  .meta({ id: 'PaymentRunDetail' });

const paymentSchema = z
  .object({
    endToEndId: z.string(),
    supplierId: z.string(),
    payee: z.string(),
    account: z.string().meta({ description: 'Last characters of the account only' }),
    amount: moneySchema,
    executionDate: plainDateSchema,
    method: z.string(),
    state: z.string(),
    bankStatus: z.string().optional(),
    reasonCode: z.string().optional(),
    removedReason: z.string().optional(),
    confirmedBy: z.string().optional(),
    screening: z.string().optional(),
    possibleDuplicates: z.array(z.object({ runId: z.string(), endToEndId: z.string(), executionDate: plainDateSchema }).strict()),
    documents: z.array(proposedItemSchema),
  })
  .strict()
  .meta({ id: 'Payment' });

const removalSchema = z.object({ decisionHash: hashSchema, payments: z.array(z.string().min(1).max(35)).min(1).max(1000), reason: reasonSchema }).strict().meta({ id: 'PaymentRemoval' });
const cancellationSchema = z.object({ decisionHash: z.string().max(64).default(''), reason: reasonSchema }).strict().meta({ id: 'PaymentRunCancellation' });

export function paymentRunRoutes(parts: DecisionParts): Operation[] {
  return [
    operation({
      id: 'openPaymentRun',
      method: 'post',
      path: '/v1/payment-runs',
      tag: 'payment-runs',
      summary: 'Propose what is due, or only show it',
      description: 'Answers 202 at once; `Location` names the run. Its proposal, with the reason of everything that is left out, is there within seconds.',
      permission: 'payments:propose',
      body: { kind: 'json', schema: openRunSchema },
      responses: { 202: { description: 'The run is opened', schema: openedRunSchema } },
      handle: (call) => openPaymentRun(parts, call),
    }),
    operation({
      id: 'listPaymentRuns',
      method: 'get',
      path: '/v1/payment-runs',
      tag: 'payment-runs',
      summary: 'List runs, newest first',
      permission: 'payments:read',
      query: z.object({ ...pageQuery, entity: z.string().optional(), state: z.string().optional(), from: plainDateSchema.optional(), before: plainDateSchema.optional() }).strict(),
      responses: { 200: { description: 'One page', schema: pageSchema(runSchema) } },
      async handle({ query, caller, read }) {
        const { limit, cursor, entity, state, from, before } = query;
        const entities = visibleEntities(caller, 'payments:read', entity);
        const page = await read((db) => listRuns(db, { ...(from ? { from } : {}), ...(before ? { before } : {}), ...(entities ? { entities } : {}), ...(state ? { states: [state] } : {}) }, { limit, ...(cursor ? { cursor } : {}) }));
        return { status: 200, body: { ...page, items: page.items.map(shown) } };
      },
    }),
    operation({
      id: 'getPaymentRun',
      method: 'get',
      path: '/v1/payment-runs/{id}',
      tag: 'payment-runs',
      summary: 'One run: totals, who approved and released it, where its payments stand',
      permission: 'payments:read',
      params: idParams,
      responses: { 200: { description: 'The run', schema: detailSchema } },
      handle: async (call) => ({ status: 200, body: await call.read((db) => detail(db, call)) }),
    }),
    operation({
      id: 'listPayments',
      method: 'get',
      path: '/v1/payment-runs/{id}/payments',
      tag: 'payment-runs',
      summary: 'The payments of a run with the documents that each settles',
      permission: 'payments:read',
      params: idParams,
      query: z.object({ after: z.string().max(35).optional(), limit: z.coerce.number().int().min(1).max(200).default(100) }).strict(),
      responses: { 200: { description: 'One page, by end-to-end id', schema: z.object({ items: z.array(paymentSchema), next: z.string().optional() }).strict() } },
      handle: async (call) => ({ status: 200, body: await call.read((db) => payments(db, call)) }),
    }),
    operation({
      id: 'listExcluded',
      method: 'get',
      path: '/v1/payment-runs/{id}/excluded',
      tag: 'payment-runs',
      summary: 'What is not paid, and why not',
      permission: 'payments:read',
      params: idParams,
      responses: { 200: { description: 'Every document that was left out', schema: z.object({ items: z.array(exclusionSchema) }).strict() } },
      async handle(call) {
        const excluded = await call.read(async (db) => exclusionsOf(db, (await visibleRun(db, call, 'payments:read')).runId));
        return { status: 200, body: { items: excluded.map(withoutNulls) } };
      },
    }),
    operation({
      id: 'getPaymentFile',
      method: 'get',
      path: '/v1/payment-runs/{id}/file',
      tag: 'payment-runs',
      summary: 'The file as it was written for the bank',
      permission: 'payments:file',
      params: idParams,
      responses: { 200: { description: 'The bytes', mediaType: 'application/octet-stream' } },
      handle: (call) => call.read((db) => file(db, call)),
    }),
    operation({
      id: 'removePayments',
      method: 'post',
      path: '/v1/payment-runs/{id}/removals',
      tag: 'payment-runs',
      summary: 'Take payments out before the run is released; it is approved anew',
      permission: 'payments:propose',
      params: idParams,
      body: { kind: 'json', schema: removalSchema },
      responses: decisionResponses,
      handle: async (call) => decideOnRun(parts, call, await call.read((db) => visibleRun(db, call, 'payments:propose')), call.body.decisionHash, 'removeItem', { endToEndIds: call.body.payments, reason: call.body.reason }),
    }),
    operation({
      id: 'cancelPaymentRun',
      method: 'post',
      path: '/v1/payment-runs/{id}/cancellation',
      tag: 'payment-runs',
      summary: 'Cancel a run before it is released; its documents are free again',
      permission: 'payments:propose',
      params: idParams,
      body: { kind: 'json', schema: cancellationSchema },
      responses: decisionResponses,
      handle: async (call) => decideOnRun(parts, call, await call.read((db) => visibleRun(db, call, 'payments:propose')), call.body.decisionHash, 'cancel', { reason: call.body.reason }),
    }),
  ];
}

async function visibleRun(db: Db, call: Call<z.infer<typeof idParams>, unknown, unknown>, permission: Permission): Promise<PaymentRun> {
  const run = await readRun(db, call.params.id);
  if (!run) throw unknown('payment run');
  requireEntity(call.caller, permission, run.entity, 'payment run');
  return run;
}

async function detail(db: Db, call: Call<z.infer<typeof idParams>, unknown, unknown>): Promise<z.infer<typeof detailSchema>> {
  const run = await visibleRun(db, call, 'payments:read');
  const found = await readCase(db, run.runId);
  if (!found) throw unknown('payment run');
  const { state, stage } = found.case;
  return {
    ...shown({ ...run, state, stage }),
    ...(run.contentHash ? { decisionHash: run.contentHash } : {}),
    states: (await countStates(db, run.runId)).map(({ state: of, count, minor }) => ({ state: of, payments: count, amount: minor })),
    ...(run.fileSha256 && run.fileFormat ? { file: { sha256: run.fileSha256, format: run.fileFormat } } : {}),
    ...(run.policyVersion ? { policyVersion: run.policyVersion } : {}),
    progress: found.progress,
  };
}

async function payments(db: Db, call: Call<z.infer<typeof idParams>, { after?: string | undefined; limit: number }, unknown>) {
  const run = await visibleRun(db, call, 'payments:read');
  const { after, limit } = call.query;
  const found = await instructionsOf(db, run.runId, { ...(after === undefined ? {} : { after }), limit: limit + 1 });
  const page = found.slice(0, limit);
  const items = await itemsOf(db, run.runId, page.map(({ endToEndId }) => endToEndId));
  const next = found.length > limit ? page.at(-1)?.endToEndId : undefined;
  return { items: page.map((payment) => shownPayment(payment, items.filter(({ endToEndId }) => endToEndId === payment.endToEndId).map(({ item }) => item))), ...(next ? { next } : {}) };
}

async function file(db: Db, call: Call<z.infer<typeof idParams>, unknown, unknown>) {
  const run = await visibleRun(db, call, 'payments:file');
  const blob = run.fileSha256 ? await readBlob(db, run.entity, run.fileSha256) : undefined;
  if (!blob) throw new KontorError('unknown-resource', 'The run has no file yet: it is written when the run is released.');
  return { status: 200, body: blob.bytes, headers: { 'Content-Type': 'application/octet-stream', 'Content-Disposition': `attachment; filename="${run.messageId ?? run.runId}"` } };
}

function shown(run: PaymentRun & Pick<ListedRun, 'state' | 'stage'>): z.infer<typeof runSchema> {
  const amount = (minor: string | null) => (minor === null || run.currency === null ? undefined : { currency: run.currency, minor });
  const [total, discount, withheld] = [amount(run.totalMinor), amount(run.discountMinor), amount(run.withheldMinor)];
  return {
    id: run.runId, entity: run.entity, state: run.state, stage: run.stage, runDate: run.runDate, nextRunDate: run.nextRunDate, account: run.payerAccount, dryRun: run.dryRun,
    documents: run.items, payments: run.instructions, releasers: run.releasers, send: run.sendState, createdAt: run.createdAt,
    ...(run.executionDate ? { executionDate: run.executionDate } : {}),
    ...(total ? { total } : {}),
    ...(discount ? { discount } : {}), ...(withheld ? { withheld } : {}),
    ...(run.proposer ? { proposer: run.proposer } : {}),
    ...(run.approver ? { approver: run.approver } : {}),
    ...(run.messageId ? { messageId: run.messageId } : {}),
  };
}

function shownPayment(payment: StoredInstruction, documents: z.infer<typeof proposedItemSchema>[]): z.infer<typeof paymentSchema> {
  const { account, payee, method, possibleDuplicates } = payment.instruction;
  const text = (name: string, value: string | null | undefined) => (value ? { [name]: value } : {});
  return {
    endToEndId: payment.endToEndId, supplierId: payment.supplierId, payee: payee.name, account: `…${(account.iban ?? account.account ?? '').slice(-4)}`, amount: payment.amount, executionDate: payment.executionDate,
    method, state: payment.state, possibleDuplicates, documents,
    ...text('bankStatus', payment.bankStatus), ...text('reasonCode', payment.reasonCode), ...text('removedReason', payment.removedReason), ...text('confirmedBy', payment.confirmedBy), ...text('screening', payment.screening?.state),
  };
}

function withoutNulls<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null)) as Value;
}
