import type { MatchingPass } from '../../policy/close.ts';
import { exact, roundTo, type Exact } from '../decimal.ts';
import { currencyDigits } from '../money.ts';
import { bucketsOf, inBucket } from './buckets.ts';
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

/**
 * Groups in the order of their first left id. Items with an empty key belong to none: nothing equals an unknown. Which
 * item belongs where is settled before the first group is handed out, in columns of numbers: a million groups of one item
 * each would take a quarter of a gigabyte as objects.
 */
export function* groupsOf({ left, right, texts }: Matching, pass: MatchingPass): Generator<Group> {
  const numbers = new GroupNumbers(pass.keys, texts.size);
  const lefts = bucketsOf(Int32Array.from(left.matches, (match, index) => (match === open ? numbers.given(left, index) : -1)));
  const rights = bucketsOf(Int32Array.from(right.matches, (match, index) => (match === open ? numbers.known(right, index) : -1)));
  for (let group = 0; group < numbers.size; group++) {
    const matching = inBucket(rights, group);
    if (matching.length === 0) continue;
    const own = inBucket(lefts, group);
    yield { left: own, right: matching, currency: texts.textOf(left.currencies[own[0]!]!) };
  }
}

/** Numbers groups as their keys are met; a single key needs no map, for its texts are numbers already. */
class GroupNumbers {
  size = 0;
  private readonly keys: readonly string[];
  private readonly textCount: number;
  private readonly byText = new Map<number, Int32Array>();
  private readonly byKeys = new Map<string, number>();

  constructor(keys: readonly string[], textCount: number) {
    this.keys = keys;
    this.textCount = textCount;
  }

  /** The number of the group that the item belongs to, a new one if need be; −1 where it belongs to none. */
  given(side: MatchSide, index: number): number {
    const known = this.known(side, index);
    if (known >= 0) return known;
    const currency = side.currencies[index]!;
    if (this.keys.length > 1) {
      const key = joinedKey(side, index, this.keys);
      if (key === undefined) return -1;
      this.byKeys.set(key, this.size);
    } else {
      const text = this.textOf(side, index);
      if (text < 0) return -1;
      this.textsOf(currency)[text] = this.size + 1;
    }
    return this.size++;
  }

  known(side: MatchSide, index: number): number {
    if (this.keys.length > 1) return this.byKeys.get(joinedKey(side, index, this.keys) ?? '') ?? -1;
    const text = this.textOf(side, index);
    return text < 0 ? -1 : (this.byText.get(side.currencies[index]!)?.[text] ?? 0) - 1;
  }

  /** 0 stands for all where the pass has no key, −1 for an empty key. */
  private textOf(side: MatchSide, index: number): number {
    if (this.keys.length === 0) return 0;
    return side.keys.get(this.keys[0]!)![index]! || -1;
  }

  private textsOf(currency: number): Int32Array {
    let texts = this.byText.get(currency);
    if (!texts) this.byText.set(currency, (texts = new Int32Array(this.keys.length === 0 ? 1 : this.textCount)));
    return texts;
  }
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

function joinedKey(side: MatchSide, index: number, names: readonly string[]): string | undefined {
  let key = String(side.currencies[index]!);
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
