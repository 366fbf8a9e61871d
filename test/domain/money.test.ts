import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareExact, dividedBy, exact, plus, roundTo, times, toText } from '../../domain/rules/decimal.ts';
import {
  addMoney,
  allocateMoney,
  compareMoney,
  CurrencyError,
  currencyDigits,
  money,
  moneyFromDecimal,
  roundToMoney,
  sumMoney,
  toDecimalText,
} from '../../domain/rules/money.ts';

describe('money is exact (F3, F7, P11)', () => {
  it.each([
    ['EUR', '12.5', '1250'],
    ['EUR', '-0.01', '-1'],
    ['JPY', '7', '7'],
    ['JPY', '7.000', '7'],
    ['KWD', '1.234', '1234'],
    ['EUR', '123456789012345678.90', '12345678901234567890'],
  ])('%s %s is %s minor units', (currency, text, minor) => {
    expect(moneyFromDecimal(currency, text)).toEqual({ currency, minor });
  });

  it.each([
    ['JPY', '7.5'],
    ['EUR', '1.005'],
    ['EUR', 'NaN'],
    ['EUR', '1e400'],
    ['EUR', ''],
    ['EUR', '0x10'],
  ])('refuses %s %s', (currency, text) => {
    expect(() => moneyFromDecimal(currency, text)).toThrow(RangeError);
  });

  it('refuses an unknown currency and never mixes two', () => {
    expect(() => currencyDigits('ZZZ')).toThrow(CurrencyError);
    expect(() => addMoney(money('EUR', 1n), money('USD', 1n))).toThrow(CurrencyError);
    expect(() => compareMoney(money('EUR', 1n), money('USD', 1n))).toThrow(CurrencyError);
  });

  it.each([
    ['0.005', '1'],
    ['-0.005', '-1'],
    ['0.0049', '0'],
    ['2.675', '268'],
  ])('F3 rounds %s EUR half away from zero to %s cents', (text, minor) => {
    expect(roundToMoney('EUR', exact(text)).minor).toBe(minor);
  });

  it('allocation always sums to the whole', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 15n), 10n ** 15n), fc.array(fc.bigInt(1n, 1000n), { minLength: 1, maxLength: 20 }), (minor, weights) => {
        const parts = allocateMoney(money('EUR', minor), weights);
        expect(sumMoney('EUR', parts).minor).toBe(minor.toString());
      }),
    );
  });

  it('text form is read back to the same amount', () => {
    fc.assert(
      fc.property(fc.constantFrom('EUR', 'JPY', 'KWD'), fc.bigInt(), (currency, minor) => {
        expect(moneyFromDecimal(currency, toDecimalText(money(currency, minor)))).toEqual(money(currency, minor));
      }),
    );
  });
});

describe('decimals', () => {
  const decimal = fc.tuple(fc.bigInt(-(10n ** 12n), 10n ** 12n), fc.nat(6)).map(([unscaled, scale]) => ({ unscaled, scale }));

  it('sums and products agree with integer arithmetic on one scale', () => {
    fc.assert(
      fc.property(decimal, decimal, decimal, (a, b, c) => {
        expect(compareExact(times(plus(a, b), c), plus(times(a, c), times(b, c)))).toBe(0);
        expect(compareExact(exact(toText(a)), a)).toBe(0);
      }),
    );
  });

  it('division rounds half away from zero', () => {
    expect(toText(dividedBy(exact('1'), exact('3'), 4))).toBe('0.3333');
    expect(toText(dividedBy(exact('-1'), exact('8'), 2))).toBe('-0.13');
    expect(toText(roundTo(exact('-2.5'), 0))).toBe('-3');
    expect(() => dividedBy(exact('1'), exact('0'), 2)).toThrow(RangeError);
  });
});
