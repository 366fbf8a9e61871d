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

interface Half {
  sums: Float64Array;
  /** Members as bits, within the half. */
  members: Int32Array;
  count: number;
}

const longestHalf = 26;

export function subsetsWithin(amounts: readonly number[], search: SubsetSearch): SubsetResult {
  const middle = amounts.length >> 1;
  if (amounts.length - middle > longestHalf) return { sets: [], exhausted: true };
  const left = combinations(amounts.slice(0, middle), search.largestSize, search.steps >> 1);
  const right = combinations(amounts.slice(middle), search.largestSize, search.steps >> 1);
  if (!left || !right) return { sets: [], exhausted: true };
  return join(left, sortBySum(right), middle, search);
}

/** All combinations up to a size, or undefined when there are more than allowed. */
function combinations(amounts: readonly number[], largestSize: number, limit: number): Half | undefined {
  const count = combinationCount(amounts.length, largestSize);
  if (count > limit) return undefined;
  const sums = new Float64Array(count);
  const members = new Int32Array(count);
  const sizes = new Uint8Array(count);
  let filled = 1; // the empty combination comes first
  for (let index = 0; index < amounts.length; index++) {
    const before = filled;
    for (let at = 0; at < before; at++) {
      if (sizes[at]! >= largestSize) continue;
      sums[filled] = sums[at]! + amounts[index]!;
      members[filled] = members[at]! | (1 << index);
      sizes[filled] = sizes[at]! + 1;
      filled++;
    }
  }
  return { sums, members, count: filled };
}

function combinationCount(items: number, largestSize: number): number {
  let total = 0;
  for (let size = 0; size <= Math.min(items, largestSize); size++) total += choose(items, size);
  return total;
}

function sortBySum(half: Half): Half {
  const order = Array.from({ length: half.count }, (_, at) => at).sort((a, b) => half.sums[a]! - half.sums[b]! || half.members[a]! - half.members[b]!);
  return { sums: Float64Array.from(order, (at) => half.sums[at]!), members: Int32Array.from(order, (at) => half.members[at]!), count: half.count };
}

function join(left: Half, right: Half, middle: number, search: SubsetSearch): SubsetResult {
  const sets: number[][] = [];
  for (let at = 0; at < left.count; at++) {
    for (let other = firstAtLeast(right.sums, search.low - left.sums[at]!); other < right.count; other++) {
      if (left.sums[at]! + right.sums[other]! > search.high) break;
      const set = [...bits(left.members[at]!, 0), ...bits(right.members[other]!, middle)];
      if (set.length === 0 || set.length > search.largestSize) continue;
      if (sets.length >= search.most) return { sets, exhausted: true };
      sets.push(set);
    }
  }
  return { sets, exhausted: false };
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
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
