import { daysBetween } from '../../calendar/plain-date.ts';
import type { ApprovalRoute, ApprovalStep } from '../../model/approval-route.ts';
import type { CodingLine, MatchStatus } from '../../model/assessment.ts';
import type { FindingCode } from '../../model/finding.ts';
import type { InvoiceFacts, RecentInvoice } from '../../model/invoice-facts.ts';
import type { Money } from '../../model/money.ts';
import type { Supplier } from '../../model/supplier.ts';
import type { ApprovalBand, ApprovalCondition, ApprovalMatrix, ApprovalPolicy } from '../../policy/approval.ts';
import { compareExact, exact } from '../decimal.ts';
import { absoluteMoney, compareMoney, describeMoney, exactAmount, minorOf, noMoney, sumMoney } from '../money.ts';
import { allocateByWeight } from './allocation.ts';
import type { BreakGlass } from './approval-decision.ts';
import { heldRole } from './authority.ts';
import { byCostCentre } from './coding.ts';
import { isCredit } from './credits.ts';
import { conflictingDuty, humanOf, stricterDuties, type DutyHolder, type DutyRules } from './duties.ts';
import type { Observation } from './findings.ts';
import { exceedsGross } from './payable.ts';

/** What the matrix looks at (A2). */
export interface ApprovalSubject {
  supplier: Supplier | undefined;
  match: MatchStatus;
  orderBacked: boolean;
  coding: CodingLine[];
  findings: readonly { code: FindingCode }[];
  /** In the company currency, never negative (A1). */
  amount: Money;
  held: DutyHolder[];
}

/** Who is asked, in which order and how many, with the reason for each (A1 to A3, A11, A12, C5). */
export function routeApproval(facts: InvoiceFacts, subject: ApprovalSubject): ApprovalRoute {
  const { version, content: policy } = facts.policies.approval;
  const additions = policy.additions.filter((addition) => holds(addition.when, facts, subject));
  const splitting = splittingOf(facts, subject);
  const skip = additions.length === 0 && !splitting ? skipsApproval(facts, policy, subject) : undefined;
  if (skip) return { policyVersion: version, matrix: 'none', steps: [], reason: skip };

  const matrix = matrixFor(policy, facts, subject);
  const banded = splitting && policy.splitting.effect === 'raise-band' ? splitting.total : subject.amount;
  const band = bandFor(matrix, banded);
  const step = stepMaker(facts, subject);
  const total = describeMoney(subject.amount);
  const steps = [
    ...shareSteps(facts, subject, policy, step),
    ...additions.map((addition) => step('endorsement', addition.endorsement, addition.id, addition.why, subject.amount)),
    ...band.endorsements.map((requirement, index) => step('endorsement', requirement, `${matrix.id}/${band.id}/${index + 1}`, `Endorses documents ${describeBand(band, subject.amount.currency)}`, subject.amount)),
    step('authority', band.authority, `${matrix.id}/${band.id}`, `Holds the authority for ${total}: documents ${describeBand(band, subject.amount.currency)}`, subject.amount),
  ];
  return { policyVersion: version, matrix: matrix.id, steps: steps.map((entry, index) => ({ ...entry, id: `${index + 1}-${entry.id}` })), reason: splitting ? `several documents together: ${describeMoney(splitting.total)}` : `amount ${total}` };
}

/** A12: same supplier and requester within some days; each is in a lower band than all together. */
export function splittingFlag(facts: InvoiceFacts, subject: ApprovalSubject): Observation[] {
  const splitting = splittingOf(facts, subject);
  if (!splitting) return [];
  const effect = facts.policies.approval.content.splitting.effect;
  return [{
    code: 'possible-splitting', rule: 'A12', scope: 'document', expected: describeMoney(subject.amount), actual: describeMoney(splitting.total), severity: effect === 'flag' ? 'review' : 'info',
    variance: splitting.cases.join(', '),
  }];
}

