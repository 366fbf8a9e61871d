import { KontorError } from '../../errors.ts';
import type { Group, Holding } from '../../model/group.ts';
import { compareExact, dividedBy, exact, minus, ofInteger, plus, roundTo, times, zero, type Exact } from '../decimal.ts';
import { minorOf, moneyFromDecimal } from '../money.ts';
import { isProfitAndLoss } from '../ledger/ledger-line.ts';
import type { Elimination, EliminationLine } from './eliminations.ts';
import { atRate, rateOf } from './rates.ts';
import type { TranslatedBalance, TranslatedEntity, TranslationContext } from './translation.ts';

const one = ofInteger(1n);
const hundred = ofInteger(100n);
/** Digits of shares multiplied along a chain of holdings. */
const shareDigits = 30;

/** Share of the group's shareholders in each entity: along every chain of holdings, added up (IC-7). Throws `group-invalid`. */
export function groupShares(group: Group): Map<string, Exact> {
  const shares = new Map<string, Exact>();
  const visiting = new Set<string>();
  const shareOf = (entity: string): Exact => {
    const known = shares.get(entity);
    if (known) return known;
    if (visiting.has(entity)) throw new KontorError('group-invalid', `The holdings form a circle: ${[...visiting, entity].join(' → ')}.`);
    visiting.add(entity);
    const holdings = group.holdings.filter((holding) => holding.child === entity);
    const share = holdings.length === 0 ? one : holdings.reduce((sum, holding) => plus(sum, times(fraction(holding), shareOf(holding.parent))), zero);
    if (compareExact(directShare(group, entity), one) > 0) throw new KontorError('group-invalid', `The holdings in ${entity} are more than 100 %.`);
    visiting.delete(entity);
    shares.set(entity, share);
    return share;
  };
  for (const { id } of group.entities) shareOf(id);
  return shares;
}

/**
 * Cost of each holding against its share of the child's equity on the day it was acquired; the rest is goodwill, kept
 * in the child's currency and translated at the closing rate, the change of which goes to the translation difference.
 */
export function consolidateCapital(group: Group, entities: readonly TranslatedEntity[], context: TranslationContext): { eliminations: Elimination[]; goodwillChange: ReadonlyMap<Holding, bigint> } {
  const goodwillChange = new Map<Holding, bigint>();
  const eliminations = group.holdings.flatMap((holding) => {
    const child = group.entities.find((entity) => entity.id === holding.child)!;
    const investment = balancesOf(entities, holding.parent).filter((balance) => balance.account === holding.investmentAccount && balance.partner === holding.child);
    const cost = investment.reduce((sum, { amount }) => sum + amount, 0n);
    const rate = rateOf(context.rates, child.currency, group.currency, 'historical', holding.acquired);
    const acquired = acquiredEquity(holding, child.currency, group.currency, rate).map(({ account, amount }) => ({ entity: holding.child, account, amount: -share(amount, fraction(holding)) }));
    const goodwill = cost - acquired.reduce((sum, { amount }) => sum + amount, 0n);
    const closing = rateOf(context.rates, child.currency, group.currency, 'closing', context.range.to);
    const change = roundTo(times(ofInteger(goodwill), minus(dividedBy(closing, rate, shareDigits), one)), 0).unscaled;
    goodwillChange.set(holding, change);
    const id = `${holding.parent}/${holding.child}/${holding.acquired}`;
    const first: Elimination = {
      id: `capital/${id}`, kind: 'capital', text: `${holding.percent} % of ${holding.child} held by ${holding.parent}`,
      lines: nonZero([...investment.map(({ account, amount }) => ({ entity: holding.parent, account, amount: -amount })), ...acquired, { entity: holding.child, account: group.posting.goodwill, amount: goodwill }]),
    };
    const second: Elimination = {
      id: `goodwill/${id}`, kind: 'goodwill-translation', text: `Goodwill of ${holding.child} at the closing rate`,
      lines: nonZero([{ entity: holding.child, account: group.posting.goodwill, amount: change }, { entity: holding.child, account: group.posting.translationDifference, amount: -change }]),
    };
    return [first, second].filter(({ lines }) => lines.length > 0);
  });
  return { eliminations, goodwillChange };
}

