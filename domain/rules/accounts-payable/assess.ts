import type { ApprovalRoute } from '../../model/approval-route.ts';
import type { Assessment, Disposition } from '../../model/assessment.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Finding } from '../../model/finding.ts';
import type { InvoiceFacts } from '../../model/invoice-facts.ts';
import type { Money } from '../../model/money.ts';
import { creditEffect } from '../invoice/credit.ts';
import { amountForAuthority, dutiesOf, routeApproval, splittingFlag, type ApprovalSubject } from './approval-route.ts';
import { codeDocument } from './coding.ts';
import { isCredit, judgeCreditReference, settlementOf, type CreditKind } from './credits.ts';
import { judgeDocument } from './document-checks.ts';
import { duplicateKeys } from './document-number.ts';
import { datesOf, dueDateOf } from './due-dates.ts';
import { findDuplicates } from './duplicates.ts';
import { convert, rateBetween } from './exchange.ts';
import { explain } from './explanation.ts';
import { compareText, stops, toFindings, type Observation } from './findings.ts';
import { inOrder } from './input-order.ts';
import { matchDocument, matchStatus, reservationsToHold, type DocumentMatch } from './match.ts';
import { judgeBuyer, resolvePayee, resolveSupplier } from './parties.ts';
import { consumeReceipts } from './receipts.ts';
import { draftPosting, paymentBlock } from './posting-draft.ts';
import { judgeTax } from './tax.ts';

/**
 * Judges one document on the facts of one moment: who it is from, whether it came before, whether it agrees with order
 * and receipt, where it is booked, who must approve it and what would be posted. Pure: the same facts in any order give
 * the same assessment. All problems are listed, never only the first, and nothing in the document is changed.
 */
export function assessInvoice(unordered: InvoiceFacts): Assessment {
  const facts = inOrder(unordered);
  const { invoice, policies } = facts;
  const limits = { currency: policies.tolerances.content.currency, rate: rateBetween(invoice.currency, policies.tolerances.content.currency, facts.rate) };

  const { supplier, by: resolvedBy, observations: aboutSupplier } = resolveSupplier(facts);
  const { payee, observations: aboutPayee } = supplier ? resolvePayee(facts, supplier) : { observations: [] };
  const { credited, observations: aboutCredit } = isCredit(invoice) ? judgeCreditReference(facts, supplier?.group) : { observations: [] };
  const matched = matchDocument(facts, supplier, limits);
  const coded = codeDocument(facts, supplier, matched);
  const { coding, observations: aboutCoding } = coded;
  const { serviceDate, postingDate, observations: aboutDates } = datesOf(facts, receiptDates(facts, matched));
  const observations = [
    ...judgeDocument(facts), ...judgeBuyer(facts), ...aboutSupplier, ...aboutPayee, ...findDuplicates(facts, supplier), ...aboutCredit,
    ...matched.observations, ...judgeTax(facts, supplier), ...aboutCoding, ...aboutDates, ...judgeRate(facts),
  ];

  const amount = authorityAmount(facts);
  const { status, lines } = matchStatus(matched, toFindings(observations, facts));
  const orderBacked = lines.length > 0 && matched.groups.length > 0 && lines.every((line) => line.orderLine !== undefined);
  const subject: ApprovalSubject | undefined = amount && { supplier, match: status, orderBacked, coding, findings: observations, amount, held: dutiesOf(facts) };
  const findings = toFindings(subject ? [...observations, ...splittingFlag(facts, subject)] : observations, facts);
  const route = subject ? routeApproval(facts, subject) : routeUnknown(facts);

  const awaitingReceipt = findings.some((finding) => finding.severity === 'wait' && !finding.overridden);
  const disposition = dispose(facts, findings, route, awaitingReceipt);
  const duplicateOf = originalOf(facts, findings);
  const payable = creditEffect(invoice, invoice.totals.payable);
  const block = paymentBlock({ awaitingReceipt, needsApproval: route.steps.length > 0 && policies.posting.content.order === 'post-blocked-then-approve', payee, payable });
  const dueDate = dueDateOf(facts, supplier);
  const postable = supplier && payee && coding.length > 0 && disposition !== 'exception' && disposition !== 'duplicate';
  const effect = creditOf(facts, matched, credited);

  return {
    schemaVersion: 1,
    caseId: facts.caseId,
    disposition,
    findings,
    ...(disposition === 'duplicate' && duplicateOf !== undefined ? { duplicateOf } : {}),
    ...(supplier ? { duplicateKeys: duplicateKeys(supplier.group, invoice.class, invoice.number), supplierId: supplier.id, supplierGroup: supplier.group } : {}),
    ...(payee ? { payee: { supplierId: payee.supplier.id, ...(payee.account ? { account: { id: payee.account.id, version: payee.account.version, status: payee.account.status } } : {}) } } : {}),
    match: { status, lines },
    coding,
    reservationsToHold: findings.some(isOpenDuplicate) || !supplier ? [] : reservationsToHold(matched, lines, findings, policies.posting.content.beforeReceipt === 'post-blocked'),
    ...(effect ? { credit: effect } : {}),
    payable,
    ...(amount ? { amountForAuthority: amount } : {}),
    ...(facts.rate && invoice.currency !== facts.entity.currency ? { exchangeRate: facts.rate } : {}),
    dueDate,
    serviceDate,
    postingDate,
    route,
    postBeforeApproval: policies.posting.content.order === 'post-blocked-then-approve',
    paymentBlock: block,
    ...(postable ? { posting: draftPosting(facts, supplier, payee, matched, coded, { dueDate, postingDate }, block.blocked) } : {}),
    explanation: explain(facts, { supplier, resolvedBy, lines, findings, amount, route, dueDate, postingDate, serviceDate }),
    policyVersions: versionsOf(facts),
  };
}

