import type { Db, Trx } from '../../db/client.ts';
import { firstPolicyVersion, overridesOf } from '../../db/repositories/assessments.ts';
import type { CaseWithProgress } from '../../db/repositories/cases.ts';
import { delegationsAt, peopleOf } from '../../db/repositories/directory.ts';
import { attachmentsOf, readCorrections, type StoredDocument } from '../../db/repositories/documents.ts';
import { findDuplicateCandidates, type DuplicateQuery } from '../../db/repositories/invoice-keys.ts';
import { activePolicies, activePolicy, policyByVersion } from '../../db/repositories/policies.ts';
import { recentInvoicesOf } from '../../db/repositories/recent-invoices.ts';
import { reservationsOf } from '../../db/repositories/reservations.ts';
import type { InvoiceFacts } from '../../domain/model/invoice-facts.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import type { Progress } from '../../domain/model/progress.ts';
import type { Supplier } from '../../domain/model/supplier.ts';
import type { AccountsPayablePolicies, ApprovalPolicy, Versioned } from '../../domain/policy/index.ts';
import { addDays } from '../../domain/calendar/plain-date.ts';
import { localDate } from '../../domain/calendar/business-hours.ts';
import { documentKeys } from '../../domain/rules/accounts-payable/document-number.ts';
import { resolveSupplier } from '../../domain/rules/accounts-payable/parties.ts';
import { verifyTotals } from '../../domain/rules/invoice/totals.ts';
import type { ErpFacts } from './gather-invoice-facts.ts';

/** Candidates that are scored in one assessment; the query gives the newest first. */
const candidateLimit = 200;

/** What our own database knows of a case, of the orders that it bills and of who may decide about it. */
type Standing = Pick<InvoiceFacts, 'reservations' | 'overrides' | 'corrections' | 'people' | 'delegations' | 'quarantined'>;

/** Read after the locks that the caller has asked for before: on one transaction, statements run in the order of their begin. */
export async function readStanding(trx: Trx, { id, entity }: { id: string; entity: string }, erp: ErpFacts, now: Date): Promise<Standing> {
  const [reservations, overrides, corrections, people, delegations, attachments] = await Promise.all([
    reservationsOf(trx, entity, erp.orders.map(({ number }) => number)),
    overridesOf(trx, id),
    readCorrections(trx, id),
    peopleOf(trx, entity),
    delegationsAt(trx, entity, now.toISOString()),
    attachmentsOf(trx, id),
  ]);
  return { reservations, overrides, corrections, people, delegations, quarantined: attachments.filter(({ quarantined }) => quarantined).map(({ name }) => name) };
}

/** What is known before the facts are put together. */
interface Known {
  company: LegalEntity;
  current: CaseWithProgress;
  document: StoredDocument;
  erp: ErpFacts;
  standing: Standing;
  now: Date;
}

/**
 * Everything that the rules look at, read inside the transaction that will record their result. What the ERP knew comes from
 * the snapshot; what our own database knows is read now, under the locks that the caller holds.
 */
export async function assembleFacts(trx: Trx, { company, current, document, erp, standing, now }: Known): Promise<InvoiceFacts> {
  const { id: caseId, entity, submitter, acceptedAt } = current.case;
  const instant = now.toISOString();
  const [calendar, bound] = await Promise.all([activePolicy(trx, 'calendar', company.calendar, instant.slice(0, 10)), boundApproval(trx, current)]);
  const today = localDate(calendar.content, instant);
  const inForce = await policiesOf(trx, company, today);
  const isBound = bound !== undefined && bound.version !== inForce.approval.version;
  const policies = isBound ? { ...inForce, approval: bound } : inForce;
  const { invoice } = document;
  const withoutCandidates: InvoiceFacts = {
    ...standing,
    caseId,
    entity: company,
    invoice,
    documentHash: document.documentHash,
    ...(submitter.startsWith('person:') ? { submittedBy: submitter.slice('person:'.length) } : {}),
    ...(standingPosting(current) ? { postingStands: true } : {}),
    receivedOn: localDate(calendar.content, acceptedAt),
    today,
    now: instant,
    supplierCandidates: erp.suppliers,
    orders: erp.orders,
    receipts: erp.receipts,
    duplicateCandidates: [],
    recentInvoices: [],
    policies,
    ...(isBound ? { approvalInForce: inForce.approval } : {}),
    calendar,
    ...(erp.rate ? { rate: erp.rate } : {}),
    totals: verifyTotals(invoice),
  };
  const { supplier } = resolveSupplier(withoutCandidates);
  const [duplicateCandidates, recentInvoices] = await Promise.all([
    findDuplicateCandidates(trx, duplicateQuery(withoutCandidates, supplier)),
    supplier ? recentInvoicesOf(trx, { entity, supplierId: supplier.id, exceptCase: caseId, since: addDays(withoutCandidates.receivedOn, -policies.approval.content.splitting.days) }) : [],
  ]);
  return { ...withoutCandidates, duplicateCandidates, recentInvoices };
}

/** The posting that stands in the ERP. */
export function standingPosting({ progress }: CaseWithProgress): Progress['postings'][number] | undefined {
  return progress.postings.find(({ status }) => status === 'posted' || status === 'released');
}

const policyKinds = ['tolerances', 'approval', 'duplicates', 'deadlines', 'coding', 'tax', 'posting'] as const;

/** The company's policies in force on a date, in one round trip. */
export async function policiesOf(db: Db, company: LegalEntity, date: string): Promise<AccountsPayablePolicies> {
  const active = await activePolicies(db, policyKinds.map((kind) => ({ kind, name: company.policies[kind] })), date);
  return Object.fromEntries(policyKinds.map((kind, index) => [kind, active[index]])) as unknown as AccountsPayablePolicies;
}

/** A9: the approval policy that this version of the document was first routed by, if it was routed before. */
async function boundApproval(trx: Trx, { case: { id, documentHash } }: CaseWithProgress): Promise<Versioned<ApprovalPolicy> | undefined> {
  const version = await firstPolicyVersion(trx, id, documentHash, 'approval');
  return version === undefined ? undefined : policyByVersion(trx, 'approval', version);
}

/** What the look-alikes of a document are found by. */
export function duplicateQuery({ caseId, entity, invoice, corrections, policies }: InvoiceFacts, supplier: Supplier | undefined): DuplicateQuery {
  const keys = documentKeys(invoice.number);
  return {
    entity: entity.id,
    caseId,
    class: invoice.class,
    number: invoice.number,
    rawKey: keys.number,
    k1: keys.k1,
    k2: keys.k2,
    ...(supplier ? { supplierGroup: supplier.group } : {}),
    sellerName: invoice.seller.name,
    vatIds: [supplier?.vatId, invoice.seller.vatId].flatMap((id) => id ?? []),
    accounts: accountsOf(supplier, invoice.payment.means.flatMap(({ account }) => account?.iban ?? account?.id ?? [])),
    issueDate: invoice.issueDate,
    gross: invoice.totals.gross,
    net: invoice.totals.net,
    preceding: invoice.references.preceding.map(({ number }) => number),
    ...(corrections.creditOf === undefined ? {} : { creditOf: corrections.creditOf }),
    days: Math.max(policies.duplicates.content.fuzzy.dateWindowDays, policies.duplicates.content.sameAmount.windowDays),
    limit: candidateLimit,
  };
}

/** D6: the accounts on the supplier's record; the document's own while nobody knows the supplier. */
export function accountsOf(supplier: Supplier | undefined, stated: string[]): string[] {
  return supplier ? supplier.bankAccounts.flatMap(({ iban, account }) => iban ?? account ?? []) : stated;
}
