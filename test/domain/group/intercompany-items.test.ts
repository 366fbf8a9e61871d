import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../bench/close/random.ts';
import type { IntercompanyPolicy } from '../../../domain/policy/close.ts';
import { IntercompanyItems, matchItems, type MatchedItems } from '../../../domain/rules/group/intercompany-items.ts';
import { rateTable } from '../../../domain/rules/group/rates.ts';
import type { LedgerLine } from '../../../domain/rules/ledger/ledger-line.ts';
import { account, chartOf, line } from '../ledger/books.ts';

const chart = chartOf([
  account('1250', 'asset', { intercompany: 'balance' }), account('2050', 'liability', { intercompany: 'balance' }), account('4050', 'income', { intercompany: 'revenue-expense' }),
  account('6050', 'expense', { intercompany: 'revenue-expense' }), account('1700', 'asset', { intercompany: 'investment' }), account('1000', 'asset'),
]);
const range = { from: '2026-10-01', to: '2026-10-31' };
const rate = (from: string, kind: 'closing' | 'average', value: string) => ({ schemaVersion: 1 as const, from, to: 'EUR', kind, date: '2026-10-31', rate: value });
const rates = rateTable([rate('USD', 'closing', '0.8'), rate('USD', 'average', '0.8')]);
const posting = { translationDifference: '', broughtForward: '', goodwill: '', minorityInterest: '', minorityResult: '' };
const policy = (more: Partial<IntercompanyPolicy> = {}): IntercompanyPolicy => ({ name: 'test', tolerances: [], threshold: { currency: 'EUR', minor: '0' }, differenceAccount: '9990', owner: 'later', ...more });

function match(lines: LedgerLine[], with_ = policy()): MatchedItems {
  const items = new IntercompanyItems(chart, range);
  for (const each of lines) items.add(each);
  const { within, after } = items.list();
  return matchItems(within, after, with_, { chart, rates, groupCurrency: 'EUR', range, posting });
}
/** A claims from B; B owes to A. */
const claim = (reference: string, cents: number, date = '2026-10-05', more: Partial<LedgerLine> = {}): LedgerLine => line(`c${reference}`, date, '1250', cents, { entity: 'A', partner: 'B', reference, ...more });
const debt = (reference: string, cents: number, date = '2026-10-06', more: Partial<LedgerLine> = {}): LedgerLine => line(`d${reference}`, date, '2050', -cents, { entity: 'B', partner: 'A', reference, ...more });
const told = ({ matched, differences }: MatchedItems): unknown[] => [matched, ...differences.map(({ cause, owner, total }) => [cause, owner, Number(total)])];

