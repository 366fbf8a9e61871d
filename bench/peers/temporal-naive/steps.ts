import { activity } from '../../../activities/activity.ts';
import type { CaseRef } from '../../../activities/accounts-payable/commands.ts';
import { duplicateQuery, policiesOf } from '../../../activities/accounts-payable/facts.ts';
import { erpFactsSchema, type ErpFacts } from '../../../activities/accounts-payable/gather-invoice-facts.ts';
import { requiredEntity, requiredOf } from '../../../activities/lookup.ts';
import type { PayablesParts } from '../../../activities/accounts-payable/parts.ts';
import { readFacts } from '../../../db/repositories/assessments.ts';
import { readCase } from '../../../db/repositories/cases.ts';
import { delegationsAt, peopleOf } from '../../../db/repositories/directory.ts';
import { attachmentsOf, readCorrections, readDocument } from '../../../db/repositories/documents.ts';
import { findDuplicateCandidates } from '../../../db/repositories/invoice-keys.ts';
import { activePolicy } from '../../../db/repositories/policies.ts';
import { reservationsOf } from '../../../db/repositories/reservations.ts';
import { localDate } from '../../../domain/calendar/business-hours.ts';
import type { InvoiceFacts } from '../../../domain/model/invoice-facts.ts';
import * as routing from '../../../domain/rules/accounts-payable/approval-route.ts';
import { codeDocument } from '../../../domain/rules/accounts-payable/coding.ts';
import { judgeDocument } from '../../../domain/rules/accounts-payable/document-checks.ts';
import * as duplicates from '../../../domain/rules/accounts-payable/duplicates.ts';
import { rateBetween } from '../../../domain/rules/accounts-payable/exchange.ts';
import { toFindings, type Observation } from '../../../domain/rules/accounts-payable/findings.ts';
import { inOrder } from '../../../domain/rules/accounts-payable/input-order.ts';
import { matchDocument, matchStatus } from '../../../domain/rules/accounts-payable/match.ts';
import * as parties from '../../../domain/rules/accounts-payable/parties.ts';
import { judgeTax } from '../../../domain/rules/accounts-payable/tax.ts';
import { verifyTotals } from '../../../domain/rules/invoice/totals.ts';

/**
 * The steps of an assessment, one activity each. Ids and codes enter the history, as ours; so each step reads the document and
 * the snapshot by their ids, and beyond them only what its own rule looks at. None writes: the assessment is judged and
 * recorded under its locks by `recordAssessment`, which is ours.
 */
export interface StepActivities {
  resolveSupplier(command: StepCommand): Promise<Found & { supplierId?: string }>;
  validateDocument(command: StepCommand): Promise<Found>;
  findDuplicates(command: StepCommand): Promise<Found>;
  matchToOrder(command: StepCommand): Promise<Found & { status: string }>;
  codeLines(command: StepCommand): Promise<Found & { lines: number }>;
  checkTax(command: StepCommand): Promise<Found>;
  routeForApproval(command: StepCommand): Promise<{ steps: number; reason: string }>;
}

export interface StepCommand extends CaseRef {
  factsId: string;
}

export interface Found {
  findings: string[];
}

export function createStepActivities(parts: PayablesParts): StepActivities {
  const step = <Answer>(work: (parts: PayablesParts, facts: InvoiceFacts) => Answer | Promise<Answer>) => activity(async (command: StepCommand) => work(parts, await factsOf(parts, command)));
  return { resolveSupplier: step(resolveSupplier), validateDocument: step(validateDocument), findDuplicates: step(findDuplicates), matchToOrder: step(matchToOrder), codeLines: step(codeLines), checkTax: step(checkTax), routeForApproval: step(routeForApproval) };
}

