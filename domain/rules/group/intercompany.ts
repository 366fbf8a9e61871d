import type { Account } from '../../model/account.ts';
import type { Group } from '../../model/group.ts';
import type { IntercompanyPolicy } from '../../policy/close.ts';
import { problem, type Problem } from '../../errors.ts';
import { exact } from '../decimal.ts';
import { describeMoney, minorOf, money } from '../money.ts';
import { isProfitAndLoss, type Chart } from '../ledger/ledger-line.ts';
import { compareText } from '../ledger/trial-balance.ts';
import { atRate, rateOf } from './rates.ts';
import { rateKindOf, type TranslatedBalance, type TranslationContext } from './translation.ts';

export type IntercompanyClass = NonNullable<Account['intercompany']>;

/** What two companies say of each other in one class of accounts, in group currency; zero when they agree. */
export interface PairDifference {
  readonly pair: readonly [string, string];
  readonly class: IntercompanyClass;
  /** Debit-positive sum of each side. */
  readonly first: bigint;
  readonly second: bigint;
  readonly total: bigint;
  /** Difference in the currencies of the transactions, at the group's rate: a true one (IC-2, W10). */
  readonly truePart: bigint;
  /** What only exchange rates make. */
  readonly ratePart: bigint;
  readonly cause: 'none' | 'currency' | 'missing' | 'amount';
  readonly balances: readonly TranslatedBalance[];
}

/** Differences of every pair and class, in the order of names (IC-1, IC-2). Investments are the matter of capital consolidation. */
export function pairDifferences(balances: readonly TranslatedBalance[], context: TranslationContext): PairDifference[] {
  const groups = new Map<string, TranslatedBalance[]>();
  for (const balance of balances) {
    const account = context.chart.get(balance.account)!;
    if (!account.intercompany || account.intercompany === 'investment' || balance.partner === '') continue;
    const key = [...[balance.entity, balance.partner].sort(compareText), account.intercompany].join('\u0000');
    groups.set(key, [...(groups.get(key) ?? []), balance]);
  }
  return [...groups].sort(([a], [b]) => compareText(a, b)).map(([key, group]) => {
    const [first, second, name] = key.split('\u0000') as [string, string, IntercompanyClass];
    return pairDifference(first, second, name, group, context);
  });
}

/** Accounts and partners that contradict each other: a partner outside the group, or on the wrong side of the chart (IC-3, mapping). */
export function mappingProblems(balances: readonly TranslatedBalance[], chart: Chart, entities: ReadonlySet<string>): Problem[] {
  return balances.flatMap(({ entity, account, partner, amount }) => {
    const flagged = chart.get(account)!.intercompany;
    if (amount === 0n) return [];
    if (flagged && partner === '') return [problem('group-invalid', `Account ${account} of ${entity} is intercompany, but a balance on it names no partner.`)];
    if (flagged && !entities.has(partner)) return [problem('group-invalid', `Account ${account} of ${entity} names the partner ${partner}, which is not in the group.`)];
    if (flagged && partner === entity) return [problem('group-invalid', `Account ${account} of ${entity} names ${entity} itself as partner.`)];
    return !flagged && entities.has(partner) ? [problem('group-invalid', `Account ${account} of ${entity} has business with ${partner} and is not an intercompany account.`)] : [];
  });
}

/**
 * The remainder that tolerances leave (IC-2, W9): percent is of the first side, amount is absolute; a difference
 * within either is none. A side that is missing altogether is a remainder whatever the tolerance.
 */
export function remainderOf(difference: PairDifference, policy: IntercompanyPolicy, groupCurrency: string): bigint {
  if (difference.total === 0n) return 0n;
  if (difference.cause === 'missing') return difference.total;
  const [a, b] = difference.pair;
  const own = policy.tolerances.find(({ pair }) => pair && ((pair[0] === a && pair[1] === b) || (pair[0] === b && pair[1] === a))) ?? policy.tolerances.find(({ pair }) => !pair);
  const size = magnitude(difference.total);
  const withinAmount = own?.amount?.currency === groupCurrency && size <= minorOf(own.amount);
  const withinPercent = own?.percent !== undefined && size * 100n * 10n ** BigInt(exact(own.percent).scale) <= magnitude(difference.first) * exact(own.percent).unscaled;
  return withinAmount || withinPercent ? 0n : difference.total;
}

/** Remainders above the threshold that nobody approved: they block the group close (IC-4). */
export function blockingProblems(differences: readonly PairDifference[], policy: IntercompanyPolicy, group: Group): Problem[] {
  return differences.flatMap((difference) => {
    const rest = remainderOf(difference, policy, group.currency);
    const approved = group.approvedDifferences.some((each) => each.class === difference.class && [...each.pair].sort(compareText).join() === difference.pair.join());
    if (magnitude(rest) <= minorOf(policy.threshold) || approved) return [];
    return [problem('intercompany-difference', `${difference.pair.join(' and ')} differ in ${difference.class} by ${describeMoney(money(group.currency, rest))} (true ${describeMoney(money(group.currency, difference.truePart))}, rates ${describeMoney(money(group.currency, difference.ratePart))}); the threshold is ${describeMoney(policy.threshold)}.`)];
  });
}

function pairDifference(first: string, second: string, name: IntercompanyClass, balances: readonly TranslatedBalance[], context: TranslationContext): PairDifference {
  const sumOf = (entity: string): bigint => balances.filter((balance) => balance.entity === entity).reduce((sum, balance) => sum + balance.amount, 0n);
  const [ours, theirs] = [sumOf(first), sumOf(second)];
  const total = ours + theirs;
  const truePart = trueDifference(balances, context);
  const missing = [first, second].some((entity) => !balances.some((balance) => balance.entity === entity && balance.amount !== 0n));
  const cause = total === 0n && truePart === 0n ? 'none' : missing ? 'missing' : truePart === 0n ? 'currency' : 'amount';
  return { pair: [first, second], class: name, first: ours, second: theirs, total, truePart, ratePart: total - truePart, cause, balances };
}

/** Σ of both sides in each transaction currency, at the rate that the accounts are translated with. */
function trueDifference(balances: readonly TranslatedBalance[], { chart, rates, groupCurrency, range }: TranslationContext): bigint {
  const sums = new Map<string, bigint>();
  for (const balance of balances) for (const [currency, minor] of balance.transactions) sums.set(currency, (sums.get(currency) ?? 0n) + minor);
  const account = chart.get(balances[0]!.account)!;
  const kind = isProfitAndLoss(account) ? 'average' : rateKindOf(account);
  let total = 0n;
  for (const [currency, minor] of sums) if (minor !== 0n) total += minorOf(atRate(money(currency, minor), groupCurrency, rateOf(rates, currency, groupCurrency, kind, range.to)));
  return total;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
