import { daysBetween } from '../../calendar/plain-date.ts';
import { problem, type Problem } from '../../errors.ts';
import type { Instant, PlainDate } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import type { Certification, Reconciliation, ReconcilingItem } from '../../model/reconciliation.ts';
import type { ReconciliationPolicy } from '../../policy/close.ts';
import { convert, type RateTable } from '../group/rates.ts';
import { absoluteMoney, compareMoney, describeMoney, subtractMoney, sumMoney } from '../money.ts';

export interface SignOffBy {
  readonly by: string;
  readonly onBehalfOf?: string;
}

/** Ledger less supporting balance less listed items: what nobody has explained (RC-1). */
export function unexplained(reconciliation: Reconciliation): Money {
  return subtractMoney(subtractMoney(reconciliation.ledgerBalance, reconciliation.supportingBalance), itemsTotal(reconciliation));
}

/** The policy with its amounts in the currency of an account; throws `rate-missing`. */
export function policyInCurrency(policy: ReconciliationPolicy, currency: string, rates: RateTable, date: PlainDate): ReconciliationPolicy {
  const inCurrency = (amount: Money): Money => convert(rates, amount, currency, 'closing', date);
  const { low, medium, high } = policy.thresholds;
  return {
    ...policy,
    thresholds: { low: inCurrency(low), medium: inCurrency(medium), high: inCurrency(high) },
    manualJournalLimit: inCurrency(policy.manualJournalLimit),
    flux: { ...policy.flux, amount: inCurrency(policy.flux.amount) },
  };
}

/** Everything that keeps a reconciliation from being certified by a person (RC-1). The policy is in its currency. */
export function certificationProblems(reconciliation: Reconciliation, policy: ReconciliationPolicy): Problem[] {
  const rest = unexplained(reconciliation);
  const threshold = policy.thresholds[reconciliation.risk];
  const tooMuch = compareMoney(absoluteMoney(rest), threshold) > 0
    ? [problem('reconciliation-unexplained', `${reconciliation.id} has ${describeMoney(rest)} unexplained; ${reconciliation.risk} risk allows ${describeMoney(threshold)}.`)]
    : [];
  return [...tooMuch, ...reconciliation.items.flatMap((item) => itemProblems(reconciliation, item, policy))];
}

/** Certified by people: the preparer and the approvers that the risk asks for, all different (RC-3). */
export function certify(reconciliation: Reconciliation, approvers: readonly SignOffBy[], at: Instant, policy: ReconciliationPolicy): Reconciliation | Problem[] {
  const problems = [...certificationProblems(reconciliation, policy), ...approverProblems(reconciliation, approvers, policy)];
  if (problems.length > 0) return problems;
  return { ...reconciliation, status: 'certified', certification: certificationOf(reconciliation, approvers.map(({ by }) => by), false, at) };
}

/** What the books know about an account beyond its balance, for certification by rule. */
export interface AutomaticFacts {
  readonly previous: Reconciliation | undefined;
  /** Largest manual entry of the period on the account. */
  readonly largestManualJournal: Money;
  /** Lines posted in the period. */
  readonly activity: number;
  /** Periods since a person last certified it, and how many of them are two quarters. */
  readonly periodsWithoutPerson: number;
  readonly periodsPerTwoQuarters: number;
}

/**
 * Certified by rule, or the reasons why a person must look (RC-2): low risk with nothing open beyond the policy, or an
 * account without activity whose last certification still says the same. Medium risk never goes two quarters in a row
 * without a person; high risk never by rule at all.
 */
export function certifyByRule(reconciliation: Reconciliation, facts: AutomaticFacts, at: Instant, policy: ReconciliationPolicy): Reconciliation | { reasons: string[] } {
  const reasons = [...generalReasons(reconciliation, facts, policy), ...(isInactive(reconciliation, facts) ? [] : activityReasons(reconciliation, facts, policy))];
  if (reasons.length > 0) return { reasons };
  return { ...reconciliation, status: 'certified', certification: certificationOf(reconciliation, [], true, at) };
}

/**
 * A certified reconciliation after its figures were computed anew (CL-8, RC-3): unchanged values leave it as it is;
 * changed ones decertify it with old and new value, once, whatever number of times the same figures arrive.
 */
export function refresh(reconciliation: Reconciliation, current: Pick<Reconciliation, 'ledgerBalance' | 'supportingBalance' | 'items'>, at: Instant): Reconciliation {
  const next = { ...reconciliation, ...current };
  const { certification } = reconciliation;
  if (!certification) return next;
  const changed = ([['ledgerBalance', certification.ledgerBalance, next.ledgerBalance], ['supportingBalance', certification.supportingBalance, next.supportingBalance], ['items', certification.items, itemsTotal(next)]] as const)
    .find(([, old, now]) => compareMoney(old, now) !== 0);
  if (!changed) return next;
  const [field, old, now] = changed;
  const { certification: _certification, ...rest } = next;
  return { ...rest, status: 'decertified', history: [...reconciliation.history, { certification, voidedAt: at, field, old, new: now }] };
}

