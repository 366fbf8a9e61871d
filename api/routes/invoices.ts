import { z } from 'zod';
import type { NoteSigner } from '../../db/audit/signed-note.ts';
import type { Db } from '../../db/client.ts';
import { countCases, linksOf, listCases, readCase } from '../../db/repositories/cases.ts';
import { readDocument } from '../../db/repositories/documents.ts';
import { readBlob } from '../../db/repositories/blobs.ts';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { paymentsOfCase } from '../../db/repositories/payments.ts';
import { KontorError, problem } from '../../domain/errors.ts';
import { caseLinkSchema, caseSchema } from '../../domain/model/case.ts';
import { instantSchema } from '../../domain/model/dates.ts';
import { moneySchema } from '../../domain/model/money.ts';
import { findingSchema } from '../../domain/model/finding.ts';
import { progressSchema } from '../../domain/model/progress.ts';
import { paymentStates } from '../../domain/rules/payments/bank-status.ts';
import type { IntakeResult } from '../../db/repositories/intake.ts';
import { invoiceToPayProcess } from '../../workflows/contracts/invoice-to-pay.ts';
import { mayIn, requireEntity, unknown, visibleEntities } from '../access.ts';
import { correctCase, correctionRequestSchema, withdrawalSchema, withdrawCase } from '../decisions/case.ts';
import type { DecisionParts } from '../decisions/decide-once.ts';
import { readMultipart } from '../intake/multipart.ts';
import { takeIn, type IncomingDocument, type IntakeParts, type TakenIn } from '../intake/take-in.ts';
import { problemAnswer, problemDocument, problemSchema } from '../middleware/problem.ts';
import { operation, type Call, type Operation } from '../operation.ts';
import { pageQuery, pageSchema } from '../paging.ts';
import { evidencePack } from '../evidence/pack.ts';
import type { Permission } from '../permissions.ts';
import { decisionResponses } from './decisions.ts';

const idParams = z.object({ id: z.string().min(1).max(60) });

const acceptedSchema = z
  .object({
    id: z.string(),
    entity: z.string(),
    workflowId: z.string(),
    documentHash: z.string(),
    /** The same content again gives the case it has already. */
    accepted: z.enum(['new', 'same-content', 'same-message']),
  })
  .meta({ id: 'AcceptedDocument' });

const messageSchema = z.object({ position: z.number().int(), of: z.number().int(), reference: z.string(), interchange: z.string(), sender: z.string() }).strict();

/** The acknowledgement of an EDI interchange with several messages. */
const acknowledgementSchema = z
  .object({
    accepted: z.number().int(),
    refused: z.number().int(),
    messages: z.array(z.object({ message: messageSchema, document: acceptedSchema.optional(), problem: problemSchema.optional() }).strict()),
  })
  .strict()
  .meta({ id: 'InterchangeAcknowledgement' });

const intakeQuery = z
  .object({ entity: z.string().max(12).optional().meta({ description: 'Company; otherwise the buyer on the document tells' }), messageId: z.string().min(1).max(200).optional() })
  .strict();

const listQuery = z
  .object({
    ...pageQuery,
    entity: z.string().max(12).optional(),
    state: z.string().max(40).optional(),
    stage: z.string().max(40).optional(),
    supplierId: z.string().max(60).optional(),
    number: z.string().max(100).optional(),
    correlationId: z.string().max(64).optional(),
    exceptionCode: z.string().max(60).optional(),
    acceptedFrom: instantSchema.optional(),
    acceptedBefore: instantSchema.optional(),
    open: z.enum(['true', 'false']).optional(),
    order: z.enum(['newest', 'due', 'amount']).default('newest'),
  })
  .strict();

const casePaymentSchema = z.object({
  run: z.string(), endToEndId: z.string(),
  settled: moneySchema.meta({ description: 'What the payment settles of the document: paid, discount and withheld together' }),
  discount: moneySchema, withheld: moneySchema.meta({ description: 'Kept back for the tax office (T6)' }), amount: moneySchema,
  state: z.enum(paymentStates), reasonCode: z.string().nullable(),
  confirmedBy: z.string().nullable().meta({ description: 'Our identity of the booked entry that confirms the payment' }),
  bankReference: z.string().nullable().meta({ description: 'What the bank calls that entry in its statement' }),
  bookedOn: z.string().nullable().meta({ description: 'Day on which the bank booked it' }),
}).meta({ id: 'CasePayment' });

const detailSchema = z
  .object({
    case: caseSchema,
    progress: progressSchema,
    /** Approved and not yet posted is visible here. */
    erp: z.object({ status: z.enum(['not-asked', 'unknown', 'posted', 'refused', 'reversed', 'released']), reference: z.string().optional() }),
    findings: z.array(findingSchema),
    links: z.array(caseLinkSchema.extend({ incoming: z.boolean() })),
    /** Newest first: every run that took it up, and what became of that. */
    payments: z.array(casePaymentSchema),
  })
  .meta({ id: 'InvoiceCase' });

export type InvoiceRouteParts = IntakeParts & DecisionParts & { auditSigner: NoteSigner };

