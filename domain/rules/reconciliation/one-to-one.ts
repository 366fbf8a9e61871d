import type { MatchingPass } from '../../policy/close.ts';
import { record, Tolerance, type Group, type Matching } from './pass.ts';
import { open } from './side.ts';

/** Candidates looked at for one item before it is left as `search-exhausted`. */
const mostCandidates = 2_000;

interface Candidate {
  readonly right: number;
  readonly difference: bigint;
  readonly days: number;
}

/**
 * Pairs within the group. A left item takes the right one that differs least, then lies nearest in time, then has the
 * lowest id. With `refuse`, a pair counts only if neither side has an equally good other partner (W5).
 */
export function matchOneToOne(matching: Matching, number: number, pass: MatchingPass, group: Group): void {
  const { left, right } = matching;
  if (group.left.length === 1 && group.right.length === 1) return matchSingles(matching, number, pass, group);
  const byAmount = [...group.right].sort((a, b) => compare(right.amounts[a]!, right.amounts[b]!) || a - b);
  const tolerance = new Tolerance(pass);
  const lefts = [...group.left];
  const mutual = pass.ambiguous === 'refuse' ? rivals(matching, pass, group, byAmount, tolerance) : undefined;
  for (const index of lefts) {
    const best = bestOf(matching, pass, byAmount, tolerance, group.currency, index);
    if (best === 'search-exhausted') matching.doubts.left.set(index, best);
    if (best === undefined || best === 'search-exhausted') continue;
    if (best.length > 1 && pass.ambiguous === 'refuse') matching.doubts.left.set(index, 'ambiguous');
    else if (mutual && (mutual.get(best[0]!.right) ?? 0) > 1) matching.doubts.left.set(index, 'ambiguous');
    else if (left.matches[index] === open) record(matching, number, [index], [best[0]!.right]);
  }
}

function matchSingles(matching: Matching, number: number, pass: MatchingPass, group: Group): void {
  const [left, right] = [group.left[0]!, group.right[0]!];
  const difference = absolute(matching.left.amounts[left]! - matching.right.amounts[right]!);
  const days = Math.abs(matching.left.days[left]! - matching.right.days[right]!);
  if (days > pass.tolerance.days) return;
  if (difference === 0n || difference <= new Tolerance(pass).allowed(group.currency, matching.left.amounts[left]!)) record(matching, number, [left], [right]);
}

/** How many left items would take each right one as their best: more than one is a doubt. */
function rivals(matching: Matching, pass: MatchingPass, group: Group, byAmount: readonly number[], tolerance: Tolerance): Map<number, number> {
  const counts = new Map<number, number>();
  for (const index of group.left) {
    const best = bestOf(matching, pass, byAmount, tolerance, group.currency, index);
    if (Array.isArray(best)) for (const { right } of best) counts.set(right, (counts.get(right) ?? 0) + 1);
  }
  return counts;
}

/** The open right items that fit equally well and best, by id; undefined when none fits. */
function bestOf(matching: Matching, pass: MatchingPass, byAmount: readonly number[], tolerance: Tolerance, currency: string, index: number): Candidate[] | 'search-exhausted' | undefined {
  const { left, right } = matching;
  const amount = left.amounts[index]!;
  const allowed = tolerance.allowed(currency, amount);
  let best: Candidate[] = [];
  let looked = 0;
  for (let at = firstAtLeast(right.amounts, byAmount, amount - allowed); at < byAmount.length; at++) {
    const candidate = byAmount[at]!;
    const difference = absolute(amount - right.amounts[candidate]!);
    if (right.amounts[candidate]! > amount + allowed) break;
    if (++looked > mostCandidates) return 'search-exhausted';
    if (right.matches[candidate] !== open) continue;
    const days = Math.abs(left.days[index]! - right.days[candidate]!);
    if (days > pass.tolerance.days) continue;
    const order = best.length === 0 ? -1 : compare(difference, best[0]!.difference) || days - best[0]!.days;
    if (order < 0) best = [{ right: candidate, difference, days }];
    else if (order === 0) best.push({ right: candidate, difference, days });
  }
  return best.length === 0 ? undefined : best.sort((a, b) => a.right - b.right);
}

function firstAtLeast(amounts: BigInt64Array, sorted: readonly number[], least: bigint): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (amounts[sorted[middle]!]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
