import { onOrAfter } from '../../calendar/business-days.ts';
import { settlementCalendar } from '../../calendar/settlement.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import type { Exclusion, Payable, PaymentProposal, ProposedInstruction, ProposedItem } from '../../model/payment.ts';
import { canonicalJson } from '../canonical-json.ts';
import { exactAmount, minorOf, money, roundToMoney, subtractMoney, sumMoney } from '../money.ts';
import { times } from '../decimal.ts';
import { unconfirmedChange } from './changed-accounts.ts';
import { indexHolds, reasonsAgainst } from './eligibility.ts';
import { exclusion, isCredit, limitRate, type PaymentFacts, type Setting } from './facts.ts';
import { carryForward, groupCandidates, type Candidate, type PaymentGroup } from './grouping.ts';
import { withinLimits } from './limits.ts';
import { lookAlikeSearch } from './look-alikes.ts';
import { accountKey } from './payee-account.ts';
import { isDue, termsOf, type Terms } from './terms.ts';
import { withholdingOf } from './withholding.ts';

export type { PaymentFacts } from './facts.ts';

/**
 * What a run would pay, and of everything else why not (P1–P5, P9, P11, P12, T6). Pure: the same facts in any order give the same
 * proposal. Every document given is either an item of exactly one instruction or excluded with at least one reason.
 */
export function proposePayments(facts: PaymentFacts): PaymentProposal {
  const setting = settingOf(facts);
  const { payables, excluded: ambiguous } = oneEach(facts.payables);
  const { candidates, excluded: refused } = selectCandidates(payables, setting);
  const { groups: all, excluded: lonely } = groupCandidates(candidates, setting);
  const { groups: positive, excluded: outweighed } = carryForward(all);
  const { groups, excluded: beyond } = withinLimits(positive, setting);
  const instructions = instructionsOf(groups, setting);
  return {
    schemaVersion: 1,
    entity: facts.entity.id,
    payerAccountId: facts.payerAccount.id,
    runDate: facts.runDate,
    nextRunDate: facts.nextRunDate,
    items: groups.flatMap((group) => group.candidates.map((candidate) => itemOf(candidate, group, setting))).sort(byCase),
    instructions,
    excluded: [...ambiguous, ...refused, ...lonely, ...outweighed, ...beyond].sort(byCase),
    ...totalsOf(instructions, setting.policy.currency),
    policyVersion: facts.policy.version,
  };
}

/** The bank executes on the day of the run, or as soon as it can when that is over. */
function settingOf(facts: PaymentFacts): Setting {
  const { runDate, nextRunDate, earliestExecution } = facts;
  const calendar = settlementCalendar(facts.payerAccount.calendar, runDate);
  const executionDate = onOrAfter(calendar, later(runDate, earliestExecution));
  return { facts, policy: facts.policy.content, calendar, executionDate, nextExecutionDate: later(onOrAfter(calendar, nextRunDate), executionDate), isUnconfirmed: unconfirmedChange(facts) };
}

function later(a: PlainDate, b: PlainDate): PlainDate {
  return a > b ? a : b;
}

/** One payable for each case: a case that is told twice in different words is not paid at all. */
function oneEach(payables: readonly Payable[]): { payables: Payable[]; excluded: Exclusion[] } {
  const byId = new Map<string, Payable[]>();
  for (const payable of payables) byId.set(payable.caseId, [...(byId.get(payable.caseId) ?? []), payable]);
  const sorted = [...byId.values()].sort(([a], [b]) => (a!.caseId < b!.caseId ? -1 : 1));
  const agree = (told: readonly Payable[]): boolean => told.length === 1 || new Set(told.map(canonicalJson)).size === 1;
  return {
    payables: sorted.filter(agree).map(([payable]) => payable!),
    excluded: sorted.filter((told) => !agree(told)).map(([payable]) => exclusion(payable!, 'P1', 'told-twice', 'The document came twice with different content.')),
  };
}

/** Credits are always due: they wait only for a payment that they are offset with. */
function selectCandidates(payables: readonly Payable[], setting: Setting): { candidates: Candidate[]; excluded: Exclusion[] } {
  const holds = indexHolds(setting.facts.holds);
  const candidates: Candidate[] = [];
  const excluded: Exclusion[] = [];
  for (const payable of payables) {
    const reasons = reasonsAgainst(payable, setting, holds);
    if (reasons.length > 0) {
      excluded.push(...reasons);
      continue;
    }
    const terms = termsOf(payable, setting);
    if (isCredit(payable) || isDue(terms.payBy, setting.executionDate, setting.nextExecutionDate)) candidates.push(candidateOf(payable, terms, setting));
    else excluded.push(exclusion(payable, 'P3', 'not-due', `Paying by ${terms.payBy} is early enough; the next run executes on ${setting.nextExecutionDate}.`));
  }
  return { candidates, excluded };
}

