/**
 * Sets of amounts that add up to a target, found exactly by meeting in the middle (CA-5). Bounded in candidates, size and steps;
 * when a bound is met the answer says so: `exhausted` is never "no match".
 */
export interface SubsetSearch {
  /** Sum may lie in [low, high]. */
  low: number;
  high: number;
  largestSize: number;
  /** Most combinations to look at. */
  steps: number;
  /** Most sets to return. */
  most: number;
}

export interface SubsetResult {
  /** Indexes into the amounts, ascending. */
  sets: number[][];
  exhausted: boolean;
}

/** Combinations of one half, by ascending sum. */
interface Half {
  sums: Float64Array;
  /** Members as bits, within the half. */
  members: Int32Array;
  sizes: Uint8Array;
}

const longestHalf = 26;

export function subsetsWithin(amounts: readonly number[], search: SubsetSearch): SubsetResult {
  const middle = amounts.length >> 1;
  if (amounts.length - middle > longestHalf) return { sets: [], exhausted: true };
  const half = search.steps >> 1;
  if (combinationCount(amounts.length - middle, search.largestSize) > half) return { sets: [], exhausted: true };
  return join(combinations(amounts.slice(0, middle), search.largestSize), combinations(amounts.slice(middle), search.largestSize), middle, search);
}

/** Adding one amount to combinations in order keeps their order, so each amount costs one merge and nothing is ever sorted. */
function combinations(amounts: readonly number[], largestSize: number): Half {
  let half: Half = { sums: Float64Array.of(0), members: Int32Array.of(0), sizes: Uint8Array.of(0) };
  for (let index = 0; index < amounts.length; index++) half = merge(half, amounts[index]!, 1 << index, largestSize);
  return half;
}

function merge(half: Half, amount: number, member: number, largestSize: number): Half {
  const { sums, members, sizes } = half;
  const total = sums.length;
  let growable = 0;
  for (let at = 0; at < total; at++) if (sizes[at]! < largestSize) growable++;
  const length = total + growable;
  const merged: Half = { sums: new Float64Array(length), members: new Int32Array(length), sizes: new Uint8Array(length) };
  let kept = 0;
  let grown = nextGrowable(sizes, 0, largestSize);
  for (let at = 0; at < length; at++) {
    if (grown >= total || (kept < total && sums[kept]! <= sums[grown]! + amount)) {
      merged.sums[at] = sums[kept]!;
      merged.members[at] = members[kept]!;
      merged.sizes[at] = sizes[kept]!;
      kept++;
    } else {
      merged.sums[at] = sums[grown]! + amount;
      merged.members[at] = members[grown]! | member;
      merged.sizes[at] = sizes[grown]! + 1;
      grown = nextGrowable(sizes, grown + 1, largestSize);
    }
  }
  return merged;
}

function nextGrowable(sizes: Uint8Array, from: number, largestSize: number): number {
  let at = from;
  while (at < sizes.length && sizes[at]! >= largestSize) at++;
  return at;
}

function combinationCount(items: number, largestSize: number): number {
  let total = 0;
  for (let size = 0; size <= Math.min(items, largestSize); size++) total += choose(items, size);
  return total;
}

/** Walks up the left sums and down the right ones; only sums within the window are looked at closely. */
function join(left: Half, right: Half, middle: number, search: SubsetSearch): SubsetResult {
  const sets: number[][] = [];
  let last = right.sums.length - 1;
  for (let at = 0; at < left.sums.length; at++) {
    while (last >= 0 && left.sums[at]! + right.sums[last]! > search.high) last--;
    for (let other = last; other >= 0 && left.sums[at]! + right.sums[other]! >= search.low; other--) {
      const size = left.sizes[at]! + right.sizes[other]!;
      if (size === 0 || size > search.largestSize) continue;
      if (sets.length >= search.most) return { sets, exhausted: true };
      sets.push([...bits(left.members[at]!, 0), ...bits(right.members[other]!, middle)]);
    }
  }
  return { sets, exhausted: false };
}

function bits(members: number, offset: number): number[] {
  const indexes: number[] = [];
  for (let index = 0; members >>> index; index++) if ((members >>> index) & 1) indexes.push(index + offset);
  return indexes;
}

/** Ways to choose `size` of `items`. */
export function choose(items: number, size: number): number {
  let ways = 1;
  for (let step = 1; step <= size; step++) ways = (ways * (items - size + step)) / step;
  return ways;
}
