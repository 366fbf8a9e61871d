import { describe, expect, it } from 'vitest';
import type { Group } from '../../../domain/model/group.ts';
import type { IntercompanyPolicy } from '../../../domain/policy/close.ts';
import { EntityBalances } from '../../../domain/rules/group/balances.ts';
import { consolidate, isOutdated, type Consolidation } from '../../../domain/rules/group/consolidation.ts';
import { remainderOf, type PairDifference } from '../../../domain/rules/group/intercompany.ts';
import { net, netPositions } from '../../../domain/rules/group/netting.ts';
import { atRate, rateOf, rateTable } from '../../../domain/rules/group/rates.ts';
import { account, chartOf, line } from '../ledger/books.ts';

const chart = chartOf([
  account('1000', 'asset'), account('1250', 'asset', { intercompany: 'balance' }), account('1300', 'asset'), account('1700', 'asset', { intercompany: 'investment' }), account('1800', 'asset'), account('2050', 'liability', { intercompany: 'balance' }),
  account('3000', 'equity'), account('3100', 'equity'), account('3800', 'equity'), account('3900', 'equity'), account('3950', 'equity'), account('4050', 'income', { intercompany: 'revenue-expense' }), account('5000', 'expense'), account('9990', 'liability'),
]);
const posting = { translationDifference: '3800', broughtForward: '3100', goodwill: '1800', minorityInterest: '3900', minorityResult: '3950' };
const range = { from: '2026-01-01', to: '2026-12-31' };
const policy = (more: Partial<IntercompanyPolicy> = {}): IntercompanyPolicy => ({ name: 'test', tolerances: [], threshold: { currency: 'EUR', minor: '100' }, differenceAccount: '9990', owner: 'later', ...more });
const rate = (from: string, kind: 'closing' | 'average' | 'historical', value: string, date = '2026-12-31') => ({ schemaVersion: 1 as const, from, to: 'EUR', kind, date, rate: value });
const entry = (entity: string, debit: string, credit: string, cents: number, more: Record<string, unknown> = {}) => [line('J', '2026-06-01', debit, cents, { entity, ...more }), line('J', '2026-06-01', credit, -cents, { entity, ...more })];

function group(lines: ReturnType<typeof line>[], more: Partial<Group> = {}, rates: ReturnType<typeof rate>[] = [], with_ = policy()): Consolidation {
  const balances = new EntityBalances(chart, range);
  for (const each of lines) balances.add(each);
  const of: Group = { schemaVersion: 1, name: 'g', currency: 'EUR', period: '2026', accounts: '', rates: '', posting, entities: [{ id: 'A', currency: 'EUR', journal: '', history: [] }, { id: 'B', currency: 'EUR', journal: '', history: [] }], holdings: [], intragroupSales: [], approvedDifferences: [], ...more };
  return consolidate(of, balances.list(), with_, { chart, rates: rateTable(rates), groupCurrency: 'EUR', range, posting });
}
const row = (result: Consolidation, code: string): bigint => result.rows.find(({ account: each }) => each === code)?.consolidated ?? 0n;

describe('W11: unrealised profit in stock, 75 % of B', () => {
  const holdings = [{ parent: 'A', child: 'B', percent: '75', acquired: '2026-01-01', investmentAccount: '1700', equityAtAcquisition: [{ account: '3000', amount: '-400.00' }] }];
  const capital = [...entry('B', '1000', '3000', 40_000), line('J', '2026-06-01', '1700', 30_000, { entity: 'A', partner: 'B' }), line('J', '2026-06-01', '1000', -30_000, { entity: 'A' }), ...entry('A', '1000', '3000', 90_000)];
  const sold = (seller: string, buyer: string) => [
    line('S', '2026-07-01', '1000', 20_000, { entity: seller }), line('S', '2026-07-01', '4050', -20_000, { entity: seller, partner: buyer }),
    line('S', '2026-07-01', '5000', 10_000, { entity: seller }), line('S', '2026-07-01', '1300', -10_000, { entity: seller }),
    line('S', '2026-07-01', '1300', 20_000, { entity: buyer }), line('S', '2026-07-01', '1000', -20_000, { entity: buyer }),
  ];
  const sale = (seller: string, buyer: string) => [{ seller, buyer, revenueAccount: '4050', costAccount: '5000', inventoryAccount: '1300', price: '200.00', cost: '100.00', held: '200.00' }];

  it('down: revenue 200, cost 100 and stock 100 go; others bear nothing', () => {
    const result = group([...capital, ...sold('A', 'B')], { holdings, intragroupSales: sale('A', 'B') });
    expect(result.eliminations[0]!.lines.map(({ account: code, amount }) => [code, amount])).toEqual([['4050', 20_000n], ['5000', -10_000n], ['1300', -10_000n]]);
    expect([row(result, '4050'), row(result, '5000'), row(result, '1300'), result.result.minority]).toEqual([0n, 0n, 0n, 0n]);
    expect(result.equity.minority).toBe(10_000n);
  });

  it('up: others bear 25 of the 100', () => {
    const result = group([...capital, ...sold('B', 'A')], { holdings, intragroupSales: sale('B', 'A') });
    // B made 100, all of it unrealised: 25 of profit less 25 of elimination.
    expect(result.result.minority).toBe(0n);
    const realised = group([...capital, ...sold('B', 'A')], { holdings, intragroupSales: [{ ...sale('B', 'A')[0]!, held: '0.00' }] });
    expect(realised.result.minority - result.result.minority).toBe(2_500n);
    expect(realised.equity.minority - result.equity.minority).toBe(2_500n);
  });
});

