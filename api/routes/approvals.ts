import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import { latestAssessment, readFacts, type StoredAssessment } from '../../db/repositories/assessments.ts';
import { listAudit } from '../../db/repositories/audit.ts';
import { readCase } from '../../db/repositories/cases.ts';
import { decisionsOf } from '../../db/repositories/decisions.ts';
import { seatsOf } from '../../db/repositories/directory.ts';
import { attachmentsOf, readDocument, type StoredDocument } from '../../db/repositories/documents.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { commentsOf } from '../../db/repositories/inbox.ts';
import { countExclusions, readRun, type PaymentRun } from '../../db/repositories/payment-runs.ts';
import { lookAlikesOf } from '../../db/repositories/payments.ts';
import { approvalSchema, type Approval } from '../../domain/model/approval.ts';
import { codingLineSchema, matchLineSchema, matchStatuses, payeeSchema } from '../../domain/model/assessment.ts';
import { auditEventSchema } from '../../domain/model/audit-event.ts';
import { caseSchema } from '../../domain/model/case.ts';
import { plainDateSchema } from '../../domain/model/dates.ts';
import { exceptionCaseSchema } from '../../domain/model/exception-case.ts';
import { findingSchema } from '../../domain/model/finding.ts';
import { moneySchema } from '../../domain/model/money.ts';
import { supplierSchema } from '../../domain/model/supplier.ts';
import { unknown } from '../access.ts';
import { visibleTask } from '../decisions/approval.ts';
import { receiptOf, receiptSchema } from '../decisions/receipt.ts';
import { operation, type Call, type Operation } from '../operation.ts';
import { commentSchema, isOffered } from './inbox.ts';

const idParams = z.object({ id: z.string().min(1).max(80) });
const historyLength = 100;

const lookAlikeSchema = z
  .object({ case: z.string(), score: z.number().int().optional(), rule: z.string(), number: z.string().optional(), sellerName: z.string().optional(), gross: moneySchema.optional(), issueDate: plainDateSchema.optional(), state: z.string() })
  .strict();

const summarySchema = z
  .object({
    number: z.string(),
    class: z.enum(['invoice', 'credit-note']),
    issueDate: plainDateSchema,
    dueDate: plainDateSchema.optional(),
    seller: z.string(),
    buyer: z.string(),
    net: moneySchema,
    tax: moneySchema,
    gross: moneySchema,
    payable: moneySchema,
    lines: z.array(z.object({ id: z.string(), name: z.string().optional(), quantity: z.string(), unit: z.string().optional(), unitPrice: z.string(), net: moneySchema }).strict()),
    format: z.string(),
    attachments: z.array(z.object({ name: z.string(), mediaType: z.string(), sha256: z.string(), quarantined: z.boolean() }).strict()),
  })
  .strict();

const runSummarySchema = z
  .object({ id: z.string(), account: z.string(), executionDate: plainDateSchema.optional(), documents: z.number().int(), payments: z.number().int(), excluded: z.number().int(), withheld: moneySchema.optional(), discount: moneySchema.optional(), possibleDuplicates: z.array(z.string()), proposer: z.string().optional(), approver: z.string().optional() })
  .strict();

/** What a person needs in order to decide, top to bottom. */
const decisionPageSchema = z
  .object({
    task: approvalSchema,
    /** Whether this is the reader's to decide, and in whose name. */
    mine: z.object({ offered: z.boolean(), onBehalfOf: z.array(z.string()) }).strict(),
    case: caseSchema,
    amount: moneySchema.optional(),
    dueDate: plainDateSchema.optional(),
    why: z.object({ text: z.string(), rule: z.string().optional(), policyVersion: z.string() }).strict(),
    checked: z
      .object({
        match: z.object({ status: z.enum(matchStatuses), lines: z.array(matchLineSchema) }).strict().optional(),
        findings: z.array(findingSchema),
        lookAlikes: z.array(lookAlikeSchema),
        payee: payeeSchema.extend({ changedOn: plainDateSchema.optional(), daysSinceChange: z.number().int().optional() }).optional(),
        coding: z.array(codingLineSchema),
        openExceptions: z.array(exceptionCaseSchema),
      })
      .strict(),
    /** The document, where the task is about one. */
    document: summarySchema.optional(),
    /** The payment run, where the task is about one. */
    run: runSummarySchema.optional(),
    decisions: z.array(receiptSchema),
    history: z.array(auditEventSchema),
    comments: z.array(commentSchema),
  })
  .strict()
  .meta({ id: 'DecisionPage' });
type DecisionPage = z.infer<typeof decisionPageSchema>;

export function approvalRoutes(): Operation[] {
  return [
    operation({
      id: 'getApproval',
      method: 'get',
      path: '/v1/approvals/{id}',
      tag: 'approvals',
      summary: 'The decision page: amount, due, why you, what was checked, document, history',
      permission: 'inbox:use',
      params: idParams,
      responses: { 200: { description: 'The page', schema: decisionPageSchema } },
      handle: async (call) => ({ status: 200, body: await call.read((db) => decisionPage(db, call)) }),
    }),
  ];
}