export function invoiceRoutes(parts: InvoiceRouteParts): Operation[] {
  return [
    operation({
      id: 'submitInvoice',
      method: 'post',
      path: '/v1/invoices',
      tag: 'invoices',
      summary: 'Take in an invoice or credit note',
      description: 'UBL 2.1, CII D16B, EDIFACT INVOIC, X12 810, PDF with an embedded e-invoice, the canonical JSON form, or multipart with attachments. The format is told by content. An EDI interchange with several messages becomes as many cases, unless its envelope does not hold: then nothing is taken. Answers as soon as the document is durable; the process runs on its own.',
      permission: 'invoices:submit',
      query: intakeQuery,
      body: { kind: 'raw', mediaTypes: ['application/xml', 'application/pdf', 'application/edifact', 'application/edi-x12', 'application/json', 'multipart/form-data', 'application/octet-stream'] },
      responses: { 202: { description: 'Accepted; `Location` names the case. An EDI interchange with several messages is acknowledged message by message, and `Location` lists its cases', schema: z.union([acceptedSchema, acknowledgementSchema]) } },
      handle: (call) => submit(parts, call),
    }),
    operation({
      id: 'listInvoices',
      method: 'get',
      path: '/v1/invoices',
      tag: 'invoices',
      summary: 'List cases',
      permission: 'invoices:read',
      query: listQuery,
      responses: { 200: { description: 'One page', schema: pageSchema(caseSchema) } },
      async handle({ query, caller, read }) {
        const { limit, cursor, order, entity, state, number, open, ...filter } = query;
        const entities = visibleEntities(caller, 'invoices:read', entity);
        const wanted = { ...filter, process: invoiceToPayProcess, entities, ...(state ? { states: [state] } : {}), ...(number ? { documentNumber: number } : {}), ...(open ? { open: open === 'true' } : {}) };
        return { status: 200, body: await read((db) => listCases(db, wanted, { order, limit, ...(cursor ? { cursor } : {}) })) };
      },
    }),
    operation({
      id: 'countInvoices',
      method: 'get',
      path: '/v1/invoices:counts',
      tag: 'invoices',
      summary: 'Count cases by state and stage',
      permission: 'invoices:read',
      responses: { 200: { description: 'Counts', schema: z.object({ counts: z.array(z.object({ state: z.string(), stage: z.string(), count: z.number().int() })) }) } },
      handle: async ({ caller, read }) => ({ status: 200, body: { counts: await read((db) => countCases(db, { process: invoiceToPayProcess, entities: visibleEntities(caller, 'invoices:read') })) } }),
    }),
    operation({
      id: 'getInvoice',
      method: 'get',
      path: '/v1/invoices/{id}',
      tag: 'invoices',
      summary: 'One case: state, who decided and when, whether the ERP has it',
      permission: 'invoices:read',
      params: idParams,
      responses: { 200: { description: 'The case', schema: detailSchema } },
      handle: async (call) => ({ status: 200, body: await call.read((db) => detail(db, call)) }),
    }),
    operation({
      id: 'getInvoiceProgress',
      method: 'get',
      path: '/v1/invoices/{id}/progress',
      tag: 'invoices',
      summary: 'Progress in the shape of every process',
      permission: 'invoices:read',
      params: idParams,
      responses: { 200: { description: 'Progress', schema: progressSchema } },
      handle: async (call) => ({ status: 200, body: (await call.read((db) => visibleCase(db, call))).progress }),
    }),
    operation({
      id: 'getInvoiceDocument',
      method: 'get',
      path: '/v1/invoices/{id}/document',
      tag: 'invoices',
      summary: 'The document: canonical form, or the bytes as they came with `?form=original`',
      permission: 'invoices:read',
      params: idParams,
      query: z.object({ form: z.enum(['canonical', 'original']).default('canonical') }).strict(),
      responses: { 200: { description: 'The document', schema: z.unknown() } },
      handle: (call) => call.read((db) => documentOf(db, call)),
    }),
    operation({
      id: 'getInvoiceEvidence',
      method: 'get',
      path: '/v1/invoices/{id}/evidence',
      tag: 'invoices',
      summary: 'Evidence pack (zip): document, facts, decisions, postings, audit events with their proofs',
      permission: 'evidence:read',
      effort: 'heavy',
      params: idParams,
      responses: { 200: { description: 'A zip file; its README says how to verify it offline', mediaType: 'application/zip' } },
      async handle(call) {
        const found = await call.read((db) => visibleCase(db, call, 'evidence:read'));
        const bytes = await evidencePack({ db: parts.db, auditSigner: parts.auditSigner, decisionPublicKey: parts.decisionKey.publicKey }, found, call.at);
        return { status: 200, body: bytes, headers: { 'Content-Type': 'application/zip', 'Content-Disposition': `attachment; filename="${found.case.id}-evidence.zip"` } };
      },
    }),
    operation({
      id: 'correctInvoice',
      method: 'post',
      path: '/v1/invoices/{id}/correction',
      tag: 'invoices',
      summary: 'Correct our own data about a document: supplier, account, dates, pairing, coding',
      description: 'What the sender stated is never changed. A posted document is reversed and posted anew.',
      permission: 'invoices:correct',
      params: idParams,
      body: { kind: 'json', schema: correctionRequestSchema },
      responses: decisionResponses,
      handle: async (call) => correctCase(parts, call, await call.read((db) => visibleCase(db, call, 'invoices:correct')), call.body),
    }),
    operation({
      id: 'withdrawInvoice',
      method: 'post',
      path: '/v1/invoices/{id}/withdrawal',
      tag: 'invoices',
      summary: 'Withdraw a document: whoever entered it, or the lead of accounts payable',
      permission: 'invoices:submit',
      params: idParams,
      body: { kind: 'json', schema: withdrawalSchema },
      responses: decisionResponses,
      handle: async (call) => withdrawCase(parts, call, await call.read((db) => visibleCase(db, call, 'invoices:submit')), call.body),
    }),
  ];
}

