import type { Decimal } from '../model/money.ts';

/**
 * Exact decimal arithmetic on text, for prices, quantities, rates and percents.
 * A decimal is an integer and the number of its fraction digits; nothing is rounded unless a function says so.
 */
export interface Exact {
  readonly unscaled: bigint;
  readonly scale: number;
}

const pattern = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/** Reads a plain decimal (`-12.50`); throws a RangeError on anything else, exponents and NaN included. */
export function exact(text: Decimal): Exact {
  const parts = pattern.exec(text);
  if (!parts) throw new RangeError(`not a plain decimal: ${text.slice(0, 40)}`);
  const fraction = parts[3] ?? '';
  const digits = BigInt(parts[2] + fraction);
  return { unscaled: parts[1] === '-' ? -digits : digits, scale: fraction.length };
}

export function isDecimal(text: string): boolean {
  return pattern.test(text);
}

export const zero: Exact = { unscaled: 0n, scale: 0 };

export function ofInteger(value: bigint): Exact {
  return { unscaled: value, scale: 0 };
}

export function plus(a: Exact, b: Exact): Exact {
  const scale = Math.max(a.scale, b.scale);
  return { unscaled: atScale(a, scale) + atScale(b, scale), scale };
}

export function minus(a: Exact, b: Exact): Exact {
  return plus(a, { unscaled: -b.unscaled, scale: b.scale });
}

export function times(a: Exact, b: Exact): Exact {
  return { unscaled: a.unscaled * b.unscaled, scale: a.scale + b.scale };
}

/** Negative, zero or positive as a is less than, equal to or greater than b. */
export function compareExact(a: Exact, b: Exact): number {
  const difference = minus(a, b).unscaled;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Rounds half away from zero to `scale` fraction digits (F3). */
export function roundTo(value: Exact, scale: number): Exact {
  if (value.scale <= scale) return { unscaled: atScale(value, scale), scale };
  return { unscaled: divideHalfAway(value.unscaled, 10n ** BigInt(value.scale - scale)), scale };
}

/** a / b rounded half away from zero to `scale` fraction digits; throws on division by zero. */
export function dividedBy(a: Exact, b: Exact, scale: number): Exact {
  if (b.unscaled === 0n) throw new RangeError('division by zero');
  const numerator = a.unscaled * 10n ** BigInt(scale + b.scale);
  const denominator = b.unscaled * 10n ** BigInt(a.scale);
  return { unscaled: divideHalfAway(numerator, denominator), scale };
}

/** The shortest plain text of the value: no trailing zeros, no exponent. */
export function toText(value: Exact): Decimal {
  const negative = value.unscaled < 0n;
  const digits = (negative ? -value.unscaled : value.unscaled).toString().padStart(value.scale + 1, '0');
  const whole = digits.slice(0, digits.length - value.scale);
  const fraction = digits.slice(digits.length - value.scale).replace(/0+$/, '');
  const text = fraction ? `${whole}.${fraction}` : whole;
  return negative && text !== '0' ? `-${text}` : text;
}

function atScale(value: Exact, scale: number): bigint {
  return value.unscaled * 10n ** BigInt(scale - value.scale);
}

function divideHalfAway(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  const quotient = (2n * n + d) / (2n * d);
  return negative ? -quotient : quotient;
}
