import { amountsRepeat, amountWeight, mostWeight } from './amounts.ts';
import { unexplained, type Citations } from './citations.ts';
import { explainDifference, type ExplainedDifference } from './differences.ts';
import type { KnownNumber } from './number-directory.ts';
import type { NumberForms } from './number-series.ts';
import type { PayerAnswer } from './payer.ts';
import { overlap } from './readings.ts';
import type { MatchSettings } from './settings.ts';
import { scoreOf, type Contribution, type Solution, type SolutionKind } from './solution.ts';
import type { Item, Pool, Waiting } from './state.ts';
import { choose, subsetsWithin } from './subset-sum.ts';

/** All that one attempt looks at. */
export interface Attempt {
  readonly payment: Waiting;
  readonly pool: Pool;
  readonly payer: PayerAnswer;
  readonly citations: Citations;
  readonly forms: NumberForms;
  readonly settings: MatchSettings;
  /** Share of items, over all customers, whose amount another item of the customer has too. */
  readonly usualRepeats: number;
}

export interface Solved {
  readonly solutions: Solution[];
  /** The search for sums met a bound: other sums may exist. */
  readonly exhausted: boolean;
}

/** Power of ten of the odds, before looking, that the payment settles something in the pool. */
const priorOdds = 1;
const severalItems = 1.3; // payments for several items are rarer, spread over the sizes
const partPayment = 0.8;
const uncitedBesideCited = 1.5;
const closedCited = 3;
const foreignCited = 2;
const payerWeight: Record<PayerAnswer['certainty'], number> = {
  name: 0,
  account: 0,
  'new account': -0.3,
  alias: -1,
  'shared account': -1,
  contradiction: -3,
  'not related': -3,
  unknown: -1.5,
};
const daysWithoutAge = 180;
const daysOfAge = 365;
const mostAgeCost = 2;

/** Every use of the payment within one pool: whole items, a part of one item, and sums. */
export function solve(attempt: Attempt): Solved {
  const slack = slackOf(attempt);
  const items = [...attempt.pool.open].filter((item) => item.documentDay <= attempt.payment.day);
  const candidates: Candidates = { items, effective: items.reduce((sum, item) => sum + 10 ** -ageCost(attempt, item), 0) };
  const solutions = items.flatMap((item) => [...fullSolution(attempt, [item], candidates), ...partSolution(attempt, item, candidates)]);
  if (solutions.some((solution) => excludesSums(attempt, solution, candidates))) return { solutions, exhausted: false };
  const sums = searchSums(attempt, items, slack);
  const several = sums.sets.filter((set) => set.length > 1).flatMap((set) => fullSolution(attempt, set, candidates));
  const overpaid = solutions.length + several.length === 0 ? overpaidSolution(attempt, candidates) : [];
  return { solutions: [...solutions, ...several, ...overpaid], exhausted: sums.exhausted };
}

interface Candidates {
  readonly items: readonly Item[];
  /** Their number, where items long overdue hardly count. */
  readonly effective: number;
}

/** Whether one whole item is so clearly meant that no sum of uncited items could come near it. */
function excludesSums(attempt: Attempt, solution: Solution, candidates: Candidates): boolean {
  if (solution.kind !== 'full' || solution.vetoes.length > 0) return false;
  if ([...attempt.citations.of.keys()].some((item) => item !== solution.items[0])) return false;
  const bestSum = priorOdds - severalItems - Math.log10(choose(Math.max(2, candidates.items.length), 2)) + mostWeight;
  return solution.score >= Math.max(attempt.settings.autoScore.full, bestSum + attempt.settings.margin);
}

const rounding = 1;

function slackOf(attempt: Attempt): number {
  return attempt.settings.slack.get(attempt.pool.currency) ?? rounding;
}

function weightOf(attempt: Attempt, item: Item): number {
  return attempt.citations.of.get(item)?.weight ?? 0;
}