/**
 * What belongs to others: their direct share of all equity of an entity, and of what a holding parent's share earned
 * since it was acquired the part that is not the group's. Result and unrealised profit of the seller included (W11).
 */
export function minorityInterests(group: Group, entities: readonly TranslatedEntity[], shares: ReadonlyMap<string, Exact>, unrealisedBySeller: ReadonlyMap<string, bigint>, goodwillChange: ReadonlyMap<Holding, bigint>, context: TranslationContext): Elimination[] {
  return entities.flatMap(({ entity, balances, difference }) => {
    const holdings = group.holdings.filter((holding) => holding.child === entity);
    if (holdings.length === 0) return [];
    const outside = minus(one, shares.get(entity)!);
    const lines: EliminationLine[] = [];
    for (const [account, amount] of equityByAccount(balances, context)) lines.push({ entity, account, amount: -minorityOf(group, holdings, shares, account, amount, context) });
    lines.push({ entity, account: group.posting.translationDifference, amount: -share(difference, outside) });
    for (const holding of holdings) lines.push({ entity, account: group.posting.translationDifference, amount: share(goodwillChange.get(holding) ?? 0n, minus(one, shares.get(holding.parent)!)) });
    const result = balances.filter((balance) => isProfitAndLoss(context.chart.get(balance.account)!)).reduce((sum, { amount }) => sum + amount, 0n) + (unrealisedBySeller.get(entity) ?? 0n);
    lines.push({ entity, account: group.posting.minorityResult, amount: -share(result, outside) });
    const total = lines.reduce((sum, { amount }) => sum + amount, 0n);
    const elimination: Elimination = { id: `minority/${entity}`, kind: 'minority', text: `Shares of others in ${entity}`, lines: nonZero([...lines, { entity, account: group.posting.minorityInterest, amount: -total }]) };
    return elimination.lines.length > 0 ? [elimination] : [];
  });
}

/** (1 − Σ pct)·balance + Σ pct·(1 − parent's share)·(balance − balance at acquisition). */
function minorityOf(group: Group, holdings: readonly Holding[], shares: ReadonlyMap<string, Exact>, account: string, amount: bigint, context: TranslationContext): bigint {
  const child = group.entities.find(({ id }) => id === holdings[0]!.child)!;
  let total = times(ofInteger(amount), minus(one, directShare(group, child.id)));
  for (const holding of holdings) {
    const rate = rateOf(context.rates, child.currency, group.currency, 'historical', holding.acquired);
    const acquired = acquiredEquity(holding, child.currency, group.currency, rate).filter((each) => each.account === account).reduce((sum, each) => sum + each.amount, 0n);
    total = plus(total, times(times(fraction(holding), minus(one, shares.get(holding.parent)!)), ofInteger(amount - acquired)));
  }
  return roundTo(total, 0).unscaled;
}

function acquiredEquity(holding: Holding, currency: string, groupCurrency: string, rate: Exact): { account: string; amount: bigint }[] {
  return holding.equityAtAcquisition.map(({ account, amount }) => ({ account, amount: minorOf(atRate(moneyFromDecimal(currency, amount), groupCurrency, rate)) }));
}

function equityByAccount(balances: readonly TranslatedBalance[], { chart }: TranslationContext): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { account, amount } of balances) if (chart.get(account)!.type === 'equity') sums.set(account, (sums.get(account) ?? 0n) + amount);
  return sums;
}

function balancesOf(entities: readonly TranslatedEntity[], entity: string): readonly TranslatedBalance[] {
  return entities.find((each) => each.entity === entity)?.balances ?? [];
}

function directShare(group: Group, entity: string): Exact {
  return group.holdings.filter((holding) => holding.child === entity).reduce((sum, holding) => plus(sum, fraction(holding)), zero);
}

function fraction(holding: Holding): Exact {
  return dividedBy(exact(holding.percent), hundred, shareDigits);
}

function share(amount: bigint, part: Exact): bigint {
  return roundTo(times(ofInteger(amount), part), 0).unscaled;
}

function nonZero(lines: readonly EliminationLine[]): EliminationLine[] {
  return lines.filter(({ amount }) => amount !== 0n);
}
