import type { Account, AccountType } from '../../domain/model/account.ts';
import type { Group } from '../../domain/model/group.ts';
import type { IntercompanyPolicy } from '../../domain/policy/close.ts';
import type { EntityBalance } from '../../domain/rules/group/balances.ts';
import { consolidate, type Consolidation } from '../../domain/rules/group/consolidation.ts';
import { rateTable } from '../../domain/rules/group/rates.ts';
import type { TranslationContext } from '../../domain/rules/group/translation.ts';
import { Random } from './random.ts';

export interface RandomGroup {
  readonly group: Group;
  readonly balances: EntityBalance[];
  readonly policy: IntercompanyPolicy;
  readonly context: TranslationContext;
  /** Rates in ten-thousandths, for the recomputation. */
  readonly rates: Record<string, { closing: number; average: number; historical: number }>;
}

const accounts: [string, AccountType, Partial<Account>][] = [
  ['1000', 'asset', {}], ['1200', 'asset', {}], ['1250', 'asset', { intercompany: 'balance' }], ['1300', 'asset', {}], ['1700', 'asset', { intercompany: 'investment' }], ['1800', 'asset', {}],
  ['2000', 'liability', {}], ['2050', 'liability', { intercompany: 'balance' }], ['3000', 'equity', {}], ['3100', 'equity', {}], ['3800', 'equity', {}], ['3900', 'equity', {}], ['3950', 'equity', {}],
  ['4000', 'income', {}], ['4050', 'income', { intercompany: 'revenue-expense' }], ['5000', 'expense', {}], ['6050', 'expense', { intercompany: 'revenue-expense' }], ['9990', 'liability', {}],
];

/** A parent in EUR with two to six companies below it, some in a second tier, in several currencies, trading with each other. */
export function randomGroup(seed: number): RandomGroup {
  const random = new Random(seed);
  const chart = new Map(accounts.map(([code, type, more]) => [code, { schemaVersion: 1 as const, code, name: code, type, ...more }]));
  const rates: RandomGroup['rates'] = { EUR: { closing: 10_000, average: 10_000, historical: 10_000 } };
  for (const currency of ['USD', 'GBP', 'CHF']) rates[currency] = { closing: random.between(7_000, 13_000), average: random.between(7_000, 13_000), historical: random.between(7_000, 13_000) };
  const children = Array.from({ length: random.between(2, 6) }, (_, index) => `C${index + 1}`);
  const currencyOf = new Map([['P', 'EUR'], ...children.map((child): [string, string] => [child, random.pick(['EUR', 'USD', 'GBP', 'CHF'])])]);
  const book = new Book(currencyOf);
  const holdings: Group['holdings'][number][] = [];
  const history = new Map<string, Group['entities'][number]['history']>();
  for (const [index, child] of children.entries()) {
    const parent = index > 0 && random.once(3) ? children[random.below(index)]! : 'P';
    const capital = random.between(1_000_00, 9_000_000_00);
    book.entry(child, ['1000', '', capital], ['3000', '', -capital]);
    history.set(child, [{ account: '3000', partner: '', layers: [{ amount: decimal(-capital), date: '2024-01-01' }] }]);
    const cost = random.between(1_000_00, 9_000_000_00);
    book.entry(parent, ['1700', child, cost], ['1000', '', -cost]);
    if (parent !== 'P') history.get(parent)!.push({ account: '1700', partner: child, layers: [{ amount: decimal(cost), date: '2024-01-01' }] });
    holdings.push({ parent, child, percent: String(random.between(51, 100)), acquired: '2024-01-01', investmentAccount: '1700', equityAtAcquisition: [{ account: '3000', amount: decimal(-capital) }] });
  }
  const everybody = ['P', ...children];
  book.entry('P', ['1000', '', 50_000_000_00], ['3000', '', -50_000_000_00]);
  for (const entity of everybody) {
    for (let sales = random.between(1, 5); sales > 0; sales--) book.trade(random, entity);
    const other = random.pick(everybody.filter((each) => each !== entity));
    const fee = random.between(100_00, 90_000_00);
    book.entry(entity, ['1250', other, fee], ['4050', other, -fee]);
    // The other side may book something else: timing, an error, or another rate.
    const booked = random.once(3) ? fee + random.between(-50_00, 50_00) : fee;
    book.entry(other, ['6050', entity, booked], ['2050', entity, -booked]);
  }
  const group: Group = {
    schemaVersion: 1, name: `random ${seed}`, currency: 'EUR', period: '2026', accounts: '', rates: '',
    posting: { translationDifference: '3800', broughtForward: '3100', goodwill: '1800', minorityInterest: '3900', minorityResult: '3950' },
    entities: random.shuffle(everybody).map((id) => ({ id, currency: currencyOf.get(id)!, journal: '', history: history.get(id) ?? [] })),
    holdings: random.shuffle(holdings), intragroupSales: [], approvedDifferences: [],
  };
  const table = rateTable(Object.entries(rates).filter(([currency]) => currency !== 'EUR').flatMap(([from, { closing, average, historical }]) => [
    { schemaVersion: 1 as const, from, to: 'EUR', kind: 'closing' as const, date: '2026-12-31', rate: decimal(closing, 4) },
    { schemaVersion: 1 as const, from, to: 'EUR', kind: 'average' as const, date: '2026-12-31', rate: decimal(average, 4) },
    { schemaVersion: 1 as const, from, to: 'EUR', kind: 'historical' as const, date: '2024-01-01', rate: decimal(historical, 4) },
  ]));
  const policy: IntercompanyPolicy = { name: 'random', tolerances: [], threshold: { currency: 'EUR', minor: '100' }, differenceAccount: '9990', owner: 'later' };
  return { group, balances: random.shuffle(book.balances()), policy, context: { chart, rates: table, groupCurrency: 'EUR', range: { from: '2026-01-01', to: '2026-12-31' }, posting: group.posting }, rates };
}