describe('IC-2, IC-4: differences', () => {
  const loan = (ours: number, theirs: number, more: Partial<Group> = {}, with_ = policy()) => group([
    line('L', '2026-06-01', '1250', ours, { entity: 'A', partner: 'B' }), line('L', '2026-06-01', '1000', -ours, { entity: 'A' }),
    line('L', '2026-06-01', '1000', theirs, { entity: 'B' }), line('L', '2026-06-01', '2050', -theirs, { entity: 'B', partner: 'A' }),
  ], more, [], with_);

  it.each([
    ['agreed', 5_000, 5_000, 'none', 0n, 0], ['within the threshold', 5_100, 5_000, 'amount', 100n, 0], ['above it', 5_101, 5_000, 'amount', 101n, 1], ['one side missing', 5_000, 0, 'missing', 5_000n, 1],
  ])('%s', (_name, ours, theirs, cause, rest, problems) => {
    const result = loan(ours, theirs);
    expect(result.differences[0]!.cause).toBe(cause);
    expect([row(result, '1250'), row(result, '2050'), row(result, '9990')]).toEqual([0n, 0n, rest]);
    expect(result.problems).toHaveLength(problems);
  });

  it('an approved difference blocks nothing, and stays visible', () => {
    const result = loan(9_000, 5_000, { approvedDifferences: [{ pair: ['B', 'A'], class: 'balance', by: 'clara', reason: 'in transit' }] });
    expect(result.problems).toEqual([]);
    expect(row(result, '9990')).toBe(4_000n);
  });

  it('W10: the true part in the currency of the transaction, the rest is made by rates', () => {
    // DE02 claims USD, US02 owes fewer of them; the claim was last valued at an old rate.
    const result = group([
      line('L', '2026-06-01', '1250', 1_000_000, { entity: 'A', partner: 'B', currency: 'USD', functional: 630_800n }), line('L', '2026-06-01', '1000', -1_000_000, { entity: 'A', currency: 'USD', functional: -630_800n }),
      line('L', '2026-06-01', '1000', 1_674_375, { entity: 'B', currency: 'USD', functionalCurrency: 'USD', functional: 1_674_375n }), line('L', '2026-06-01', '2050', -1_674_375, { entity: 'B', partner: 'A', currency: 'USD', functionalCurrency: 'USD', functional: -1_674_375n }),
    ], { entities: [{ id: 'A', currency: 'EUR', journal: '', history: [] }, { id: 'B', currency: 'USD', journal: '', history: [] }] }, [rate('USD', 'closing', '0.8')]);
    expect(result.differences[0]).toMatchObject({ total: -708_700n, truePart: -539_500n, ratePart: -169_200n, cause: 'amount' });
  });

  const difference = (first: bigint, second: bigint, cause: PairDifference['cause'] = 'amount'): PairDifference => ({ pair: ['A', 'B'], class: 'balance', first, second, total: first + second, truePart: first + second, ratePart: 0n, cause, balances: [] });
  it.each([
    ['0 %: any difference', { percent: '0' }, difference(10_000n, -9_999n), 1n], ['1 %: up to it', { percent: '1' }, difference(10_000n, -9_900n), 0n], ['1 %: beyond', { percent: '1' }, difference(10_000n, -9_899n), 101n],
    ['100 %: none', { percent: '100' }, difference(10_000n, -1n), 0n], ['100 %, one side missing', { percent: '100' }, difference(10_000n, 0n, 'missing'), 10_000n], ['fixed: up to it', { amount: { currency: 'EUR', minor: '5' } }, difference(10_000n, -9_995n), 0n],
  ])('W9: %s', (_name, tolerance, given, expected) => expect(remainderOf(given, policy({ tolerances: [tolerance] }), 'EUR')).toBe(expected));

  it('an intercompany account without partner, and a partner on another account, are mapping faults', () => {
    expect(group(entry('A', '1250', '1000', 5)).problems[0]!.message).toContain('names no partner');
    expect(group(entry('A', '1300', '1000', 5, { partner: 'B' })).problems[0]!.message).toContain('not an intercompany account');
  });
});

