import { describe, expect, it } from 'vitest';
import { consolidateRandom, disagreements, randomGroup } from '../../../bench/close/random-groups.ts';
import { Random } from '../../../bench/close/random.ts';

describe('IC-7: random groups tie to a plain recomputation', () => {
  it.each(Array.from({ length: 30 }, (_, seed) => seed + 1))('group %i', (seed) => {
    const random = randomGroup(seed);
    expect(disagreements(random, consolidateRandom(random))).toEqual([]);
  });

  it('the recomputation notices a balance that the consolidation was not told of', () => {
    const random = randomGroup(4);
    const more = random.balances.map((each) => (each.account === '1000' ? { ...each, movement: each.movement + 1_000n } : each.account === '2000' ? { ...each, movement: each.movement - 1_000n } : each));
    expect(disagreements({ ...random, balances: more }, consolidateRandom(random))).not.toEqual([]);
  });

  it('entities, holdings and balances in another order give the same group', () => {
    const random = randomGroup(9);
    const shuffle = new Random(1);
    const other = { ...random, balances: shuffle.shuffle(random.balances), group: { ...random.group, entities: shuffle.shuffle(random.group.entities), holdings: shuffle.shuffle(random.group.holdings) } };
    const [a, b] = [consolidateRandom(random), consolidateRandom(other)];
    expect(b.rows).toEqual(a.rows);
    expect(b.differences).toEqual(a.differences);
    expect(b.equity).toEqual(a.equity);
  });
});