export function consolidateRandom({ group, balances, policy, context }: RandomGroup): Consolidation {
  return consolidate(group, balances, policy, context);
}

/**
 * What the group must come to, computed in the plainest way: assets and liabilities with outsiders at the closing rate,
 * goodwill and minority interests by their definition in floating-free thousandths of a cent. Returns what does not tie.
 */
export function disagreements({ group, balances, rates }: RandomGroup, result: Consolidation): string[] {
  const wrong: string[] = [];
  const consolidated = new Map(result.rows.map((row) => [row.account, row.consolidated]));
  const currencyOf = new Map(group.entities.map(({ id, currency }) => [id, currency]));
  const sumOf = (entity: string, pick: (account: string) => boolean): bigint => balances.filter((each) => each.entity === entity && pick(each.account)).reduce((sum, each) => sum + each.movement, 0n);
  const near = (what: string, actual: bigint, expected: bigint, tolerance: bigint): void => {
    if (actual - expected > tolerance || expected - actual > tolerance) wrong.push(`${group.name}: ${what} is ${actual}, recomputed ${expected}`);
  };
  for (const [account, kind] of [['1000', 'closing'], ['1200', 'closing'], ['1300', 'closing'], ['2000', 'closing'], ['4000', 'average'], ['5000', 'average']] as const)
    near(`account ${account}`, consolidated.get(account) ?? 0n, group.entities.reduce((sum, { id, currency }) => sum + translated(sumOf(id, (each) => each === account), rates[currency]![kind]), 0n), 0n);
  for (const account of ['1250', '2050', '4050', '6050', '1700']) near(`eliminated account ${account}`, consolidated.get(account) ?? 0n, 0n, 0n);
  near('the sum of all accounts', [...consolidated.values()].reduce((sum, each) => sum + each, 0n), 0n, 0n);
  const tolerance = BigInt(20 * group.entities.length);
  near('goodwill', consolidated.get('1800') ?? 0n, group.holdings.reduce((sum, holding) => sum + goodwill(holding), 0n), tolerance);
  near('minority interests', result.equity.minority, minorities(), tolerance);
  near('shares of all shareholders', result.equity.parent + result.equity.minority, result.equity.total, 0n);
  return wrong;

  function goodwill(holding: Group['holdings'][number]): bigint {
    const child = rates[currencyOf.get(holding.child)!]!;
    const parent = rates[currencyOf.get(holding.parent)!]!;
    const cost = balances.filter((each) => each.entity === holding.parent && each.account === '1700' && each.partner === holding.child).reduce((sum, each) => sum + each.movement, 0n);
    const capital = -sumOf(holding.child, (each) => each === '3000');
    const atPurchase = translated(cost, parent.historical) - (translated(capital, child.historical) * BigInt(holding.percent)) / 100n;
    return (atPurchase * BigInt(child.closing)) / BigInt(child.historical);
  }

  /** Tier by tier: others own their share of what each company and its own holdings are worth. */
  function minorities(): bigint {
    return group.holdings.reduce((sum, { child, percent }) => sum + (worth(child) * BigInt(100 - Number(percent))) / 100n, 0n);
  }

  /** Net assets at the closing rate; a holding counts with its cost, its growth since, and the growth of its goodwill by rates. */
  function worth(entity: string): bigint {
    const own = rates[currencyOf.get(entity)!]!;
    const net = translated(sumOf(entity, (account) => ['1000', '1200', '1250', '1300', '2000', '2050'].includes(account)), own.closing);
    return group.holdings.filter((holding) => holding.parent === entity).reduce((sum, holding) => {
      const cost = translated(balances.filter((each) => each.entity === entity && each.account === '1700' && each.partner === holding.child).reduce((total, each) => total + each.movement, 0n), own.historical);
      const child = rates[currencyOf.get(holding.child)!]!;
      const acquired = translated(-sumOf(holding.child, (each) => each === '3000'), child.historical);
      const atPurchase = cost - (acquired * BigInt(holding.percent)) / 100n;
      return sum + cost + ((worth(holding.child) - acquired) * BigInt(holding.percent)) / 100n + goodwill(holding) - atPurchase;
    }, net);
  }
}

