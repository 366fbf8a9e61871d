import { describe, expect, it } from 'vitest';
import { Random } from '../../../bench/close/random.ts';
import { matchingPassSchema } from '../../../domain/policy/close.ts';
import { matchSides } from '../../../domain/rules/reconciliation/matching.ts';
import { reportOf } from '../../../domain/rules/reconciliation/report.ts';
import { Interner, SideBuilder, type MatchSide } from '../../../domain/rules/reconciliation/side.ts';
import { subsetSum } from '../../../domain/rules/reconciliation/subset-sum.ts';

type Item = [id: string, cents: number, day?: number, key?: string, currency?: string];

function matched(left: Item[], right: Item[], ...passes: Record<string, unknown>[]): { pairs: string[]; open: string[]; doubts: string[]; unexplained: string[] } {
  const texts = new Interner();
  const build = (items: Item[]): MatchSide => {
    const builder = new SideBuilder(['key']);
    for (const [index, [id, cents, day = 1, key = '', currency = 'EUR']] of items.entries()) builder.add(id, index + 2, BigInt(cents), day, texts.numberOf(currency), [texts.numberOf(key)]);
    return builder.build();
  };
  const matching = matchSides(build(left), build(right), texts, passes.map((pass, index) => matchingPassSchema.parse({ name: `pass ${index}`, ...pass })));
  const names = (side: MatchSide, match: number): string => side.ids.filter((_, index) => side.matches[index] === match).join('+');
  const report = reportOf(matching);
  return {
    pairs: matching.matches.map((_, number) => `${names(matching.left, number)}=${names(matching.right, number)}`).sort(),
    open: report.open.map(({ id }) => id).sort(),
    doubts: report.open.flatMap(({ id, doubt }) => (doubt ? [`${id} ${doubt}`] : [])).sort(),
    unexplained: report.totals.map(({ unexplained }) => unexplained.minor).filter((minor) => minor !== '0'),
  };
}

