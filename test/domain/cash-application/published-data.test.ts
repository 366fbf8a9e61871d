import { beforeAll, describe, expect, it } from 'vitest';
import { relabelled, withoutSome, withRepeatedPrices } from '../../../bench/cash-application/harder.ts';
import { measure, type Figures } from '../../../bench/cash-application/measure.ts';
import { randomOf } from '../../../bench/cash-application/random.ts';
import { dataIsThere, readWorld, setsAtHand } from '../../../bench/cash-application/world.ts';

/** Floors are the promised ones; the figures themselves stand in docs/cash-matching.md. */
describe.skipIf(!dataIsThere)('published data, shuffled and relabelled', () => {
  it('both sets are there', () => expect(setsAtHand()).toEqual(['single', 'multi']));

  it.each([
    ['single', 'batch', 1, 0],
    ['multi', 'batch', 0.998, 0],
    ['single', 'online', 0.999, 0.985],
    ['multi', 'online', 0.994, 0.98],
  ] as const)('%s %s: pair recall at least %d, on arrival at least %d, nothing wrong', (set, mode, recall, arrival) => {
    const figures = measure(relabelled(readWorld(set), randomOf(11)), mode);
    expect(figures.wrongPairs).toBe(0);
    expect(figures.pairsFound / figures.pairs).toBeGreaterThanOrEqual(recall);
    if (mode === 'online') expect(figures.onArrival / figures.payments).toBeGreaterThanOrEqual(arrival);
  });

  it('the answer does not depend on ids and the order of rows', () => {
    const world = withoutSome(readWorld('multi'), 0.2, randomOf(5));
    const again = relabelled(world, randomOf(6));
    const key = (row: Record<string, string>) => `${row['Posting Date']} ${row['Account Number']} ${row['Memo Line']} ${row.Amount}`;
    const answers = (figures: Figures) => figures.decisions.map((one) => `${one.payment.date} ${one.payment.account} ${one.payment.memo} ${one.payment.amount} ${one.verdict} ${one.onArrival} ${one.solution?.score} ${one.solution?.items.map(({ fact }) => fact.numbers[0]!.text).sort().join()}`).sort();
    expect(new Set(world.payments.map(key)).size).toBeGreaterThan(4000);
    expect(answers(measure(again, 'online'))).toEqual(answers(measure(world, 'online')));
  });

  describe('10 % removed and repeated amounts', () => {
    let figures: Figures;
    beforeAll(() => {
      const random = randomOf(23);
      figures = measure(relabelled(withoutSome(withRepeatedPrices(readWorld('multi'), 12, random), 0.1, random), random), 'online');
    });
    it('applies at least 98.2 % of what can be matched', () => expect(figures.right / figures.matchable).toBeGreaterThanOrEqual(0.982));
    it('is wrong at most once in ten thousand', () => expect(figures.wrong).toBeLessThanOrEqual(figures.applied / 10_000));
    it('conserves: allocations never exceed receipt or item (CA-14)', () => {
      const ofItem = new Map<string, number>();
      for (const { payment, allocations, verdict } of figures.decisions) {
        expect(allocations.length > 0).toBe(verdict === 'auto');
        expect(allocations.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(payment.amount);
        for (const { item, amount } of allocations) ofItem.set(item, (ofItem.get(item) ?? 0) + amount);
      }
      const open = new Map(figures.decisions.flatMap(({ solution }) => solution?.items.map(({ fact }) => [fact.id, fact.amount] as const) ?? []));
      for (const [item, used] of ofItem) expect(used, item).toBeLessThanOrEqual(open.get(item)!);
    });
  });
});
