import * as dinero from 'dinero.js/bigint';
import type { Decimal, Money } from '../model/money.ts';
import { exact, roundTo, times, toText, type Exact } from './decimal.ts';

/** A currency that ISO 4217 does not list, or two currencies in one sum. */
export class CurrencyError extends Error {
  override name = 'CurrencyError';
}

const currencies = new Map(
  Object.values(dinero)
    .filter((entry): entry is (typeof dinero)['EUR'] => typeof entry === 'object' && entry !== null && 'exponent' in entry)
    .map((currency) => [currency.code as string, Number(currency.exponent)]),
);

/** Fraction digits of a currency (EUR 2, JPY 0, KWD 3; P11); throws CurrencyError for an unknown code. */
export function currencyDigits(currency: string): number {
  const digits = currencies.get(currency);
  if (digits === undefined) throw new CurrencyError(`unknown currency ${currency}`);
  return digits;
}

export function isCurrency(code: string): boolean {
  return currencies.has(code);
}

export function money(currency: string, minor: bigint): Money {
  return { currency, minor: minor.toString() };
}

export function noMoney(currency: string): Money {
  return money(currency, 0n);
}

export function minorOf(amount: Money): bigint {
  return BigInt(amount.minor);
}

/**
 * Reads a decimal amount exactly. Throws a RangeError when it has more decimals than the currency
 * allows (trailing zeros do not count): such an amount is an error, never rounded (SI-11).
 */
export function moneyFromDecimal(currency: string, text: Decimal): Money {
  const digits = currencyDigits(currency);
  const value = exact(text);
  const rounded = roundTo(value, digits);
  if (rounded.unscaled * 10n ** BigInt(Math.max(0, value.scale - digits)) !== value.unscaled * 10n ** BigInt(Math.max(0, digits - value.scale)))
    throw new RangeError(`${text} has more decimals than ${currency} allows (${digits})`);
  return money(currency, rounded.unscaled);
}

/** Turns an exact decimal into money, half away from zero to the minor unit: the one place where rounding happens (F3). */
export function roundToMoney(currency: string, value: Exact): Money {
  return money(currency, roundTo(value, currencyDigits(currency)).unscaled);
}

/** quantity × unit price / base quantity is written as `times`; this is amount × factor, rounded once (F3). */
export function scaleMoney(amount: Money, factor: Exact): Money {
  return roundToMoney(amount.currency, times(exactAmount(amount), factor));
}

export function exactAmount(amount: Money): Exact {
  return { unscaled: minorOf(amount), scale: currencyDigits(amount.currency) };
}

/** `1234.50` for EUR; the plain decimal with all fraction digits of the currency. */
export function toDecimalText(amount: Money): Decimal {
  const digits = currencyDigits(amount.currency);
  const text = toText({ unscaled: minorOf(amount), scale: digits });
  if (digits === 0) return text;
  const [whole, fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(digits, '0')}`;
}

/** `1234.50 EUR`, for sentences that people read. */
export function describeMoney(amount: Money): string {
  return `${toDecimalText(amount)} ${amount.currency}`;
}

export function addMoney(a: Money, b: Money): Money {
  return money(sameCurrency(a, b), minorOf(a) + minorOf(b));
}

export function subtractMoney(a: Money, b: Money): Money {
  return money(sameCurrency(a, b), minorOf(a) - minorOf(b));
}

export function negateMoney(amount: Money): Money {
  return money(amount.currency, -minorOf(amount));
}

export function absoluteMoney(amount: Money): Money {
  return minorOf(amount) < 0n ? negateMoney(amount) : amount;
}

export function sumMoney(currency: string, amounts: Iterable<Money>): Money {
  let total = noMoney(currency);
  for (const amount of amounts) total = addMoney(total, amount);
  return total;
}

/** Negative, zero or positive as a is less than, equal to or greater than b. */
export function compareMoney(a: Money, b: Money): number {
  sameCurrency(a, b);
  const difference = minorOf(a) - minorOf(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isZeroMoney(amount: Money): boolean {
  return minorOf(amount) === 0n;
}

/** Splits an amount by integer weights; the parts always sum to the whole. */
export function allocateMoney(amount: Money, weights: bigint[]): Money[] {
  const exponent = BigInt(currencyDigits(amount.currency));
  const whole = dinero.dinero({ amount: minorOf(amount), currency: { code: amount.currency, base: 10n, exponent } });
  return dinero.allocate(whole, weights).map((part) => money(amount.currency, dinero.toSnapshot(part).amount));
}

function sameCurrency(a: Money, b: Money): string {
  if (a.currency !== b.currency) throw new CurrencyError(`${a.currency} and ${b.currency} cannot be combined without a rate`);
  return a.currency;
}

