import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCreditorReference, numberInCreditorReference } from '../../../domain/rules/cash-application/creditor-reference.ts';
import { exchange } from '../../../domain/rules/cash-application/exchange.ts';
import { toText } from '../../../domain/rules/decimal.ts';
import { reasonOf, settleReceipt, strictestLimit, type SettlementRules } from '../../../domain/rules/cash-application/settlement.ts';

const rules: SettlementRules = { itemLimit: 0, receiptLimit: 0, shortPayment: 'partial', hasRoundingAccount: true };

describe('settling a receipt (CA-6, CA-8, CA-10)', () => {
  it('W1: 980.00 for 1,000.00 with tolerance 25.00 writes off 20.00', () => {
    const { settlements } = settleReceipt(98_000, [{ item: 'i', open: 100_000 }], { ...rules, itemLimit: 2_500 });
    expect(settlements[0]).toMatchObject({ applied: 98_000, differences: [{ reason: 'ROUNDING', amount: 2_000 }], rest: 0, restAs: 'none' });
  });

  it('W2: 192.00 applied as 98.00 + 98.00 to two of 100.00: 2.00 + 2.00 on the items, 4.00 on the receipt', () => {
    const lines = ['i', 'j'].map((item) => ({ item, open: 10_000, applied: 9_800 }));
    const result = settleReceipt(19_200, lines, { ...rules, itemLimit: 500, receiptLimit: 500 });
    expect(result.settlements.map(({ differences }) => differences[0]?.amount)).toEqual([200, 200]);
    expect(result.receiptWriteOff).toBe(400);
    expect(() => settleReceipt(19_200, lines, { ...rules, itemLimit: 500, receiptLimit: 399 })).toThrow(/More is applied/);
  });

  it('W3: 990.00 for 1,000.00 after the discount date applies 990.00 and leaves a chargeback of 10.00', () => {
    const { settlements } = settleReceipt(99_000, [{ item: 'i', open: 100_000 }], { ...rules, shortPayment: 'residual', residualReason: 'DISC_UNEARNED' });
    expect(settlements[0]).toMatchObject({ applied: 99_000, rest: 1_000, restAs: 'residual' });
  });

  it('W7: 0.08 is written off only inside both limits; the stricter wins', () => {
    expect(strictestLimit([100, 8], 9_734_650)).toBe(8);
    const line = [{ item: 'i', open: 9_734_650 }];
    expect(settleReceipt(9_734_642, line, { ...rules, itemLimit: strictestLimit([100, 8], 9_734_650) }).settlements[0]!.rest).toBe(0);
    expect(settleReceipt(9_734_642, line, { ...rules, itemLimit: strictestLimit([100, 7], 9_734_650) }).settlements[0]!.rest).toBe(8);
    expect(strictestLimit([1_000], 10_000, 50)).toBe(50);
  });

  it('W8: partial keeps the item open, residual makes a new one; residual without a reason is partial', () => {
    const line = [{ item: 'i', open: 100_000 }];
    expect(settleReceipt(70_000, line, rules).settlements[0]).toMatchObject({ rest: 30_000, restAs: 'partial' });
    expect(settleReceipt(70_000, line, { ...rules, shortPayment: 'residual', residualReason: 'PRICING' }).settlements[0]).toMatchObject({ rest: 30_000, restAs: 'residual' });
    expect(settleReceipt(70_000, line, { ...rules, shortPayment: 'residual' }).settlements[0]!.restAs).toBe('partial');
  });

  it('W13: a difference within tolerance without an account is an exception, not a silent residual', () => {
    expect(() => settleReceipt(9_992, [{ item: 'i', open: 10_000 }], { ...rules, itemLimit: 25, hasRoundingAccount: false })).toThrow(/ROUNDING has no account/);
  });

  it('CA-10: more than is open goes on account, never into a negative invoice', () => {
    expect(settleReceipt(12_000, [{ item: 'i', open: 10_000 }], rules)).toMatchObject({ onAccount: 2_000, settlements: [{ applied: 10_000, rest: 0 }] });
  });

  it('CA-8, CA-14: applied + differences + rest = open for every item, applied + on account = receipt', () => {
    const lines = fc.array(fc.record({ open: fc.integer({ min: 1, max: 10_000 }) }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40_000 }), lines, fc.integer({ min: 0, max: 50 }), (receipt, items, itemLimit) => {
        const { settlements, onAccount, receiptWriteOff } = settleReceipt(receipt, items.map(({ open }, index) => ({ item: `i${index}`, open })), { ...rules, itemLimit });
        settlements.forEach((one, index) => expect(one.applied + one.differences.reduce((sum, { amount }) => sum + amount, 0) + one.rest).toBe(items[index]!.open));
        expect(settlements.reduce((sum, one) => sum + one.applied, 0) + onAccount - receiptWriteOff).toBe(receipt);
      }),
    );
  });

  it('CA-9: an unmapped code of the customer is UNKNOWN', () => {
    expect([reasonOf('wht', { WHT: 'WITHHOLDING' }), reasonOf('77', { WHT: 'WITHHOLDING' })]).toEqual(['WITHHOLDING', 'UNKNOWN']);
  });
});

describe('creditor references (W12)', () => {
  it.each(['RF68AB2G5', 'RF451234512345', 'RF96TU06FX', 'RF720HYA6', 'RF18539007547034'])('%s is valid', (text) => expect(isCreditorReference(text)).toBe(true));
  it.each(['RF19GAX8WS5JYOOUJ87', 'RF', 'RF18', 'XX18539007547034'])('%s is not', (text) => expect(isCreditorReference(text)).toBe(false));
  it('holds the creditor\'s number', () => expect(numberInCreditorReference('RF18 5390 0754 7034')).toBe('539007547034'));
});

describe('foreign currency (CA-12)', () => {
  const usd = { received: '1100.00', itemAmount: '1000.00', itemRate: '1.12', itemDigits: 2, receivedDigits: 2 };
  it('converts at the bank\'s rate and realises the difference to the invoice rate', () => {
    const { inItemCurrency, realised } = exchange({ ...usd, rate: '1.10' });
    expect([toText(inItemCurrency), toText(realised)]).toEqual(['1000', '-20']);
  });
  it('a missing rate is an exception, never 1', () => expect(() => exchange({ ...usd, rate: undefined })).toThrow(/rate/));
});