describe('IC-1, IC-3: what two companies say of one piece of business', () => {
  it.each<[string, LedgerLine[], unknown[]]>([
    ['the same', [claim('I1', 500), debt('I1', 500)], [1]],
    ['the same, paid in part on both sides', [claim('I1', 500), claim('I1', -200), debt('I1', 300)], [1]],
    ['settled within one company', [claim('I1', 500), claim('I1', -500)], [0]],
    ['the other side is missing', [claim('I1', 500)], [0, ['missing', 'B', 500]]],
    ['the first side is missing', [debt('I1', 500)], [0, ['missing', 'A', -500]]],
    ['another amount: whoever booked later', [claim('I1', 500), debt('I1', 480)], [0, ['amount', 'B', 20]]],
    ['another amount, the claim was booked later', [claim('I1', 500, '2026-10-09'), debt('I1', 480)], [0, ['amount', 'A', 20]]],
    ['another currency', [claim('I1', 500), debt('I1', 500, '2026-10-06', { currency: 'USD', functional: -400n })], [0, ['currency', 'B', 100]]],
    ['another class of account', [claim('I1', 500), line('x', '2026-10-06', '6050', -500, { entity: 'B', partner: 'A', reference: 'I1' })], [0, ['mapping', 'B', 0]]],
    ['two references of one amount are two things', [claim('I1', 500), debt('I2', 500)], [0, ['missing', 'B', 500], ['missing', 'A', -500]]],
    ['no reference on one side, and only one amount fits', [claim('I1', 500), debt('', 500)], [1]],
    ['no reference, and two amounts fit', [claim('I1', 500), claim('I2', 500), debt('', 500)], [0, ['missing', 'A', -500], ['missing', 'B', 500], ['missing', 'B', 500]]],
    ['no reference at all', [claim('', 500), debt('', 500)], [1]],
    ['a third company', [claim('I1', 500), debt('I1', 500, '2026-10-06', { entity: 'C' })], [0, ['missing', 'B', 500], ['missing', 'A', -500]]],
    ['the holding itself is no business', [line('h', '2026-10-01', '1700', 500, { entity: 'A', partner: 'B' })], [0]],
    ['income of an earlier period is none of this one', [line('r', '2026-09-30', '4050', -500, { entity: 'A', partner: 'B', reference: 'I1' })], [0]],
    ['a balance of an earlier period still is', [claim('I1', 500, '2026-08-01')], [0, ['missing', 'B', 500]]],
  ])('%s', (_name, lines, expected) => expect(told(match(lines))).toEqual(expected));

  it.each<[string, LedgerLine[], unknown[], string | undefined]>([
    ['booked by the other side in the next period', [claim('I1', 500, '2026-10-20'), debt('I1', 500, '2026-11-02')], ['timing', 'B', 500], '2026-11-02'],
    ['booked by the other side, but not in full', [claim('I1', 500, '2026-10-20'), debt('I1', 400, '2026-11-02')], ['missing', 'B', 500], undefined],
    ['the rest is booked in the next period', [claim('I1', 500), debt('I1', 400), debt('I1', 100, '2026-11-03')], ['timing', 'B', 100], '2026-11-03'],
    ['booked in the last days of the period', [claim('I1', 500, '2026-10-29')], ['timing', 'B', 500], undefined],
    ['booked just before them', [claim('I1', 500, '2026-10-28')], ['missing', 'B', 500], undefined],
  ])('timing: %s', (_name, lines, expected, clearedOn) => {
    const { differences } = match(lines, policy({ transitDays: 3 }));
    expect(differences.map(({ cause, owner, total }) => [cause, owner, Number(total)])).toEqual([expected]);
    expect(differences[0]!.clearedOn).toBe(clearedOn);
  });

  it.each<[string, LedgerLine[], string]>([
    ['a claim without debt', [claim('I1', 500)], 'A'], ['a debt without claim', [debt('I1', 500)], 'A'], ['an amount that differs', [claim('I1', 500), debt('I1', 480)], 'A'],
    ['an expense without revenue', [line('x', '2026-10-06', '6050', 500, { entity: 'B', partner: 'A', reference: 'I1' })], 'A'],
  ])('the seller owns, by policy, %s', (_name, lines, owner) => expect(match(lines, policy({ owner: 'seller' })).differences.map((each) => each.owner)).toEqual([owner]));

  it('IC-2, W10: the true part in the currency of the transaction, the rest is made by rates', () => {
    const { differences } = match([
      claim('I1', 1_000_000, '2026-10-05', { currency: 'USD', functional: 630_800n }),
      debt('I1', 1_674_375, '2026-10-06', { currency: 'USD', functionalCurrency: 'USD' }),
    ]);
    expect(differences).toMatchObject([{ cause: 'amount', total: -708_700n, truePart: -539_500n, ratePart: -169_200n }]);
  });

  it('a missing rate is refused with pair and date', () => {
    expect(() => match([claim('I1', 500, '2026-10-05', { functionalCurrency: 'CHF', currency: 'CHF' })])).toThrow('no closing rate CHF/EUR for 2026-10-31');
  });

  it('lines in any order give the same, and planted differences are found among many that agree', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 999 }), (agreed, missing, seed) => {
      const random = new Random(seed);
      const lines = Array.from({ length: agreed }, (_, index) => random.between(1, 99_999) + 200_000 * index).flatMap((cents, index) => [claim(`K${index}`, cents), debt(`K${index}`, cents)]);
      const planted = Array.from({ length: missing }, (_, index) => claim(`P${index}`, 100_001 + index));
      const found = match(random.shuffle([...lines, ...planted]));
      expect(found).toEqual(match([...planted, ...lines]));
      expect(told(found)).toEqual([agreed, ...planted.map((each) => ['missing', 'B', Number(each.amount)])]);
    }));
  });
});