class Book {
  private readonly rows = new Map<string, EntityBalance>();
  private readonly currencyOf: ReadonlyMap<string, string>;

  constructor(currencyOf: ReadonlyMap<string, string>) {
    this.currencyOf = currencyOf;
  }

  entry(entity: string, ...lines: [account: string, partner: string, cents: number][]): void {
    const currency = this.currencyOf.get(entity)!;
    for (const [account, partner, cents] of lines) {
      const key = `${entity}/${account}/${partner}`;
      const row = this.rows.get(key) ?? { entity, account, partner, currency, opening: 0n, movement: 0n, transactions: new Map() };
      row.movement += BigInt(cents);
      row.transactions.set(currency, (row.transactions.get(currency) ?? 0n) + BigInt(cents));
      this.rows.set(key, row);
    }
  }

  trade(random: Random, entity: string): void {
    const [sale, cost, bought, paid] = [random.between(1, 1_000_000_00), random.between(1, 900_000_00), random.between(1, 500_000_00), random.between(1, 500_000_00)];
    this.entry(entity, ['1200', '', sale], ['4000', '', -sale]);
    this.entry(entity, ['5000', '', cost], ['1300', '', -cost]);
    this.entry(entity, ['1300', '', bought], ['2000', '', -bought]);
    this.entry(entity, ['2000', '', paid], ['1000', '', -paid]);
  }

  balances(): EntityBalance[] {
    return [...this.rows.values()];
  }
}

function translated(minor: bigint, tenThousandths: number): bigint {
  const product = minor * BigInt(tenThousandths) * 2n;
  return (product + (product < 0n ? -10_000n : 10_000n)) / 20_000n;
}

function decimal(value: number, digits = 2): string {
  const text = String(Math.abs(value)).padStart(digits + 1, '0');
  return `${value < 0 ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
