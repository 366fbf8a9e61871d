import type { Money } from '../../model/money.ts';
import { minorOf, money } from '../money.ts';

/** Splits an amount by weights of zero or more; the parts sum to it, what rounding leaves goes to the largest share (F3). */
export function allocateByWeight(amount: Money, weights: readonly bigint[]): Money[] {
  const whole = weights.reduce((total, weight) => total + weight, 0n);
  if (whole <= 0n) throw new RangeError('at least one weight above zero is needed');
  const parts = weights.map((weight) => (minorOf(amount) * weight) / whole);
  const rest = minorOf(amount) - parts.reduce((total, part) => total + part, 0n);
  const largest = weights.reduce((best, weight, index) => (weight > (weights[best] ?? 0n) ? index : best), 0);
  return parts.map((part, index) => money(amount.currency, index === largest ? part + rest : part));
}