/** Sets that contain every strongly cited item and add up to the payment, with or without their discounts. */
function searchSums(attempt: Attempt, candidates: readonly Item[], slack: number): { sets: Item[][]; exhausted: boolean } {
  const cited = candidates.filter((item) => isStrong(attempt, item));
  const rest = attempt.payment.amount - cited.reduce((sum, item) => sum + item.open, 0);
  if (cited.length > 0 && explanationOf(attempt, cited, -rest)) return { sets: [cited], exhausted: false };
  const entities = new Set((cited.length > 0 ? cited : candidates).map((item) => item.fact.entity));
  if (cited.length > 0 && entities.size > 1) return { sets: [], exhausted: false };
  const sets: Item[][] = [];
  let exhausted = false;
  const hasDiscounts = candidates.some((item) => item.fact.terms);
  for (const entity of [...entities].sort()) {
    const others = candidates.filter((item) => item.fact.entity === entity && !cited.includes(item) && isWorthAdding(attempt, item));
    const credits = others.some((item) => item.open < 0);
    const { chosen, cut } = mostLikely(attempt, credits ? others : others.filter((item) => item.open <= rest + slack + (item.fact.terms?.amount ?? 0)));
    exhausted ||= cut;
    for (const valueOf of hasDiscounts ? [grossOf, netOf] : [grossOf]) {
      const remaining = attempt.payment.amount - cited.reduce((sum, item) => sum + valueOf(item), 0);
      const found = subsetsWithin(chosen.map(valueOf), {
        low: remaining - rounding,
        high: remaining + (attempt.payment.fact.charges ?? 0) + slack,
        largestSize: attempt.settings.largestSet - Math.min(cited.length, attempt.settings.largestSet - 1),
        steps: attempt.settings.searchSteps,
        most: mostSets,
      });
      sets.push(...found.sets.map((set) => [...cited, ...set.map((index) => chosen[index]!)]));
      exhausted ||= found.exhausted;
    }
  }
  return { sets: sets.filter((set, index) => !sets.slice(0, index).some((earlier) => earlier.length === set.length && earlier.every((item) => set.includes(item)))), exhausted };
}

const mostSets = 30;

function grossOf(item: Item): number {
  return item.open;
}

function netOf(item: Item): number {
  return item.open - (item.fact.terms?.amount ?? 0);
}

function isStrong(attempt: Attempt, item: Item): boolean {
  return weightOf(attempt, item) >= attempt.settings.strongCitation;
}

function explanationOf(attempt: Attempt, items: readonly Item[], difference: number): ExplainedDifference | undefined {
  const { settings, payment, pool } = attempt;
  const rules = { slack: slackOf(attempt), discountGraceDays: settings.discountGraceDays, usualCharges: settings.usualCharges.get(pool.currency) ?? [] };
  return explainDifference(difference, items.filter((item) => !isRest(item)).map((item) => item.fact), payment.fact, items.every((item) => isStrong(attempt, item)), rules);
}

/** Uncited items long overdue cost a sum so much that it could never be applied. */
function isWorthAdding(attempt: Attempt, item: Item): boolean {
  return weightOf(attempt, item) > 0 || ageCost(attempt, item) < 1;
}

function mostLikely(attempt: Attempt, items: Item[]): { chosen: Item[]; cut: boolean } {
  const most = attempt.settings.mostCandidates;
  if (items.length <= most) return { chosen: items, cut: false };
  const distance = (item: Item) => Math.abs(item.dueDay - attempt.payment.day);
  const ordered = items.sort((a, b) => weightOf(attempt, b) - weightOf(attempt, a) || distance(a) - distance(b) || a.open - b.open);
  return { chosen: ordered.slice(0, most), cut: true };
}

/** Items paid whole, when the difference can be explained; none otherwise. */
function fullSolution(attempt: Attempt, items: readonly Item[], candidates: Candidates): Solution[] {
  const difference = items.reduce((sum, item) => sum + item.open, 0) - attempt.payment.amount;
  const explained = explanationOf(attempt, items, difference);
  if (!explained) return [];
  const contributions = [...commonContributions(attempt, items), ...linkContributions(attempt, items, candidates), amountContribution(attempt, items, explained.rest)];
  const reasons = explained.parts.map(({ reason }) => reason).join(', ');
  if (explained.rarity > 0) contributions.push({ name: 'difference', weight: -explained.rarity, words: `the difference is explained: ${reasons}` });
  return [{ ...solution(attempt, 'full', items, difference, contributions, explained.objection), reasons: explained.parts }];
}