describe('IC-5: translation', () => {
  const usd = (layers: { amount: string; date: string; rate?: string }[]) => ({ entities: [{ id: 'A', currency: 'EUR', journal: '', history: [] }, { id: 'B', currency: 'USD', journal: '', history: [{ account: '3000', partner: '', layers }] }] });
  const foreign = { functionalCurrency: 'USD', currency: 'USD' };
  const books = [...entry('B', '1000', '3000', 10_000, foreign), ...entry('B', '5000', '1000', 1_000, foreign)];
  const rates = [rate('USD', 'closing', '0.95'), rate('USD', 'average', '0.93'), rate('USD', 'historical', '0.90', '2024-01-01')];

  it('closing, average and historical rates; the difference is what equity gained by them', () => {
    const result = group(books, usd([{ amount: '-100.00', date: '2024-01-01' }]), rates);
    // 90.00·0.95 assets, 10.00·0.93 expense, 100.00·0.90 capital: 85.50 + 9.30 − 90.00 = 4.80 = 100·0.05 − 10·0.02
    expect([row(result, '1000'), row(result, '5000'), row(result, '3000'), row(result, '3800')]).toEqual([8_550n, 930n, -9_000n, -480n]);
    expect(result.entities[1]).toMatchObject({ difference: -480n, proof: -480n });
  });

  it.each([
    ['no closing rate', rates.slice(1), 'no closing rate USD/EUR for 2026-12-31'], ['no average rate', [rates[0]!, rates[2]!], 'no average rate USD/EUR for 2026-12-31'], ['no historical rate', rates.slice(0, 2), 'no historical rate USD/EUR for 2024-01-01'],
  ])('%s: date and pair, never 1.0', (_name, given, message) => expect(() => group(books, usd([{ amount: '-100.00', date: '2024-01-01' }]), given)).toThrow(message));

  it('a history that does not add up says what is missing', () => {
    expect(() => group(books, usd([{ amount: '-99.00', date: '2024-01-01' }]), rates)).toThrow('misses -1.00 USD');
  });

  it('rates: opposite pairs, minor units, conflicts', () => {
    const table = rateTable([rate('USD', 'closing', '0.8')]);
    expect(atRate({ currency: 'EUR', minor: '100' }, 'USD', rateOf(table, 'EUR', 'USD', 'closing', '2026-12-31')).minor).toBe('125');
    expect(atRate({ currency: 'EUR', minor: '100' }, 'JPY', { unscaled: 1_605n, scale: 1 }).minor).toBe('161');
    expect(() => rateTable([rate('USD', 'closing', '0.8'), rate('USD', 'closing', '0.9')])).toThrow('two closing rates');
    expect(() => rateTable([rate('USD', 'closing', '0')])).toThrow('above zero');
  });
});

describe('IC-6, IC-7 and netting', () => {
  it('anything that eliminations rest on makes them outdated', () => {
    const once = group(entry('A', '1250', '1000', 5, { partner: 'B' }));
    expect(isOutdated(once, group(entry('A', '1250', '1000', 5, { partner: 'B' })))).toBe(false);
    expect(isOutdated(once, group(entry('A', '1250', '1000', 6, { partner: 'B' })))).toBe(true);
  });

  it.each([
    ['a circle', [{ parent: 'A', child: 'B' }, { parent: 'B', child: 'A' }], 'circle'], ['more than all', [{ parent: 'A', child: 'B' }, { parent: 'A', child: 'B' }], 'more than 100 %'],
  ])('holdings: %s', (_name, holdings, words) => expect(() => group([], { holdings: holdings.map((each) => ({ ...each, percent: '60', acquired: '2026-01-01', investmentAccount: '1700', equityAtAcquisition: [{ account: '3000', amount: '0' }] })) })).toThrow(words));

  it('netting keeps every position and pays the least', () => {
    const eur = (minor: string) => ({ currency: 'EUR', minor });
    const debts = [{ debtor: 'A', creditor: 'B', amount: eur('100') }, { debtor: 'B', creditor: 'A', amount: eur('30') }, { debtor: 'B', creditor: 'C', amount: eur('70') }];
    expect(net(debts)).toEqual([{ debtor: 'A', creditor: 'B', amount: eur('70') }, { debtor: 'B', creditor: 'C', amount: eur('70') }]);
    expect(net(debts, 'HQ')).toEqual([{ debtor: 'A', creditor: 'HQ', amount: eur('70') }, { debtor: 'HQ', creditor: 'C', amount: eur('70') }]);
    expect(netPositions(net(debts))).toEqual(netPositions(debts));
  });
});
