import { expect, it } from 'vitest';
import { findableBy } from '../../../domain/rules/accounts-payable/findable-by.ts';

it.each<[currency: string, minor: string, amount: number | undefined]>([
  ['EUR', '1190', 11.9],
  ['EUR', '-1', -0.01],
  ['JPY', '1190', 1190],
  ['KWD', '1001', 1.001],
  ['EUR', '0', 0],
  ['EUR', '99999999999999999', undefined],
  ['EUR', '9999999999999999', 99_999_999_999_999.99],
  ['EUR', `-${'9'.repeat(31)}`, undefined],
  ['XXQ', '1', undefined],
])('%s %s is found by the amount %s', (currency, minor, amount) => {
  const found = findableBy({ number: 'RE-1', class: 'invoice', payable: { currency, minor } });
  expect(found).toEqual({ number: 'RE-1', class: 'invoice', currency, ...(amount === undefined ? {} : { amount }) });
});

it.each([
  ['RE-2026/0815', 'RE-2026/0815'],
  ['A\u202e1\u0007\u200b2', 'A 1 2'],
  ['  7  ', '7'],
  [`9${'0'.repeat(199)}`, `9${'0'.repeat(99)}`],
])('%j is found as %j', (number, shown) => {
  expect(findableBy({ number, class: 'credit-note', payable: { currency: 'EUR', minor: '1' } })).toMatchObject({ number: shown, class: 'credit-note' });
});
