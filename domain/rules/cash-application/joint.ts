import { amountsRepeat, amountWeight } from './amounts.ts';
import { ageCost, commonContributions, type Attempt } from './solve.ts';
import { scoreOf, type Contribution, type Solution } from './solution.ts';
import type { Item, Waiting } from './state.ts';
import { choose, subsetsWithin } from './subset-sum.ts';

const mostPartners = 20;
const mostPayments = 4;
const uncitedPayment = 0.5;

/** Several payments that settle one item together. `attemptOf` gives the attempt of another waiting payment of the pool. */
export function solveJointly(attempt: Attempt, attemptOf: (payment: Waiting) => Attempt): Solution[] {
  const { pool, payment } = attempt;
  const partners = [...pool.waiting].filter((other) => other !== payment);
  if (partners.length === 0) return [];
  const candidates = [...pool.open].filter((item) => item.open > payment.amount && item.documentDay <= payment.day);
  const choices = Math.max(1, candidates.reduce((sum, candidate) => sum + 10 ** -ageCost(attempt, candidate), 0));
  return candidates.flatMap((item) => jointSolutions(attempt, item, partners, choices, attemptOf));
}

function jointSolutions(attempt: Attempt, item: Item, partners: readonly Waiting[], poolSize: number, attemptOf: (payment: Waiting) => Attempt): Solution[] {
  const slack = attempt.settings.slack.get(attempt.pool.currency) ?? 1;
  const rest = item.open - attempt.payment.amount;
  const eligible = partners.filter((other) => other.amount <= rest + 1 && other.day >= item.documentDay);
  if (eligible.reduce((sum, other) => sum + other.amount, 0) < rest - slack) return [];
  const distance = (other: Waiting) => Math.abs(other.day - attempt.payment.day);
  const chosen = eligible.sort((a, b) => distance(a) - distance(b) || a.amount - b.amount).slice(0, mostPartners);
  const found = subsetsWithin(
    chosen.map((other) => other.amount),
    { low: rest - slack, high: rest + 1, largestSize: mostPayments - 1, steps: attempt.settings.searchSteps, most: 10 },
  );
  return found.sets.map((set) => jointSolution(attempt, item, set.map((index) => chosen[index]!), poolSize, chosen.length, attemptOf));
}

function citesAnotherStrongly(attempt: Attempt, item: Item): boolean {
  for (const [other, citation] of attempt.citations.of) if (other !== item && citation.weight >= attempt.settings.strongCitation) return true;
  return false;
}

function jointSolution(attempt: Attempt, item: Item, others: readonly Waiting[], poolSize: number, partners: number, attemptOf: (payment: Waiting) => Attempt): Solution {
  const payments = [attempt.payment, ...others];
  const attempts = [attempt, ...others.map(attemptOf)];
  const difference = item.open - payments.reduce((sum, payment) => sum + payment.amount, 0);
  const weights = attempts.map((one) => one.citations.of.get(item)?.weight ?? 0);
  const uncited = weights.filter((weight) => weight === 0).length;
  const repeats = amountsRepeat(attempt.pool.amounts, attempt.usualRepeats);
  const contributions: Contribution[] = [
    ...weakestOf(attempts.map((one) => commonContributions(one, [item]))),
    {
      name: 'amount',
      weight: amountWeight(attempt.pool.amounts, repeats, { amount: item.open, parts: 1, difference, isRest: item.open !== item.fact.amount, slack: attempt.settings.slack.get(attempt.pool.currency) ?? 1 }),
      words: `${payments.length} payments together equal the open amount`,
    },
    { name: 'choice', weight: -Math.log10(poolSize * choose(partners, others.length)), words: `one of ${Math.round(poolSize)} open items and ${choose(partners, others.length)} choices of payments` },
    {
      name: 'reference',
      weight: uncited > 0 ? -uncitedPayment * uncited : Math.min(...weights),
      words: uncited > 0 ? `${uncited} of ${payments.length} payments do not cite the item` : 'every payment cites the item',
    },
  ];
  return {
    kind: 'joint',
    customer: attempt.pool.customer,
    items: [item],
    payments,
    difference,
    reasons: difference === 0 ? [] : [{ reason: 'ROUNDING', amount: difference }],
    contributions,
    score: scoreOf(contributions),
    vetoes: [
      ...attempts.flatMap((one) => jointVetoes(one, item)),
      ...(repeats && uncited > 0 && item.open === item.fact.amount ? ['the amounts of this customer repeat and a payment does not cite the item'] : []),
    ],
  };
}

function weakestOf(sets: Contribution[][]): Contribution[] {
  return sets.reduce((weakest, set) => (scoreOf(set) < scoreOf(weakest) ? set : weakest));
}

function jointVetoes(attempt: Attempt, item: Item): string[] {
  const vetoes: string[] = [];
  if (citesAnotherStrongly(attempt, item)) vetoes.push('one of the payments clearly cites another open item');
  if (attempt.payer.certainty === 'unknown' || attempt.payer.certainty === 'contradiction') vetoes.push('the payer of one payment is not known');
  return vetoes;
}
