import type { MatchingPass } from '../../policy/close.ts';
import { exact, roundTo, type Exact } from '../decimal.ts';
import { currencyDigits } from '../money.ts';
import { open, type Interner, type MatchSide } from './side.ts';

/** Why an item that might have matched did not. */
export type Doubt = 'ambiguous' | 'search-exhausted';

export interface Match {
  readonly pass: number;
  /** Σ left less Σ right, in minor units. */
  readonly difference: bigint;
}

/** What all passes share and write to. */
export interface Matching {
  readonly left: MatchSide;
  readonly right: MatchSide;
  readonly texts: Interner;
  readonly matches: Match[];
  /** Doubts by index in the left and right side; a later match removes them. */
  readonly doubts: { readonly left: Map<number, Doubt>; readonly right: Map<number, Doubt> };
}

/** Open items of both sides with equal currency and keys; indexes rise with ids. */
export interface Group {
  readonly left: number[];
  readonly right: number[];
  readonly currency: string;
}

/** Groups in the order of their first left id. Items with an empty key belong to none: nothing equals an unknown. */
export function groupsOf({ left, right, texts }: Matching, pass: MatchingPass): Group[] {
  const groups = new Map<string | number, Group>();
  for (let index = 0; index < left.size; index++) {
    const key = left.matches[index] === open ? groupKey(left, index, pass.keys) : undefined;
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.left.push(index);
    else groups.set(key, { left: [index], right: [], currency: texts.textOf(left.currencies[index]!) });
  }
  for (let index = 0; index < right.size; index++) {
    const key = right.matches[index] === open ? groupKey(right, index, pass.keys) : undefined;
    if (key !== undefined) groups.get(key)?.right.push(index);
  }
  return [...groups.values()].filter((group) => group.right.length > 0);
}

export function record(matching: Matching, pass: number, left: readonly number[], right: readonly number[]): void {
  const number = matching.matches.length;
  const difference = sumOf(matching.left, left) - sumOf(matching.right, right);
  matching.matches.push({ pass, difference });
  for (const index of left) settle(matching.left, matching.doubts.left, index, number);
  for (const index of right) settle(matching.right, matching.doubts.right, index, number);
}

export function sumOf(side: MatchSide, indexes: readonly number[]): bigint {
  let sum = 0n;
  for (const index of indexes) sum += side.amounts[index]!;
  return sum;
}

/** How far two sums may differ: both bounds hold where both are given, the boundary is inside (CA-6). */
export class Tolerance {
  private readonly percent: Exact;
  private readonly amount: string;
  private readonly hasPercent: boolean;
  private readonly minorByCurrency = new Map<string, bigint>();

  constructor(pass: MatchingPass) {
    this.amount = pass.tolerance.amount;
    this.percent = exact(pass.tolerance.percent);
    this.hasPercent = this.percent.unscaled > 0n;
  }

  /** Largest difference in minor units that an item of this size may have. */
  allowed(currency: string, size: bigint): bigint {
    let most = this.minorByCurrency.get(currency);
    if (most === undefined) {
      most = roundTo(exact(this.amount), currencyDigits(currency)).unscaled;
      this.minorByCurrency.set(currency, most);
    }
    if (!this.hasPercent) return most;
    const share = ((size < 0n ? -size : size) * this.percent.unscaled) / (100n * 10n ** BigInt(this.percent.scale));
    return most === 0n || share < most ? share : most;
  }
}

function groupKey(side: MatchSide, index: number, names: readonly string[]): string | number | undefined {
  const currency = side.currencies[index]!;
  if (names.length === 0) return currency;
  if (names.length === 1) {
    const number = side.keys.get(names[0]!)![index]!;
    return number === 0 ? undefined : currency * 2 ** 32 + number;
  }
  let key = String(currency);
  for (const name of names) {
    const number = side.keys.get(name)![index]!;
    if (number === 0) return undefined;
    key += `,${number}`;
  }
  return key;
}

function settle(side: MatchSide, doubts: Map<number, Doubt>, index: number, match: number): void {
  side.matches[index] = match;
  doubts.delete(index);
}