async function decisionPage(db: Db, call: Call<z.infer<typeof idParams>, unknown, unknown>): Promise<DecisionPage> {
  const task = await visibleTask(db, call, call.params.id);
  const found = await readCase(db, task.case);
  const document = await readDocument(db, task.case);
  const assessment = await latestAssessment(db, task.case);
  const run = await readRun(db, task.case);
  if (!found || (!document && !run)) throw unknown('approval');
  return {
    task,
    mine: await standing(db, call.caller.personId, task),
    case: found.case,
    ...(task.amount ? { amount: task.amount } : {}),
    ...(found.case.dueDate ? { dueDate: found.case.dueDate } : {}),
    why: { text: task.why, ...(task.ruleId ? { rule: task.ruleId } : {}), policyVersion: task.policyVersion },
    checked: await whatWasChecked(db, task, assessment, call.at),
    ...(document ? { document: await summaryOf(db, task.case, document) } : {}),
    ...(run ? { run: await runSummaryOf(db, run) } : {}),
    decisions: (await decisionsOf(db, task.case)).map((decision) => receiptOf(decision)),
    history: (await listAudit(db, { caseId: task.case }, { limit: historyLength })).map(({ event }) => auditEventSchema.parse(JSON.parse(event))),
    comments: await commentsOf(db, task.case),
  };
}

async function summaryOf(db: Db, caseId: string, document: StoredDocument): Promise<z.infer<typeof summarySchema>> {
  const { invoice } = document;
  return {
    number: invoice.number,
    class: invoice.class,
    issueDate: invoice.issueDate,
    ...(invoice.dueDate ? { dueDate: invoice.dueDate } : {}),
    seller: invoice.seller.name,
    buyer: invoice.buyer.name,
    net: invoice.totals.net,
    tax: invoice.totals.tax,
    gross: invoice.totals.gross,
    payable: invoice.totals.payable,
    lines: invoice.lines.map(({ id, item, quantity, unit, unitPrice, net }) => ({ id, ...(item.name ? { name: item.name } : {}), quantity, ...(unit ? { unit } : {}), unitPrice, net })),
    format: document.format,
    attachments: await attachmentsOf(db, caseId),
  };
}

async function runSummaryOf(db: Db, run: PaymentRun): Promise<z.infer<typeof runSummarySchema>> {
  return {
    id: run.runId, account: run.payerAccount, documents: run.items, payments: run.instructions, excluded: await countExclusions(db, run.runId), possibleDuplicates: await lookAlikesOf(db, run.runId),
    ...(run.executionDate ? { executionDate: run.executionDate } : {}),
    ...(run.withheldMinor && run.currency ? { withheld: { currency: run.currency, minor: run.withheldMinor } } : {}),
    ...(run.discountMinor && run.currency ? { discount: { currency: run.currency, minor: run.discountMinor } } : {}),
    ...(run.proposer ? { proposer: run.proposer } : {}),
    ...(run.approver ? { approver: run.approver } : {}),
  };
}

async function standing(db: Db, person: string, task: Approval): Promise<DecisionPage['mine']> {
  const reader = await seatsOf(db, person);
  const others = reader.actsFor.filter(({ holder, entity }) => holder !== person && (entity === '*' || entity === task.entity));
  const offeredTo = (holder: string) => isOffered({ person: holder, actsFor: [{ holder, entity: '*' }], seats: reader.seats.filter((seat) => seat.holder === holder) }, task);
  return { offered: isOffered(reader, task), onBehalfOf: [...new Set(others.map(({ holder }) => holder))].filter(offeredTo) };
}

async function whatWasChecked(db: Db, task: Approval, assessment: StoredAssessment | undefined, at: Date): Promise<DecisionPage['checked']> {
  const openExceptions = await openExceptionsOf(db, task.case);
  if (!assessment) return { findings: [], lookAlikes: [], coding: [], openExceptions };
  const { match, findings, coding, payee } = assessment.result;
  return {
    match,
    findings,
    lookAlikes: await lookAlikes(db, assessment),
    ...(payee ? { payee: { ...payee, ...(await ageOfAccount(db, assessment, at)) } } : {}),
    coding,
    openExceptions,
  };
}

async function lookAlikes(db: Db, { result }: StoredAssessment): Promise<DecisionPage['checked']['lookAlikes']> {
  const related = result.findings.filter(({ relatedCase }) => relatedCase !== undefined);
  const shown: DecisionPage['checked']['lookAlikes'] = [];
  for (const { relatedCase, score, rule } of related) {
    const other = (await readCase(db, relatedCase as string))?.case;
    if (!other || other.id === result.caseId) continue;
    const { id, documentNumber, sellerName, gross, issueDate, state } = other;
    shown.push({ case: id, rule, state, ...(score === undefined ? {} : { score }), ...(documentNumber ? { number: documentNumber } : {}), ...(sellerName ? { sellerName } : {}), ...(gross ? { gross } : {}), ...(issueDate ? { issueDate } : {}) });
  }
  return shown;
}

/** When the payee's account was changed last, as the ERP knew it when the document was assessed: a fresh change is a warning. */
async function ageOfAccount(db: Db, { factsId, result }: StoredAssessment, at: Date): Promise<{ changedOn?: string; daysSinceChange?: number }> {
  const facts = z.object({ suppliers: z.array(supplierSchema) }).safeParse((await readFacts(db, factsId))?.facts);
  const payee = result.payee;
  const account = facts.data?.suppliers.find(({ id }) => id === payee?.supplierId)?.bankAccounts.find(({ id }) => id === payee?.account?.id);
  if (!account) return {};
  return { changedOn: account.changedOn, daysSinceChange: Math.max(0, Math.floor((at.getTime() - Date.parse(account.changedOn)) / 86_400_000)) };
}
