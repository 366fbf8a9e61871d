import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BankStatement, StatementEntry } from '../../../domain/model/bank-statement.ts';
import { checkBalance } from '../../../domain/rules/statements/balance.ts';
import { checkContinuity, nothingSeen } from '../../../domain/rules/statements/continuity.ts';

const eur = (minor: bigint | number) => ({ currency: 'EUR', minor: String(minor) });
const entry = (minor: bigint | number, more: Partial<StatementEntry> = {}): StatementEntry => ({ amount: eur(minor), status: 'booked', references: {}, text: '', ...more });
const statement = (number: string, opening: bigint | number, closing: bigint | number, entries: StatementEntry[] = []): BankStatement => ({ account: 'A', number, currency: 'EUR', opening: eur(opening), closing: eur(closing), entries, findings: [] });
const codes = (findings: { code: string }[]) => findings.map(({ code }) => code);

describe('SI-5 balance', () => {
  it('holds for any booked entries, and breaks by any cent', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.array(fc.bigInt()), fc.bigInt().filter((by) => by !== 0n), (opening, amounts, by) => {
        const closing = amounts.reduce((sum, amount) => sum + amount, opening);
        const entries = [...amounts.map((amount) => entry(amount)), entry(1, { status: 'pending' })];
        expect(checkBalance(statement('1', opening, closing, entries))).toEqual([]);
        expect(codes(checkBalance(statement('1', opening, closing + by, entries)))).toEqual(['unbalanced']);
      }),
    );
  });

  it.each([
    ['another currency', statement('1', 0, 5, [entry(5, { amount: { currency: 'USD', minor: '5' } })]), ['not-checked']],
    ['details that do not add up', statement('1', 0, 5, [entry(5, { details: [{ amount: eur(4), references: {}, text: '' }] })]), ['details-differ']],
    ['details without amounts', statement('1', 0, 5, [entry(5, { details: [{ references: {}, text: '' }] })]), []],
  ])('%s', (_, given, expected) => expect(codes(checkBalance(given))).toEqual(expected));
});

describe('SI-6 continuity', () => {
  it.each([
    ['the next', [statement('1', 0, 5), statement('2', 5, 9)], []],
    ['a number left out', [statement('1', 0, 5), statement('3', 5, 9)], ['gap']],
    ['another opening', [statement('1', 0, 5), statement('2', 6, 9)], ['gap']],
    ['a new year', [statement('250', 0, 5), statement('1', 5, 9)], []],
    ['the same again', [statement('1', 0, 5), statement('1', 0, 5)], ['repeat']],
    ['the same with other content (SI-3)', [statement('1', 0, 5), statement('1', 0, 6)], ['conflict']],
    ['another account', [statement('1', 0, 5), { ...statement('9', 7, 9), account: 'B' }], []],
    ['statements without numbers', [statement('0', 0, 5), { ...statement('0', 5, 9), closingDate: '2026-10-05' }], []],
  ])('%s', (_, statements, expected) => {
    const seen = nothingSeen();
    expect(statements.flatMap((one) => codes(checkContinuity(one, seen)))).toEqual(expected);
  });
});