function splittingOf(facts: InvoiceFacts, subject: ApprovalSubject): { total: Money; cases: string[] } | undefined {
  if (subject.orderBacked || isCredit(facts.invoice)) return undefined;
  const policy = facts.policies.approval.content;
  const together = perhapsSplitFrom(facts, subject.amount.currency);
  if (together.length === 0) return undefined;
  const matrix = matrixFor(policy, facts, subject);
  const amounts = [subject.amount, ...together.map((recent) => recent.amountForAuthority)];
  const total = sumMoney(subject.amount.currency, amounts);
  const reached = bandFor(matrix, total);
  if (amounts.some((amount) => bandFor(matrix, amount).id === reached.id)) return undefined;
  return { total, cases: together.map((recent) => recent.caseId).sort() };
}

/** A12: what the same person had the same supplier bill within the days of the policy. */
export function perhapsSplitFrom(facts: InvoiceFacts, currency: string): RecentInvoice[] {
  const requester = requesterOf(facts);
  const { days } = facts.policies.approval.content.splitting;
  return facts.recentInvoices.filter((recent) => recent.caseId !== facts.caseId && recent.requester === requester && Math.abs(daysBetween(facts.receivedOn, recent.receivedOn)) < days && recent.amountForAuthority.currency === currency);
}

/** Who asked for what is billed: corrected, the order's requester, or whoever entered it. */
function requesterOf(facts: InvoiceFacts): string | undefined {
  return facts.corrections.requester ?? [...facts.orders].sort((a, b) => (a.number < b.number ? -1 : 1))[0]?.requester ?? facts.submittedBy;
}

/** A11: the order was approved, so its matched invoice need not be, unless more is to be paid than it bills; payment release is never skipped. */
function skipsApproval(facts: InvoiceFacts, policy: ApprovalPolicy, subject: ApprovalSubject): string | undefined {
  if (!subject.orderBacked || isCredit(facts.invoice) || exceedsGross(facts.invoice)) return undefined;
  const rule = policy.withoutApproval.find((entry) => entry.match === subject.match && compareExact(exactAmount(subject.amount), exact(entry.upTo)) <= 0);
  return rule && `${subject.match} against an approved order, up to ${rule.upTo} ${policy.currency}`;
}

function matrixFor(policy: ApprovalPolicy, facts: InvoiceFacts, subject: ApprovalSubject): ApprovalMatrix {
  const matrix = policy.matrices.find((candidate) => holds(candidate.when, facts, subject));
  if (!matrix) throw new RangeError('no approval matrix applies: the last one must have no condition');
  return matrix;
}

function bandFor(matrix: ApprovalMatrix, amount: Money): ApprovalBand {
  const band = matrix.bands.find((candidate) => candidate.upTo === undefined || compareExact(exactAmount(amount), exact(candidate.upTo)) <= 0);
  if (!band) throw new RangeError(`no band of ${matrix.id} holds ${describeMoney(amount)}: the last one must be open`);
  return band;
}

function holds(when: ApprovalCondition, { invoice }: InvoiceFacts, subject: ApprovalSubject): boolean {
  const has = <Value>(list: Value[] | undefined, values: (Value | undefined)[]): boolean => list === undefined || values.some((value) => value !== undefined && list.includes(value));
  return (
    (when.class === undefined || (when.class === 'credit-note') === isCredit(invoice))
    && (when.orderBacked === undefined || when.orderBacked === subject.orderBacked)
    && has<string>(when.match, [subject.match])
    && has(when.category, [subject.supplier?.category])
    && has(when.costCentre, subject.coding.map((line) => line.costCentre))
    && has(when.supplierRisk, [subject.supplier?.risk])
    && has(when.finding, subject.findings.map((finding) => finding.code))
    && (when.amountOver === undefined || compareExact(exactAmount(subject.amount), exact(when.amountOver)) > 0)
  );
}

type StepMaker = (kind: ApprovalStep['kind'], requirement: { role: string; required: number }, rule: string, why: string, amount: Money, costCentre?: { id: string; owner: string }) => ApprovalStep;