async function submit(parts: InvoiceRouteParts, call: Call<unknown, z.infer<typeof intakeQuery>, unknown>) {
  const document = await incoming(call);
  const taken = await takeIn(parts, document, {
    mayEnter: (entity) => mayIn(call.caller, 'invoices:submit', entity),
    ...(call.claim ? { request: { handle: call.claim, outcome: answerOf } } : {}),
  });
  const [only, ...others] = taken;
  if (only?.message || others.length > 0) return acknowledged(taken, call.correlationId);
  if (only?.ok) return answerOf(only.result);
  const refused = only?.problem ?? problem('document-empty', 'The document has no content.');
  return problemAnswer(refused.code, refused.message, call.correlationId, refused.place);
}

/** Which messages of an interchange were accepted and which were refused; where none was, the refusal of the first is the answer. */
function acknowledged(taken: TakenIn[], correlationId: string) {
  const refused = taken.flatMap((each) => (each.ok ? [] : [each.problem]));
  const [first] = refused;
  if (first && refused.length === taken.length) return problemAnswer(first.code, `None of the ${taken.length} messages is accepted. The first: ${first.message}`, correlationId, first.place);
  const messages = taken.map((each) => ({ message: each.message, ...(each.ok ? { document: answerOf(each.result).body } : { problem: problemDocument(each.problem.code, each.problem.message, correlationId, each.problem.place) }) }));
  return { status: 202, body: { accepted: taken.length - refused.length, refused: refused.length, messages }, headers: { Location: `/v1/invoices?correlationId=${encodeURIComponent(correlationId)}` } };
}

async function incoming(call: Call<unknown, z.infer<typeof intakeQuery>, unknown>): Promise<IncomingDocument> {
  const multipart = /^multipart\/form-data/i.test(call.mediaType);
  const { document, attachments } = multipart ? await readMultipart(call.bytes, call.mediaType) : { document: { bytes: call.bytes, mediaType: call.mediaType.split(';', 1)[0] || 'application/octet-stream' }, attachments: [] };
  return {
    channel: 'api',
    ...(call.query.messageId === undefined ? {} : { messageId: call.query.messageId }),
    ...(call.query.entity === undefined ? {} : { entity: call.query.entity }),
    submitter: `person:${call.caller.personId}`,
    correlationId: call.correlationId,
    bytes: document.bytes,
    mediaType: document.mediaType,
    attachments,
  };
}

function answerOf({ caseId, entity, workflowId, documentHash, accepted }: IntakeResult) {
  return { status: 202, body: { id: caseId, entity, workflowId, documentHash, accepted }, headers: { Location: `/v1/invoices/${caseId}` } };
}

async function visibleCase(db: Db, call: Call<z.infer<typeof idParams>, unknown, unknown>, permission: Permission = 'invoices:read') {
  const found = await readCase(db, call.params.id);
  if (!found || found.case.process !== invoiceToPayProcess) throw unknown('invoice');
  requireEntity(call.caller, permission, found.case.entity, 'invoice');
  return found;
}

async function detail(db: Db, call: Call<z.infer<typeof idParams>, unknown, unknown>): Promise<z.infer<typeof detailSchema>> {
  const found = await visibleCase(db, call);
  const posting = found.progress.postings.at(-1);
  const assessment = await latestAssessment(db, found.case.id);
  return {
    case: found.case,
    progress: found.progress,
    erp: posting ? { status: posting.status as 'posted', reference: posting.reference } : { status: 'not-asked' },
    findings: assessment?.result.findings ?? [],
    links: await linksOf(db, found.case.id),
    payments: await paymentsOfCase(db, found.case.id),
  };
}

async function documentOf(db: Db, call: Call<z.infer<typeof idParams>, { form: 'canonical' | 'original' }, unknown>) {
  const { case: found } = await visibleCase(db, call);
  const document = await readDocument(db, found.id);
  if (!document) throw unknown('document');
  if (call.query.form === 'canonical') return { status: 200, body: document.invoice };
  const blob = await readBlob(db, found.entity, document.contentHash);
  if (!blob) throw new KontorError('unknown-resource', 'The original bytes are not kept any more.');
  return { status: 200, body: blob.bytes, headers: { 'Content-Type': 'application/octet-stream', 'Content-Disposition': `attachment; filename="${found.id}"` } };
}
