import type { MatchingPass } from '../../policy/close.ts';
import { matchBySum } from './by-sum.ts';
import { matchOneToOne } from './one-to-one.ts';
import { groupsOf, type Matching } from './pass.ts';
import type { Interner, MatchSide } from './side.ts';

/**
 * Applies the passes one after the other to what is still open; a match is never undone. Writes the number of its
 * match into every matched item of the sides. Same items and rules, same matches, whatever the order of the files.
 */
export function matchSides(left: MatchSide, right: MatchSide, texts: Interner, passes: readonly MatchingPass[]): Matching {
  const matching: Matching = { left, right, texts, matches: [], doubts: { left: new Map(), right: new Map() } };
  for (const [number, pass] of passes.entries())
    for (const group of groupsOf(matching, pass)) {
      if (pass.kind === 'one-to-one') matchOneToOne(matching, number, pass, group);
      else matchBySum(matching, number, pass, group);
    }
  return matching;
}