/** What every step needs; each adds what its own rule looks at. */
async function factsOf({ db, now }: PayablesParts, { caseId, entity, factsId }: StepCommand): Promise<InvoiceFacts> {
  const [snapshot, found, company, corrections] = await Promise.all([readFacts(db, factsId), readCase(db, caseId), requiredEntity(db, entity), readCorrections(db, caseId)]);
  const { facts, documentVersion } = requiredOf(snapshot, 'snapshot', factsId);
  const { case: { submitter, acceptedAt } } = requiredOf(found, 'case', caseId);
  const instant = now().toISOString();
  const [stored, calendar] = await Promise.all([readDocument(db, caseId, documentVersion), activePolicy(db, 'calendar', company.calendar, instant.slice(0, 10))]);
  const { invoice, documentHash } = requiredOf(stored, 'document', caseId);
  const today = localDate(calendar.content, instant);
  const { suppliers, orders, receipts, rate }: ErpFacts = erpFactsSchema.parse(facts);
  return inOrder({
    caseId, entity: company, invoice, documentHash,
    ...(submitter.startsWith('person:') ? { submittedBy: submitter.slice('person:'.length) } : {}),
    receivedOn: localDate(calendar.content, acceptedAt), today, now: instant,
    supplierCandidates: suppliers, orders, receipts, corrections,
    reservations: [], duplicateCandidates: [], overrides: [], recentInvoices: [], people: [], delegations: [], quarantined: [], totals: [],
    policies: await policiesOf(db, company, today), calendar, ...(rate ? { rate } : {}),
  });
}

function resolveSupplier(_: PayablesParts, facts: InvoiceFacts): Found & { supplierId?: string } {
  const { supplier, observations } = parties.resolveSupplier(facts);
  const payee = supplier ? parties.resolvePayee(facts, supplier).observations : [];
  return { ...found([...observations, ...payee]), ...(supplier ? { supplierId: supplier.id } : {}) };
}

async function validateDocument({ db }: PayablesParts, facts: InvoiceFacts): Promise<Found> {
  const quarantined = (await attachmentsOf(db, facts.caseId)).filter((attachment) => attachment.quarantined).map(({ name }) => name);
  const complete = { ...facts, quarantined, totals: verifyTotals(facts.invoice) };
  return found([...judgeDocument(complete), ...parties.judgeBuyer(complete)]);
}

async function findDuplicates({ db }: PayablesParts, facts: InvoiceFacts): Promise<Found> {
  const { supplier } = parties.resolveSupplier(facts);
  const duplicateCandidates = await findDuplicateCandidates(db, duplicateQuery(facts, supplier));
  return found(duplicates.findDuplicates({ ...facts, duplicateCandidates }, supplier));
}

async function matchToOrder({ db }: PayablesParts, facts: InvoiceFacts): Promise<Found & { status: string }> {
  const { matched } = await matchOf(db, facts);
  return { ...found(matched.observations), status: matchStatus(matched, toFindings([...matched.observations], facts)).status };
}

async function codeLines({ db }: PayablesParts, facts: InvoiceFacts): Promise<Found & { lines: number }> {
  const { supplier, matched } = await matchOf(db, facts);
  const { coding, observations } = codeDocument(facts, supplier, matched);
  return { ...found(observations), lines: coding.length };
}

function checkTax(_: PayablesParts, facts: InvoiceFacts): Found {
  return found(judgeTax(facts, parties.resolveSupplier(facts).supplier));
}

async function routeForApproval({ db }: PayablesParts, facts: InvoiceFacts): Promise<{ steps: number; reason: string }> {
  const { supplier, matched } = await matchOf(db, facts);
  const [people, delegations] = await Promise.all([peopleOf(db, facts.entity.id), delegationsAt(db, facts.entity.id, facts.now)]);
  const complete = { ...facts, people, delegations };
  const findings = toFindings([...matched.observations], facts);
  const { status, lines } = matchStatus(matched, findings);
  const orderBacked = lines.length > 0 && matched.groups.length > 0 && lines.every((line) => line.orderLine !== undefined);
  const amount = routing.amountForAuthority(facts.invoice.totals.gross, facts.invoice.totals.payable);
  if (amount.currency !== facts.entity.currency) return { steps: 0, reason: 'the amount in the company currency is judged with the assessment' };
  const { coding } = codeDocument(complete, supplier, matched);
  const route = routing.routeApproval(complete, { supplier, match: status, orderBacked, coding, findings, amount, held: routing.dutiesOf(complete) });
  return { steps: route.steps.length, reason: route.matrix };
}

async function matchOf(db: PayablesParts['db'], facts: InvoiceFacts) {
  const { invoice, policies, rate, entity, orders } = facts;
  const reservations = await reservationsOf(db, entity.id, orders.map(({ number }) => number));
  const { currency } = policies.tolerances.content;
  const { supplier } = parties.resolveSupplier(facts);
  return { supplier, matched: matchDocument({ ...facts, reservations }, supplier, { currency, rate: rateBetween(invoice.currency, currency, rate) }) };
}

function found(observations: readonly Observation[]): Found {
  return { findings: [...new Set(observations.map(({ code }) => code))] };
}