/** A3, A5: persons who hold the role now and no duty against it; too few and the step waits in the fallback queue. */
function stepMaker(facts: InvoiceFacts, subject: ApprovalSubject): StepMaker {
  const policy = facts.policies.approval.content;
  const duties = dutyRulesOf(facts);
  return (kind, { role, required }, rule, why, amount, costCentre) => {
    const demand = { entity: facts.entity.id, role, costCentre: costCentre?.id, ...(kind === 'authority' || costCentre ? { amount } : {}) };
    const able = facts.people.filter((person) => heldRole(person, demand) && conflictingDuty('approval', person.id, subject.held, facts.people, duties) === undefined);
    const preferred = costCentre ? able.filter((person) => person.id === costCentre.owner) : [];
    const persons = (preferred.length >= required ? preferred : able).map((person) => person.id).sort();
    const fallback = new Set(persons.map((person) => humanOf(person, facts.people))).size < required;
    return { id: `${kind}-${costCentre?.id ?? role}`, kind, role: fallback ? policy.fallbackRole : role, required, persons: fallback ? [] : persons, fallback, ...(costCentre ? { costCentre: costCentre.id } : {}), amount, rule, why };
  };
}

/** A2: with several cost centres each owner endorses the own share; the shares always sum to the amount. */
function shareSteps(facts: InvoiceFacts, subject: ApprovalSubject, policy: ApprovalPolicy, step: StepMaker): ApprovalStep[] {
  const shares = byCostCentre(subject.coding).filter((share) => minorOf(share.amount) !== 0n);
  if (shares.length < 2) return [];
  const amounts = allocateByWeight(subject.amount, shares.map((share) => minorOf(absoluteMoney(share.amount))));
  return shares.flatMap(({ costCentre }, index) => {
    const amount = amounts[index] ?? noMoney(subject.amount.currency);
    if (compareExact(exactAmount(amount), exact(policy.costCentreShare.over)) <= 0) return [];
    const owner = facts.policies.coding.content.costCentres.find((entry) => entry.id === costCentre)?.owner ?? '';
    return [step('endorsement', { role: policy.costCentreShare.role, required: 1 }, `share/${costCentre}`, `Answers for cost centre ${costCentre}, which bears ${describeMoney(amount)}`, amount, { id: costCentre, owner })];
  });
}

function describeBand(band: ApprovalBand, currency: string): string {
  return band.upTo === undefined ? `over ${band.over} ${currency}` : `over ${band.over} up to ${band.upTo} ${currency}`;
}

/** A1: what authority is measured against; the larger of gross and payable, so that no prepayment line can lower it. */
export function amountForAuthority(gross: Money, payable: Money): Money {
  const [a, b] = [absoluteMoney(gross), absoluteMoney(payable)];
  return compareMoney(a, b) >= 0 ? a : b;
}

/** What one human may combine: by the policy that routed the document and by the one in force (A9). */
export function dutyRulesOf({ policies, approvalInForce }: Pick<InvoiceFacts, 'policies' | 'approvalInForce'>): DutyRules {
  return stricterDuties(policies.approval.content.duties, approvalInForce?.content.duties);
}

/** A10: the way around the regular authority, where the policy that routed the document and the one in force both have it. */
export function breakGlassOf({ policies, approvalInForce }: Pick<InvoiceFacts, 'policies' | 'approvalInForce'>): BreakGlass | undefined {
  const [bound, inForce] = [policies.approval.content, (approvalInForce ?? policies.approval).content].map(({ breakGlass }) => breakGlass);
  if (!bound || !inForce) return undefined;
  const roles = bound.roles.filter((role) => inForce.roles.includes(role));
  return roles.length === 0 ? undefined : { roles, persons: Math.max(bound.persons, inForce.persons) };
}

/** Everybody whose share in the document stands against approving it (A5). */
export function dutiesOf(facts: InvoiceFacts): DutyHolder[] {
  const receivers = facts.receipts.map((receipt) => ({ duty: 'receipt' as const, person: receipt.receiver }));
  const coders = facts.corrections.by.map((person) => ({ duty: 'coding' as const, person }));
  const entry = facts.submittedBy === undefined ? [] : [{ duty: 'invoice-entry' as const, person: facts.submittedBy }];
  return [...entry, ...coders, ...receivers];
}
