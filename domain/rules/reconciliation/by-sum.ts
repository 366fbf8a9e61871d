import type { MatchingPass } from '../../policy/close.ts';
import { record, sumOf, Tolerance, type Doubt, type Group, type Matching } from './pass.ts';
import { open, type MatchSide } from './side.ts';
import { subsetSum } from './subset-sum.ts';

/** Items against one item, or all of a group against all, when they add up within tolerance and time; never in part (W4, W6). */
export function matchBySum(matching: Matching, number: number, pass: MatchingPass, group: Group): void {
  const tolerance = new Tolerance(pass);
  const fits = (left: readonly number[], right: readonly number[]): boolean => {
    const [ours, theirs] = [sumOf(matching.left, left), sumOf(matching.right, right)];
    return absolute(ours - theirs) <= tolerance.allowed(group.currency, ours) && daySpan(matching, left, right) <= pass.tolerance.days;
  };
  if (wholeAllowed(pass.kind, group) && fits(group.left, group.right)) return record(matching, number, group.left, group.right);
  if (!pass.subset) return;
  if (pass.kind === 'many-to-one') for (const one of group.right) partOf(matching, number, pass, tolerance, group, 'left', [one]);
  else if (pass.kind === 'one-to-many') for (const one of group.left) partOf(matching, number, pass, tolerance, group, 'right', [one]);
  else if (!partOf(matching, number, pass, tolerance, group, 'right', group.left)) partOf(matching, number, pass, tolerance, group, 'left', group.right);
}

function wholeAllowed(kind: MatchingPass['kind'], group: Group): boolean {
  return kind === 'many-to-many' || (kind === 'many-to-one' ? group.right.length === 1 : group.left.length === 1);
}

/** Looks on the `many` side for open items in time whose sum is that of the given `ones` of the other side. */
function partOf(matching: Matching, number: number, pass: MatchingPass, tolerance: Tolerance, group: Group, many: 'left' | 'right', ones: readonly number[]): boolean {
  const other = many === 'left' ? 'right' : 'left';
  const [side, oneSide]: [MatchSide, MatchSide] = [matching[many], matching[other]];
  if (ones.some((one) => oneSide.matches[one] !== open)) return false;
  const candidates = group[many].filter((index) => side.matches[index] === open && ones.every((one) => Math.abs(side.days[index]! - oneSide.days[one]!) <= pass.tolerance.days));
  const byAge = candidates.sort((a, b) => side.days[a]! - side.days[b]! || a - b);
  const target = sumOf(oneSide, ones);
  const answer = subsetSum(byAge.map((index) => side.amounts[index]!), target, tolerance.allowed(group.currency, target), pass.subset!);
  if (!answer.found) {
    if (answer.exhausted) doubt(matching, other, ones, 'search-exhausted');
    return false;
  }
  if (!answer.unique && pass.ambiguous === 'refuse') {
    doubt(matching, other, ones, 'ambiguous');
    return false;
  }
  const found = answer.found.map((position) => byAge[position]!);
  record(matching, number, many === 'left' ? found : ones, many === 'left' ? ones : found);
  return true;
}

function doubt(matching: Matching, side: 'left' | 'right', indexes: readonly number[], what: Doubt): void {
  for (const index of indexes) matching.doubts[side].set(index, what);
}

/** Days between the earliest and the latest item. */
function daySpan(matching: Matching, left: readonly number[], right: readonly number[]): number {
  let [first, last] = [Infinity, -Infinity];
  for (const [side, indexes] of [[matching.left, left], [matching.right, right]] as const)
    for (const index of indexes) {
      const day = side.days[index]!;
      if (day < first) first = day;
      if (day > last) last = day;
    }
  return last - first;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