/** A cited item of which less than the open amount is paid, without another explanation; none otherwise. */
function partSolution(attempt: Attempt, item: Item, candidates: Candidates): Solution[] {
  const difference = item.open - attempt.payment.amount;
  if (difference <= slackOf(attempt) || weightOf(attempt, item) === 0 || explanationOf(attempt, [item], difference)) return [];
  const contributions: Contribution[] = [
    ...commonContributions(attempt, [item]),
    ...linkContributions(attempt, [item], candidates),
    { name: 'amount', weight: -partPayment, words: 'the amount is less than the open one: a part payment' },
  ];
  return [solution(attempt, 'part', [item], difference, contributions)];
}

/** More was paid than the clearly cited items are worth: a person decides on the rest (CA-10). */
function overpaidSolution(attempt: Attempt, candidates: Candidates): Solution[] {
  const cited = candidates.items.filter((item) => isStrong(attempt, item));
  const difference = cited.reduce((sum, item) => sum + item.open, 0) - attempt.payment.amount;
  if (cited.length === 0 || difference >= 0) return [];
  const contributions = [...commonContributions(attempt, cited), ...linkContributions(attempt, cited, candidates)];
  return [solution(attempt, 'full', cited, difference, contributions, 'more is paid than these items are worth: the rest goes on account')];
}

function solution(attempt: Attempt, kind: SolutionKind, items: readonly Item[], difference: number, contributions: Contribution[], objection?: string): Solution {
  return {
    kind,
    customer: attempt.pool.customer,
    items,
    payments: [attempt.payment],
    difference,
    reasons: [],
    contributions,
    score: scoreOf(contributions),
    vetoes: [...vetoesOf(attempt, items), ...(objection ? [objection] : [])],
  };
}

/** Contributions that do not depend on the kind: who pays, what else the memo says, how old the items are. */
export function commonContributions(attempt: Attempt, items: readonly Item[]): Contribution[] {
  const contributions: Contribution[] = [
    { name: 'prior', weight: priorOdds, words: 'most payments settle an open item' },
    { name: 'payer', weight: payerWeight[attempt.payer.certainty], words: attempt.payer.words },
  ];
  const against = unexplained(attempt.payment, attempt.citations, items, attempt.forms);
  if (against > 0) contributions.push({ name: 'unexplained', weight: -against, words: 'the memo holds a number that none of these items has' });
  const closed = attempt.citations.closed.filter((number) => !isReadOtherwise(number, attempt, items));
  if (closed.length > 0) contributions.push({ name: 'closed number', weight: -closedCited, words: `cites ${closed.map(({ text }) => text).join(', ')}, which is not open any more` });
  const foreign = attempt.citations.foreign.filter((number) => !isReadOtherwise(number, attempt, items));
  if (foreign.length > 0) contributions.push({ name: 'foreign number', weight: -foreignCited, words: `cites ${foreign.map(({ text }) => text).join(', ')}, which belongs to somebody else` });
  const ages = items.map((item) => ageCost(attempt, item));
  const isCited = (item: Item) => weightOf(attempt, item) > 0;
  const age = items.every(isCited) ? Math.max(...ages) : ages.reduce((sum, cost) => sum + cost, 0);
  if (age > 0) contributions.push({ name: 'age', weight: -age, words: 'an item is long overdue' });
  return contributions;
}

/** Whether the characters of a number are read as a number of one of the items. */
function isReadOtherwise(number: KnownNumber, attempt: Attempt, items: readonly Item[]): boolean {
  return items.some((item) => attempt.citations.of.get(item)?.readings.some((reading) => overlap(reading, number) > 0));
}

/** Items long overdue are paid seldom: one power of ten a year, after half a year. */
export function ageCost(attempt: Attempt, item: Item): number {
  return Math.min(mostAgeCost, Math.max(0, attempt.payment.day - item.dueDay - daysWithoutAge) / daysOfAge);
}