/** Items of the last period that are still open, with their first date; cleared ones are named by the caller (CL-9). */
export function carriedItems(previous: Reconciliation, cleared: ReadonlySet<string>): ReconcilingItem[] {
  return previous.items.filter((item) => !cleared.has(item.id));
}

export function ageOf(item: ReconcilingItem, asOf: PlainDate): number {
  return daysBetween(item.since, asOf);
}

function itemsTotal({ items, ledgerBalance }: Pick<Reconciliation, 'items' | 'ledgerBalance'>): Money {
  return sumMoney(ledgerBalance.currency, items.map((item) => item.amount));
}

function itemProblems(reconciliation: Reconciliation, item: ReconcilingItem, policy: ReconciliationPolicy): Problem[] {
  const missing = [item.owner ? '' : 'an owner', item.evidence ? '' : 'evidence'].filter(Boolean);
  const kinds = policy.types[reconciliation.type].itemKinds;
  return [
    ...(missing.length ? [problem('reconciling-item-incomplete', `Item ${item.id} of ${reconciliation.id} (${describeMoney(item.amount)}) lacks ${missing.join(' and ')}.`)] : []),
    ...(kinds.includes(item.kind) ? [] : [problem('reconciling-item-incomplete', `Item ${item.id} of ${reconciliation.id} is of kind ${item.kind}; ${reconciliation.type} accounts list ${kinds.join(', ')}.`)]),
    ...(item.since > reconciliation.asOf ? [problem('reconciling-item-incomplete', `Item ${item.id} of ${reconciliation.id} begins on ${item.since}, after ${reconciliation.asOf}.`)] : []),
  ];
}

function approverProblems(reconciliation: Reconciliation, approvers: readonly SignOffBy[], policy: ReconciliationPolicy): Problem[] {
  const used = new Set([reconciliation.preparer]);
  for (const { by, onBehalfOf } of approvers) {
    const persons = onBehalfOf ? [by, onBehalfOf] : [by];
    const twice = persons.find((person) => used.has(person));
    if (twice) return [problem('duties-conflict', `${twice} has a part in ${reconciliation.id} already; preparer and approvers are different persons.`)];
    for (const person of persons) used.add(person);
  }
  const needed = policy.approvers[reconciliation.risk];
  return approvers.length < needed ? [problem('journal-not-approved', `${reconciliation.id} has ${approvers.length} of ${needed} approvals.`)] : [];
}

function generalReasons(reconciliation: Reconciliation, facts: AutomaticFacts, policy: ReconciliationPolicy): string[] {
  return [
    ...(reconciliation.risk === 'high' ? ['high risk needs a person'] : []),
    ...(reconciliation.risk === 'medium' && facts.periodsWithoutPerson >= facts.periodsPerTwoQuarters ? ['medium risk went two quarters without a person'] : []),
    ...certificationProblems(reconciliation, policy).map(({ message }) => message),
  ];
}

/** Balance unchanged, nothing posted, and certified last time (RC-2). */
function isInactive(reconciliation: Reconciliation, { previous, activity }: AutomaticFacts): boolean {
  return activity === 0 && previous?.status === 'certified' && compareMoney(previous.ledgerBalance, reconciliation.ledgerBalance) === 0;
}

function activityReasons(reconciliation: Reconciliation, facts: AutomaticFacts, policy: ReconciliationPolicy): string[] {
  const { ageLimitDays } = policy.types[reconciliation.type];
  const old = reconciliation.items.filter((item) => ageOf(item, reconciliation.asOf) > ageLimitDays);
  return [
    ...(reconciliation.risk === 'low' ? [] : [`${reconciliation.risk} risk with activity needs a person`]),
    ...old.map((item) => `item ${item.id} is ${ageOf(item, reconciliation.asOf)} days old, the limit is ${ageLimitDays}`),
    ...(compareMoney(facts.largestManualJournal, policy.manualJournalLimit) > 0 ? [`a manual entry of ${describeMoney(facts.largestManualJournal)} is above ${describeMoney(policy.manualJournalLimit)}`] : []),
  ];
}

function certificationOf(reconciliation: Reconciliation, approvedBy: string[], automatic: boolean, at: Instant): Certification {
  const { preparer, ledgerBalance, supportingBalance } = reconciliation;
  return { preparedBy: automatic ? 'kontor' : preparer, approvedBy, automatic, at, ledgerBalance, supportingBalance, items: itemsTotal(reconciliation) };
}