const one = { kind: 'one-to-one' };
describe('matching by rule', () => {
  it.each([
    ['equal amounts', [['a', 5]], [['x', 5]], [one], ['a=x'], [], []],
    ['no tolerance: nothing near', [['a', 5]], [['x', 6]], [one], [], ['a', 'x'], []],
    ['boundary of the tolerance is inside', [['a', 500]], [['x', 505]], [{ ...one, tolerance: { amount: '0.05' } }], ['a=x'], [], []],
    ['just outside', [['a', 500]], [['x', 506]], [{ ...one, tolerance: { amount: '0.05' } }], [], ['a', 'x'], []],
    ['percent and amount both hold', [['a', 500]], [['x', 505]], [{ ...one, tolerance: { amount: '0.05', percent: '0.5' } }], [], ['a', 'x'], []],
    ['another currency', [['a', 5]], [['x', 5, 1, '', 'USD']], [one], [], ['a', 'x'], []],
    ['days too far apart', [['a', 5, 1]], [['x', 5, 4]], [{ ...one, tolerance: { days: 2 } }], [], ['a', 'x'], []],
    ['an empty key equals nothing', [['a', 5]], [['x', 5]], [{ ...one, keys: ['key'] }], [], ['a', 'x'], []],
    ['W5: two candidates, lowest id', [['a', 5]], [['10', 5], ['9', 5]], [{ ...one, ambiguous: 'lowest-id' }], ['a=9'], ['10'], []],
    ['W5: two candidates, refused', [['a', 5]], [['10', 5], ['9', 5]], [one], [], ['10', '9', 'a'], ['a ambiguous']],
    ['two that want the same one, refused', [['a', 5], ['b', 5]], [['x', 5]], [one], [], ['a', 'b', 'x'], ['a ambiguous', 'b ambiguous']],
    ['the nearest amount, then the nearest day', [['a', 500, 3]], [['x', 501, 3], ['y', 500, 5], ['z', 500, 4]], [{ ...one, tolerance: { amount: '0.05', days: 9 } }], ['a=z'], ['x', 'y'], []],
    ['W6: three that make one', [['a', 10, 1, 'k'], ['b', 20, 1, 'k'], ['c', 70, 1, 'k']], [['x', 100, 1, 'k']], [{ kind: 'many-to-one', keys: ['key'] }], ['a+b+c=x'], [], []],
    ['W6: not before they are complete', [['a', 10, 1, 'k'], ['b', 20, 1, 'k']], [['x', 100, 1, 'k']], [{ kind: 'many-to-one', keys: ['key'] }], [], ['a', 'b', 'x'], []],
    ['W6: four weekly against one expected', [['x', 100, 1, 'k']], [['1', 25, 1, 'k'], ['2', 25, 1, 'k'], ['3', 25, 1, 'k'], ['4', 25, 1, 'k']], [{ kind: 'one-to-many', keys: ['key'] }], ['x=1+2+3+4'], [], []],
    ['W4: without a subset 1,620 and 895 do not match', [['a', 983], ['b', 637]], [['x', -475], ['y', 2_095], ['z', -725]], [{ kind: 'many-to-many', tolerance: { days: 1 } }], [], ['a', 'b', 'x', 'y', 'z'], []],
    ['W4: with one they do, −725 is left', [['a', 983], ['b', 637]], [['x', -475], ['y', 2_095], ['z', -725]], [{ kind: 'many-to-many', tolerance: { days: 1 }, subset: {} }], ['a+b=x+y'], ['z'], []],
    ['two subsets, refused', [['x', 30]], [['1', 10], ['2', 20], ['3', 5], ['4', 25]], [{ kind: 'one-to-many', subset: {} }], [], ['1', '2', '3', '4', 'x'], ['x ambiguous']],
    ['more candidates than the bound is no "none"', [['x', 30]], [['1', 10], ['2', 21], ['3', 5]], [{ kind: 'one-to-many', subset: { candidates: 2 } }], [], ['1', '2', '3', 'x'], ['x search-exhausted']],
    ['a later pass takes what an earlier one left in doubt', [['a', 5, 1, 'k']], [['x', 5], ['y', 5, 1, 'k']], [one, { ...one, keys: ['key'] }], ['a=y'], ['x'], []],
  ] as [string, Item[], Item[], Record<string, unknown>[], string[], string[], string[]][])('%s', (_name, left, right, passes, pairs, open, doubts) => {
    expect(matched(left, right, ...passes)).toEqual({ pairs, open: [...open].sort(), doubts, unexplained: [] });
  });

  it('the order of the files changes nothing, and totals always explain the difference', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new Random(seed);
      const items = (prefix: string): Item[] => Array.from({ length: 60 }, (_, index): Item => [`${prefix}${index}`, random.between(-20, 20), random.below(6), random.pick(['', 'p', 'q', 'r']), random.pick(['EUR', 'USD'])]);
      const [left, right] = [items('a'), items('x')];
      const passes = [{ ...one, keys: ['key'] }, { kind: 'many-to-many', keys: ['key'], tolerance: { days: 3, amount: '0.02' }, subset: { steps: 2_000 } }, { ...one, tolerance: { days: 2, amount: '0.01' }, ambiguous: 'lowest-id' }];
      const result = matched(left, right, ...passes);
      expect(result.unexplained).toEqual([]);
      expect(matched(random.shuffle(left), random.shuffle(right), ...passes)).toEqual(result);
    }
  });
});

describe('CA-5: subsets agree with trying all', () => {
  it('found, unique, none', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = new Random(seed);
      const amounts = Array.from({ length: random.between(2, 9) }, () => BigInt(random.between(-30, 60)));
      const [target, allowed] = [BigInt(random.between(-20, 120)), BigInt(random.below(3))];
      const size = 4;
      const all = Array.from({ length: 2 ** amounts.length }, (_, bits) => amounts.map((__, position) => position).filter((position) => (bits >> position) & 1)).filter((subset) => subset.length >= 2 && subset.length <= size);
      const distance = (subset: readonly number[]): bigint => {
        const gap = subset.reduce((sum, position) => sum + amounts[position]!, 0n) - target;
        return gap < 0n ? -gap : gap;
      };
      const fitting = all.filter((subset) => distance(subset) <= allowed);
      const smallest = Math.min(...fitting.map((subset) => subset.length));
      const nearest = fitting.filter((subset) => subset.length === smallest).map(distance).reduce((least, each) => (least === undefined || each < least ? each : least), undefined as bigint | undefined);
      const best = fitting.filter((subset) => subset.length === smallest && distance(subset) === nearest);
      const answer = subsetSum(amounts, target, allowed, { candidates: 40, size, steps: 100_000 });
      if (best.length === 0) expect(answer.found).toBeUndefined();
      else expect(answer).toMatchObject({ found: expect.any(Array), unique: best.length === 1 });
      if (answer.found) expect(best).toContainEqual(answer.found);
    }
  });

  it('says so when it gives up', () => expect(subsetSum(Array.from({ length: 40 }, (_, index) => BigInt(index * 2 + 1)), 801n, 0n, { candidates: 40, size: 8, steps: 100 })).toEqual({ found: undefined, exhausted: true }));
});
