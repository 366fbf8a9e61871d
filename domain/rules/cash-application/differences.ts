import { addDays } from '../../calendar/plain-date.ts';
import type { ReasonCode } from '../../policy/cash-application.ts';
import type { ItemFact, PaymentFact } from './facts.ts';

/** A part of a difference and the reason for it; positive amounts are short, in units. */
export interface ReasonedDifference {
  readonly reason: ReasonCode;
  readonly amount: number;
}

export interface ExplainedDifference {
  readonly parts: readonly ReasonedDifference[];
  /** What is left after discount and charges: 0, or within the tolerance. */
  readonly rest: number;
  /** Power of ten that such a difference is rarer than none. */
  readonly rarity: number;
  /** Why a person must decide although the sum agrees. */
  readonly objection?: string;
}

export interface DifferenceRules {
  /** Most units short that are written off; equal is inside (CA-6). */
  slack: number;
  discountGraceDays: number;
  /** Charges in units that banks usually take; only a cited item is settled with one. */
  usualCharges: readonly number[];
}

const rounding = 1; // one unit over, from amounts that were rounded elsewhere
const rarity = { discount: 0.5, statedCharge: 0.3, usualCharge: 1.5 };

/**
 * Explains why Σ open differs from the payment, in the order of CA-7: earned discount, stated bank charge, tolerance, then the
 * discount that was taken too late, which is a deduction. A charge that is only usual comes last: it is a guess, and an exact
 * discount is a better one. FX is settled before: amounts are compared in the items' currency at the
 * statement's rate. Undefined when nothing explains it: then it is a part payment, a residual or another item.
 */
export function explainDifference(difference: number, items: readonly ItemFact[], payment: PaymentFact, isCited: boolean, rules: DifferenceRules): ExplainedDifference | undefined {
  const isWithin = (rest: number) => rest >= -rounding && rest <= rules.slack;
  const within = (rest: number, parts: readonly ReasonedDifference[], rare: number, objection?: string): ExplainedDifference => ({
    parts: rest === 0 ? parts : [...parts, { reason: 'ROUNDING', amount: rest }],
    rest,
    rarity: rare,
    ...(objection ? { objection } : {}),
  });
  if (difference === 0) return within(0, [], 0);
  const discount = items.reduce((sum, item) => sum + (item.terms?.amount ?? 0), 0);
  const earned = discount > 0 && items.every((item) => !item.terms || payment.date <= addDays(item.terms.until, rules.discountGraceDays));
  const taken: ReasonedDifference = { reason: earned ? 'DISC_EARNED' : 'DISC_UNEARNED', amount: discount };
  if (earned && isWithin(difference - discount)) return within(difference - discount, [taken], rarity.discount);
  const stated = payment.charges ?? 0;
  const charge: ReasonedDifference = { reason: 'BANK_FEE', amount: stated };
  if (stated > 0 && isWithin(difference - stated)) return within(difference - stated, [charge], rarity.statedCharge);
  if (stated > 0 && earned && isWithin(difference - discount - stated)) return within(difference - discount - stated, [taken, charge], rarity.discount + rarity.statedCharge);
  if (isWithin(difference)) return within(difference, [], 0);
  if (discount > 0 && isWithin(difference - discount)) return within(difference - discount, [taken], rarity.discount, 'the discount was taken too late: DISC_UNEARNED');
  if (isCited && rules.usualCharges.includes(difference)) return within(0, [{ reason: 'BANK_FEE', amount: difference }], rarity.usualCharge);
  return undefined;
}
