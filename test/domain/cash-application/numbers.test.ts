import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMemo } from '../../../domain/rules/cash-application/memo.ts';
import { nearMisses, slipBetween } from '../../../domain/rules/cash-application/near-miss.ts';
import { NumberForms } from '../../../domain/rules/cash-application/number-series.ts';
import { readNumber } from '../../../domain/rules/cash-application/readings.ts';
import { readableNumbers } from '../../../domain/rules/cash-application/state.ts';
import { subsetsWithin } from '../../../domain/rules/cash-application/subset-sum.ts';

const digits = (length: number) => fc.array(fc.constantFrom(...'0123456789'), { minLength: length, maxLength: length }).map((parts) => parts.join(''));

describe('near misses', () => {
  it('finds exactly what comparing every window finds', () => {
    fc.assert(
      fc.property(digits(8), fc.array(fc.constantFrom(...'0123456789AB'), { maxLength: 8 }), fc.nat(3), fc.nat(6), (number, noise, slip, at) => {
        const head = number.slice(0, at);
        const written = [head + number.slice(at + 1), `${head}7${number.slice(at)}`, head + number[at + 1] + number[at] + number.slice(at + 2), `${head}3${number.slice(at + 1)}`][slip]!;
        const text = `${noise.join('')}X${written}${noise.reverse().join('')}`;
        const expected: string[] = [];
        for (let end = 1; end <= text.length; end++)
          for (const length of [8, 7, 9]) {
            const found = end >= length ? slipBetween(number, text.slice(end - length, end)) : undefined;
            if (found && found !== 'none') expected.push(`${end - length}-${end} ${found}`);
          }
        expect(nearMisses(number, text).map(({ start, end, slip: kind }) => `${start}-${end} ${kind}`).sort()).toEqual(expected.sort());
      }),
    );
  });
});

describe('readings', () => {
  const forms = new NumberForms();
  const random = Array.from({ length: 60 }, (_, index) => String((7_919_317_771 * (index + 3)) % 9_999_999_967).padStart(10, '0'));
  const running = Array.from({ length: 60 }, (_, index) => `INV1000000000${10_000 + index * 601}`);
  for (const number of [...random, ...running]) forms.add(number);
  forms.learn();
  const read = (number: string, memo: string) => readNumber(readMemo(memo), readableNumbers([{ field: 'number', text: number }], forms)[0]!, forms);

  it.each([
    ['full', random[5]!, `REF ${random[5]} X`, 'none'],
    ['blank inside', random[5]!, `${random[5]!.slice(0, 4)} ${random[5]!.slice(4)}`, 'blank inside'],
    ['run together', random[5]!, `${random[9]}${random[5]}${random[3]}`, 'run together'],
    ['lost', random[5]!, random[5]!.slice(0, 3) + random[5]!.slice(4), 'lost'],
    ['letters lost', running[5]!, running[5]!.slice(1), 'lost'],
    ['bare digits of a lettered number', running[5]!, running[5]!.slice(3), 'letters missing'],
  ])('%s', (_, number, memo, manner) => {
    expect(read(number, memo)?.manner).toBe(manner);
  });

  it('a slip in random digits says much, in a running number little, and a whole number more than either', () => {
    const lost = (number: string) => number.slice(0, -1);
    const weight = (number: string, memo: string) => read(number, memo)?.weight ?? 0;
    expect(weight(random[5]!, random[5]!)).toBeGreaterThan(weight(random[5]!, lost(random[5]!)));
    expect(weight(running[5]!, running[5]!)).toBeGreaterThan(weight(running[5]!, lost(running[5]!)) + 0.5);
    expect(weight(random[5]!, lost(random[5]!))).toBeGreaterThan(weight(running[5]!, lost(running[5]!)) + 2);
  });
});

describe('subset sums (CA-5)', () => {
  it('finds exactly the sets that trying all finds', () => {
    const amounts = fc.array(fc.integer({ min: -20, max: 60 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 150 }), fc.nat(3), fc.integer({ min: 1, max: 5 }), (list, low, width, largestSize) => {
        const expected: string[] = [];
        for (let members = 1; members < 1 << list.length; members++) {
          const set = list.map((_, index) => index).filter((index) => (members >> index) & 1);
          const sum = set.reduce((total, index) => total + list[index]!, 0);
          if (set.length <= largestSize && sum >= low && sum <= low + width) expected.push(set.join());
        }
        const found = subsetsWithin(list, { low, high: low + width, largestSize, steps: 100_000, most: 100_000 });
        expect(found.sets.map((set) => set.join()).sort()).toEqual(expected.sort());
        expect(found.exhausted).toBe(false);
      }),
    );
  });

  it('says exhausted, never "no match", when a bound is met', () => {
    const many = Array.from({ length: 60 }, (_, index) => index + 1);
    expect(subsetsWithin(many, { low: 50, high: 50, largestSize: 8, steps: 1_000_000, most: 30 })).toEqual({ sets: [], exhausted: true });
    expect(subsetsWithin([1, 2, 3, 4], { low: 5, high: 5, largestSize: 2, steps: 1000, most: 1 })).toMatchObject({ exhausted: true });
  });
});