/** What happens next; the first that applies. */
function dispose(facts: InvoiceFacts, findings: readonly Finding[], route: ApprovalRoute, awaitingReceipt: boolean): Disposition {
  if (findings.some(isOpenDuplicate)) return originalOf(facts, findings) === undefined ? 'exception' : dispositionOfRepeat(facts);
  if (findings.some(stops)) return 'exception';
  if (awaitingReceipt && facts.policies.posting.content.beforeReceipt === 'park') return 'awaiting-receipt';
  return route.steps.length > 0 ? 'needs-approval' : 'ready-to-post';
}

/** D1: what is posted ends as a duplicate only by a person's word; anything else by policy. */
export function dispositionOfRepeat({ policies, postingStands }: InvoiceFacts): 'duplicate' | 'exception' {
  return policies.duplicates.content.onExact === 'end' && postingStands === undefined ? 'duplicate' : 'exception';
}

/** D1, D9: what it repeats; undefined where all that it repeats is about to end without effect, for then nothing would be left to pay. */
function originalOf({ duplicateCandidates }: InvoiceFacts, findings: readonly Finding[]): string | undefined {
  const ending = new Set(duplicateCandidates.filter(({ endsAs }) => endsAs !== undefined).map(({ caseId }) => caseId));
  return findings.filter(isOpenDuplicate).flatMap(({ relatedCase }) => (relatedCase === undefined || ending.has(relatedCase) ? [] : [relatedCase])).sort()[0];
}

/** D1, while two persons have not said that it is another document (D10). */
export function isOpenDuplicate(finding: Finding): boolean {
  return finding.code === 'duplicate-exact' && stops(finding);
}

/** A missing rate is an exception, never 1.0; so is a policy whose limits are in another currency than the company's (F5). */
function judgeRate({ invoice, entity, policies, rate }: InvoiceFacts): Observation[] {
  const currencies = [entity.currency, policies.tolerances.content.currency, policies.approval.content.currency];
  const missing = [...new Set(currencies)].filter((currency) => !rateBetween(invoice.currency, currency, rate)).sort(compareText);
  return missing.length === 0 ? [] : [{ code: 'exchange-rate-missing', rule: 'F5', scope: 'document', expected: missing.map((currency) => `${invoice.currency} to ${currency} on ${invoice.issueDate}`).join(', ') }];
}

/** A1, in the currency of company and matrix; undefined while they cannot be compared. */
function authorityAmount({ invoice, entity, policies, rate }: InvoiceFacts): Money | undefined {
  const known = rateBetween(invoice.currency, entity.currency, rate);
  if (!known || policies.approval.content.currency !== entity.currency) return undefined;
  return convert(amountForAuthority(invoice.totals.gross, invoice.totals.payable), entity.currency, known);
}

function routeUnknown({ policies }: InvoiceFacts): ApprovalRoute {
  return { policyVersion: policies.approval.version, matrix: 'none', steps: [], reason: 'not routed: the amount in the company currency is unknown' };
}

/** Days of the receipts that this document bills (R1). */
function receiptDates({ receipts }: InvoiceFacts, { groups }: DocumentMatch): PlainDate[] {
  return groups.flatMap(({ group, match }) => {
    const own = receipts.filter((receipt) => receipt.orderNumber === group.order.number && receipt.orderLine === group.target.id);
    const named = group.pairs.map((pair) => pair.line.receiptNumber).find((number) => number !== undefined);
    return consumeReceipts(own, group.position.invoiced, match.taken.quantity, named).consumed.map(({ receipt }) => receipt.receivedOn);
  });
}

function creditOf(facts: InvoiceFacts, { groups }: DocumentMatch, credited: ReturnType<typeof judgeCreditReference>['credited']): Assessment['credit'] {
  if (!isCredit(facts.invoice)) return undefined;
  const kinds = groups.map((entry) => entry.creditKind);
  const kind: CreditKind = facts.corrections.creditKind ?? (kinds.includes('quantity') ? 'quantity' : kinds.includes('price') ? 'price' : 'goodwill');
  return settlementOf(facts, kind, credited);
}

function versionsOf({ policies, calendar }: InvoiceFacts): Record<string, string> {
  return { ...Object.fromEntries(Object.entries(policies).map(([kind, policy]) => [kind, policy.version as string])), calendar: calendar.version };
}
