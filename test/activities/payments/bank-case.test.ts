import { expect, it } from 'vitest';
import { bankCaseId } from '../../../activities/payments/bank-case.ts';

it('one finding of a message is one case, however long the ids are', () => {
  const of = (messageId: string, key: string) => bankCaseId({ source: 'bank/DE01', messageId }, key);
  expect(of('M-1', 'paid-twice-E2E-1'), 'short ids stay as they are').toBe('bank-DE01-M-1-paid-twice-E2E-1');
  const exactly = of('m'.repeat(80), 'k'.repeat(9));
  expect(exactly).toBe(`bank-DE01-${'m'.repeat(80)}-${'k'.repeat(9)}`);
  const file = `inbox/${'2026-11-20-statement-of-account-'.repeat(4)}.xml`;
  const long = [of(file, 'paid-twice-E2E-1'), of(file, 'paid-twice-E2E-2'), of(`${file}2`, 'paid-twice-E2E-1')];
  expect(new Set(long).size).toBe(3);
  expect(long.map(({ length }) => length)).toEqual([100, 100, 100]);
  expect(of(file, 'paid-twice-E2E-1')).toBe(long[0]);
});
