import type { Group, IntragroupSale } from '../../model/group.ts';
import type { IntercompanyPolicy } from '../../policy/close.ts';
import { canonicalJson } from '../canonical-json.ts';
import { KontorError } from '../../errors.ts';
import { minorOf, moneyFromDecimal } from '../money.ts';
import { pairDifferences, type PairDifference } from './intercompany.ts';
import type { TranslatedBalance, TranslationContext } from './translation.ts';

/** One line of an elimination in group currency, debit positive. `entity` is whose column it corrects. */
export interface EliminationLine {
  readonly entity: string;
  readonly account: string;
  readonly amount: bigint;
}

/** Balances to zero; made anew under the same id at every run, so that a rerun replaces and never adds (IC-6). */
export interface Elimination {
  readonly id: string;
  readonly kind: 'intragroup-sale' | 'intercompany' | 'capital' | 'goodwill-translation' | 'minority';
  readonly text: string;
  readonly lines: readonly EliminationLine[];
}

export interface IntercompanyEliminations {
  readonly eliminations: readonly Elimination[];
  readonly differences: readonly PairDifference[];
  /** Unrealised profit in stock by selling entity: minority shareholders of the seller bear their part (W11). */
  readonly unrealisedBySeller: ReadonlyMap<string, bigint>;
}

/**
 * Removes business within the group in full, whatever the shares (IC-4): first sales whose goods are still in stock,
 * then every pair and class of intercompany accounts. What two sides do not agree on goes to the one named difference
 * account, where it can be seen, and not to the result.
 */
export function eliminateIntercompany(balances: readonly TranslatedBalance[], group: Group, policy: IntercompanyPolicy, context: TranslationContext): IntercompanyEliminations {
  const sales = group.intragroupSales.map((sale, index) => eliminateSale(sale, index, balances, group));
  const rest = afterSales(balances, group);
  const differences = pairDifferences(rest, context);
  const pairs = differences.filter((difference) => difference.balances.some(({ amount }) => amount !== 0n)).map((difference) => eliminatePair(difference, policy));
  const unrealisedBySeller = new Map<string, bigint>();
  for (const sale of group.intragroupSales) unrealisedBySeller.set(sale.seller, (unrealisedBySeller.get(sale.seller) ?? 0n) + unrealised(sale, group.currency));
  return { eliminations: [...sales, ...pairs], differences, unrealisedBySeller };
}

/** Text that changes when anything changes that eliminations rest on (IC-6). */
export function eliminationInputs(balances: readonly TranslatedBalance[], group: Group, policy: IntercompanyPolicy): string {
  const rows = balances.filter(({ partner }) => partner !== '').map(({ entity, account, partner, amount, transactions }) => [entity, account, partner, amount.toString(), [...transactions].sort().map(([currency, minor]) => `${currency}${minor}`)]);
  return canonicalJson({ rows, holdings: group.holdings, sales: group.intragroupSales, policy });
}

/** Profit in the part of the price that is still in stock. */
function unrealised({ price, cost, held }: IntragroupSale, currency: string): bigint {
  const [whole, made, left] = [price, cost, held].map((amount) => minorOf(moneyFromDecimal(currency, amount)));
  const profit = (whole! - made!) * left!;
  return divideHalfAway(profit, whole!);
}

function eliminateSale(sale: IntragroupSale, index: number, balances: readonly TranslatedBalance[], group: Group): Elimination {
  const price = minorOf(moneyFromDecimal(group.currency, sale.price));
  if (price <= 0n) throw new KontorError('group-invalid', `Sale ${index + 1} of ${sale.seller} to ${sale.buyer} has no price above zero.`);
  const booked = balances.filter((balance) => balance.entity === sale.seller && balance.account === sale.revenueAccount && balance.partner === sale.buyer).reduce((sum, { amount }) => sum - amount, 0n);
  if (booked < price) throw new KontorError('group-invalid', `Sale ${index + 1}: ${sale.seller} shows less revenue with ${sale.buyer} on account ${sale.revenueAccount} than the price of the sale.`);
  const profit = unrealised(sale, group.currency);
  return {
    id: `sale/${index + 1}/${sale.seller}/${sale.buyer}`,
    kind: 'intragroup-sale',
    text: `Goods sold by ${sale.seller} to ${sale.buyer}`,
    lines: nonZero([
      { entity: sale.seller, account: sale.revenueAccount, amount: price },
      { entity: sale.seller, account: sale.costAccount, amount: -(price - profit) },
      { entity: sale.buyer, account: sale.inventoryAccount, amount: -profit },
    ]),
  };
}

/** Revenue that the sales above have taken out is not taken out twice. */
function afterSales(balances: readonly TranslatedBalance[], group: Group): TranslatedBalance[] {
  return balances.map((balance) => {
    const taken = group.intragroupSales
      .filter((sale) => sale.seller === balance.entity && sale.revenueAccount === balance.account && sale.buyer === balance.partner)
      .reduce((sum, sale) => sum + minorOf(moneyFromDecimal(group.currency, sale.price)), 0n);
    if (taken === 0n) return balance;
    return { ...balance, amount: balance.amount + taken, transactions: new Map([[group.currency, balance.amount + taken]]) };
  });
}

function eliminatePair(difference: PairDifference, policy: IntercompanyPolicy): Elimination {
  const [first, second] = difference.pair;
  const lines = difference.balances.map(({ entity, account, amount }) => ({ entity, account, amount: -amount }));
  return {
    id: `intercompany/${first}/${second}/${difference.class}`,
    kind: 'intercompany',
    text: `${difference.class} between ${first} and ${second}`,
    lines: nonZero([...lines, { entity: first, account: policy.differenceAccount, amount: difference.total }]),
  };
}

function nonZero(lines: readonly EliminationLine[]): EliminationLine[] {
  return lines.filter(({ amount }) => amount !== 0n);
}

function divideHalfAway(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const [n, d] = [numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator];
  const quotient = (2n * n + d) / (2n * d);
  return negative ? -quotient : quotient;
}
