import type { ReasonCode } from '../../policy/cash-application.ts';
import { KontorError } from '../../errors.ts';

/** What is cleared of one item, in units: open = applied + Σ differences + rest. */
export interface Settlement {
  readonly item: string;
  readonly applied: number;
  readonly differences: readonly { reason: ReasonCode; amount: number }[];
  /** Stays open on the item (partial), or moves to a new item that keeps due date and reason (residual). */
  readonly rest: number;
  readonly restAs: 'none' | 'partial' | 'residual';
}

export interface SettlementResult {
  readonly settlements: readonly Settlement[];
  /** Difference between receipt and applied amounts that is written off for the receipt as a whole. */
  readonly receiptWriteOff: number;
  /** Left of the receipt: a credit on account, never a negative invoice (CA-10). */
  readonly onAccount: number;
}

export interface SettlementLine {
  item: string;
  open: number;
  /** Units of the receipt for this item; absent: as much as there is, in the order of the lines. */
  applied?: number;
  /** Explained before, by discount, charge or a reason the customer gave. */
  differences?: readonly { reason: ReasonCode; amount: number }[];
}

export interface SettlementRules {
  /** Least of the customer's, the user's and the entity's limits; stricter wins, equal is inside (CA-6). */
  itemLimit: number;
  receiptLimit: number;
  shortPayment: 'partial' | 'residual';
  /** Residuals need a reason; without one the payment is partial (CA-8). */
  residualReason?: ReasonCode;
  /** Whether the policy says where a small difference is posted (CA-9). */
  hasRoundingAccount: boolean;
}

/**
 * Books a receipt on items: applied amounts, small differences, rests (CA-6, CA-8, CA-10). Σ applied never exceeds the receipt
 * unless the excess is within the receipt's limit, and no item is paid more than it is open.
 * Throws `cash-policy-gap` when a difference is within tolerance but has no account, `cash-allocation-exceeds` on broken sums.
 */
export function settleReceipt(receipt: number, lines: readonly SettlementLine[], rules: SettlementRules): SettlementResult {
  let left = receipt;
  const settlements = lines.map((line) => {
    const explained = line.differences ?? [];
    const due = line.open - explained.reduce((sum, difference) => sum + difference.amount, 0);
    const applied = line.applied ?? Math.min(due, Math.max(0, left));
    if (applied > due) throw new KontorError('cash-allocation-exceeds', `More is applied to ${line.item} than it is open.`);
    left -= applied;
    return settleItem(line.item, applied, explained, due - applied, rules);
  });
  if (left < 0 && -left > rules.receiptLimit) throw new KontorError('cash-allocation-exceeds', 'More is applied than was received.');
  return { settlements, receiptWriteOff: left < 0 ? -left : 0, onAccount: left > 0 ? left : 0 };
}

function settleItem(item: string, applied: number, explained: readonly { reason: ReasonCode; amount: number }[], rest: number, rules: SettlementRules): Settlement {
  if (rest === 0) return { item, applied, differences: explained, rest: 0, restAs: 'none' };
  if (rest <= rules.itemLimit) {
    if (!rules.hasRoundingAccount) throw new KontorError('cash-policy-gap', `A difference on ${item} is within tolerance, but ROUNDING has no account.`);
    return { item, applied, differences: [...explained, { reason: 'ROUNDING', amount: rest }], rest: 0, restAs: 'none' };
  }
  const residual = rules.shortPayment === 'residual' && rules.residualReason !== undefined;
  return { item, applied, differences: explained, rest, restAs: residual ? 'residual' : 'partial' };
}

/** The limit that applies: the least of all that are set, in units and as a share of the open amount in hundredths of a percent (CA-6). */
export function strictestLimit(limits: readonly number[], open: number, basisPoints?: number): number {
  const absolute = limits.length > 0 ? Math.min(...limits) : 0;
  return basisPoints === undefined ? absolute : Math.min(absolute, Math.floor((open * basisPoints) / 10_000));
}

/** The customer's own code for a deduction, by the policy's table; an unmapped one is UNKNOWN and opens a case (CA-9). */
export function reasonOf(customerCode: string, table: Readonly<Record<string, ReasonCode>>): ReasonCode {
  return table[customerCode.trim().toUpperCase()] ?? 'UNKNOWN';
}