/** The weakest tie between the memo and the items: a chain is no stronger than that. */
function linkContributions(attempt: Attempt, items: readonly Item[], candidates: Candidates): Contribution[] {
  const weights = items.map((item) => weightOf(attempt, item));
  const uncited = weights.filter((weight) => weight === 0).length;
  const effective = Math.max(1, candidates.effective);
  if (uncited === 0) {
    return [
      { name: 'reference', weight: Math.min(...weights), words: citationWords(attempt, items) },
      { name: 'choice', weight: -Math.log10(effective), words: `one of ${Math.round(effective)} open items` },
    ];
  }
  const choices = uncited === 1 ? effective : choose(Math.max(uncited, Math.ceil(effective) - (items.length - uncited)), uncited);
  const links: Contribution[] = [{ name: 'choice', weight: -Math.log10(choices), words: `one of ${Math.round(choices)} choices of ${uncited} uncited ${uncited === 1 ? 'item' : 'items'}` }];
  if (items.length > 1) links.push({ name: 'prior', weight: -severalItems, words: 'payments for several items are rarer' });
  if (attempt.citations.of.size > 0) links.push({ name: 'reference', weight: -uncitedBesideCited, words: 'other items are cited, these are not' });
  return links;
}

/** Whether an item was paid in part: its rest is no price any more. */
function isRest(item: Item): boolean {
  return item.open !== item.fact.amount;
}

function citationWords(attempt: Attempt, items: readonly Item[]): string {
  return items
    .flatMap((item) => (attempt.citations.of.get(item)?.readings ?? []).map((reading) => `${reading.field} ${reading.number}${reading.manner === 'none' ? '' : ` (${reading.manner})`}`))
    .join(', ');
}

function amountContribution(attempt: Attempt, items: readonly Item[], difference: number): Contribution {
  const { pool, usualRepeats } = attempt;
  const repeats = amountsRepeat(pool.amounts, usualRepeats);
  const amount = items.reduce((sum, item) => sum + item.open, 0);
  const weight = amountWeight(pool.amounts, repeats, { amount, parts: items.length, difference, slack: slackOf(attempt), isRest: items.every(isRest) });
  const exactly = difference === 0 ? 'equals' : 'equals within the tolerance';
  return { name: 'amount', weight, words: `${exactly} the open amount${items.length > 1 ? ` of ${items.length} items` : ''}${repeats ? '; amounts of this customer repeat' : ''}` };
}

function vetoesOf(attempt: Attempt, items: readonly Item[]): string[] {
  const vetoes: string[] = [];
  const { pool, settings } = attempt;
  for (const [item, citation] of attempt.citations.of) {
    if (citation.weight >= settings.strongCitation && !items.includes(item) && item.open !== 0) vetoes.push(`cites ${item.fact.numbers[0]?.text ?? 'an open item'}, which is open and not among these`);
  }
  if (new Set(items.map((item) => item.fact.entity)).size > 1) vetoes.push('items of more than one legal entity');
  const repeats = amountsRepeat(pool.amounts, attempt.usualRepeats);
  if (repeats && items.some((item) => weightOf(attempt, item) === 0 && !isRest(item))) vetoes.push('the amounts of this customer repeat and an item is not cited');
  const elsewhere = [...attempt.citations.closed, ...attempt.citations.foreign].filter((number) => !isReadOtherwise(number, attempt, items));
  if (elsewhere.length > 0 && items.some((item) => !isStrong(attempt, item))) vetoes.push(`cites ${elsewhere[0]!.text}, which is closed or belongs to somebody else`);
  if (attempt.payer.certainty === 'alias' && items.some((item) => weightOf(attempt, item) === 0)) vetoes.push('the payer is known by an alias only and an item is not cited');
  if (attempt.payer.certainty === 'unknown' && items.some((item) => weightOf(attempt, item) < settings.strongCitation)) vetoes.push('the payer is unknown and an item is not cited clearly');
  if (attempt.payer.certainty === 'contradiction') vetoes.push('the payer\'s name and account contradict each other');
  if (attempt.payer.certainty === 'not related') vetoes.push('no approved relation lets this payer pay for that customer');
  return vetoes;
}