/** What is settled is open less discount; of that the withheld part goes to the tax office (T6). */
function candidateOf(payable: Payable, terms: Terms, setting: Setting): Candidate {
  const due = terms.discount ? subtractMoney(payable.open, terms.discount.amount) : payable.open;
  const { withheld, explanation } = withholdingOf(payable, due, setting);
  const minor = minorOf(due) - (withheld ? minorOf(withheld.amount) : 0n);
  return { payable, terms: { ...terms, explanation: [...terms.explanation, ...explanation] }, ...(withheld ? { withheld } : {}), minor };
}

function itemOf({ payable, terms, withheld, minor }: Candidate, group: PaymentGroup, { executionDate, nextExecutionDate }: Setting): ProposedItem {
  return {
    caseId: payable.caseId,
    revision: payable.revision,
    open: payable.open,
    ...(terms.discount ? { discount: terms.discount } : {}),
    ...(withheld ? { withheld } : {}),
    amount: money(group.currency, minor),
    payBy: terms.payBy,
    explanation: [
      ...terms.explanation,
      { rule: 'P3', inputs: { payBy: terms.payBy, execution: executionDate, nextExecution: nextExecutionDate }, result: isCredit(payable) ? 'offset as soon as there is a payment' : terms.payBy < executionDate ? 'overdue' : 'due before the next run' },
      { rule: 'P5', inputs: { method: group.method.method, documents: String(group.candidates.length), reference: group.reference ?? 'none' }, result: group.candidates.length === 1 ? 'paid by itself' : `one payment of ${group.candidates.length} documents` },
    ],
  };
}

function instructionsOf(groups: readonly PaymentGroup[], setting: Setting): ProposedInstruction[] {
  const { facts, policy, executionDate } = setting;
  const lookAlikes = lookAlikeSearch(facts.earlier, policy.duplicateWindowDays);
  return groups.map(({ key, payee, account, currency, method, candidates, total }) => ({
    groupKey: key,
    items: candidates.map(({ payable }) => payable.caseId).sort(),
    payee: { supplierId: payee.supplierId, name: payee.name, country: payee.country },
    account,
    amount: money(currency, total),
    counts: {
      amount: inPolicyCurrency([money(currency, total)], setting),
      discount: inPolicyCurrency(candidates.flatMap(({ terms }) => (terms.discount ? [terms.discount.amount] : [])), setting),
      ...(candidates.some(({ withheld }) => withheld) ? { withheld: inPolicyCurrency(candidates.flatMap(({ withheld }) => (withheld ? [withheld.amount] : [])), setting) } : {}),
    },
    executionDate,
    method: method.method,
    ...(method.serviceLevel === undefined ? {} : { serviceLevel: method.serviceLevel }),
    chargeBearer: method.chargeBearer,
    possibleDuplicates: lookAlikes(accountKey(account), money(currency, total), executionDate),
  }));
}

/** What transfers of all currencies come to, in the currency of the policy; it holds for any part of a proposal (P6, P11). */
export function totalsOf(instructions: readonly Pick<ProposedInstruction, 'counts'>[], currency: string): { total: Money; discountTaken: Money; withheld: Money } {
  const sum = (part: (counts: ProposedInstruction['counts']) => Money | undefined): Money => sumMoney(currency, instructions.flatMap(({ counts }) => part(counts) ?? []));
  return { total: sum(({ amount }) => amount), discountTaken: sum(({ discount }) => discount), withheld: sum(({ withheld }) => withheld) };
}

/** Each amount is converted and rounded by itself, so that the total is the sum of what is shown. */
function inPolicyCurrency(amounts: readonly Money[], setting: Setting): Money {
  const { currency } = setting.policy;
  return sumMoney(currency, amounts.map((amount) => roundToMoney(currency, times(exactAmount(amount), limitRate(setting, amount.currency)!))));
}

function byCase(a: { caseId: string }, b: { caseId: string }): number {
  return a.caseId < b.caseId ? -1 : a.caseId > b.caseId ? 1 : 0;
}
