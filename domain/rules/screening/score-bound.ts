import type { QualifiedProfile } from '../../policy/screening.ts';
import { pairOf, isWord, type AlignedPair } from './compare-names.ts';
import { cheapestEdit } from './edits.ts';
import { nameModel } from './score-names.ts';
import { thresholdFor } from './thresholds.ts';
import { compareTokens, mostEdits } from './token-similarity.ts';
import type { FeatureName } from './features.ts';
import type { ParsedName, Token } from './parse-name.ts';
import { scripts, type Script } from './characters.ts';

/** What two words may lose by standing for each other, and how far apart they can be then. */
export interface Reach {
  limit: number;
  /** Letters, each counted one, by which words of up to this length (the longer of the two) may differ. */
  letters: Uint8Array;
  /** Distance of sounds by which a word in Arabic script and a Latin one may differ. */
  sounds: number;
}

/**
 * What a listed name may lose against a query and still be a hit, in log-odds. Every coefficient is 0 or less, so each difference that is known
 * already is a lower bound of the whole loss: a name that loses more than its allowance can be left out without comparing it.
 */
export interface ScoreBound {
  allowance: (listed: Script) => number;
  /** For words of names in one script, and for words of names in any. */
  reach: (listed: Script) => Reach;
  farthest: Reach;
  /** For words of names for which other facts speak, too. */
  gained: (gain: number) => Reach | undefined;
  /** Loss of a query of which no word has a partner; a share of its weight loses that share of it. */
  withoutPartner: number;
  /** The least that two words lose when they stand for each other; Infinity when they cannot, or when it exceeds `limit`. */
  pairLoss: (asked: Token, listed: Token, limit: number) => number;
}

/** Rounding of scores to four digits, and of sums. */
const rounding = 0.00005 + 1e-9;
const longestWord = 64;
const mostBounds = 64;

const bounds = new WeakMap<QualifiedProfile, Map<string, ScoreBound>>();

/** The bound for queries in the script of `name`; the same object for the same profile, threshold and script. */
export function scoreBound(profile: QualifiedProfile, threshold: number | undefined, name: ParsedName): ScoreBound {
  const ofProfile = bounds.get(profile) ?? new Map<string, ScoreBound>();
  bounds.set(profile, ofProfile);
  const key = `${name.script} ${threshold}`;
  const known = ofProfile.get(key);
  if (known) return known;
  if (ofProfile.size >= mostBounds) ofProfile.clear();
  const found = boundFor(profile, threshold, name.script);
  ofProfile.set(key, found);
  return found;
}

function boundFor(profile: QualifiedProfile, threshold: number | undefined, asked: Script): ScoreBound {
  const model = nameModel(profile);
  const weight = (feature: FeatureName): number => -(profile.coefficients.weights[feature] ?? 0);
  const allowances = new Map<Script, number>();
  const allowance = (script: Script): number => {
    const known = allowances.get(script);
    if (known !== undefined) return known;
    const least = (thresholdFor(profile, threshold, asked, script) - rounding) * model.top;
    const found = least <= 0 ? Infinity : model.intercept - Math.log(least / (1 - least));
    allowances.set(script, found);
    return found;
  };
  const loss = (edits: number, similarity: number, agrees: boolean): number => {
    return (
      weight('firstEdit') * upToOne(edits) + weight('secondEdit') * upToOne(edits - 1) + weight('thirdEdit') * upToOne(edits - 2) + (weight('furtherEdits') * Math.min(Math.max(edits - 3, 0), 3)) / 3 +
      weight('dissimilarity') * (1 - similarity) + (agrees ? 0 : weight('conflict'))
    );
  };
  const lossOf = ({ a, b, match, agrees }: AlignedPair): number =>
    (isWord(a) && isWord(b) ? loss(Math.min(match.edits, mostEdits), match.similarity, agrees) : 0) + (match.how === 'nickname' ? weight('nickname') : match.how === 'script' ? weight('otherScript') : 0);
  const reachOf = (limit: number): Reach => ({
    limit,
    letters: Uint8Array.from({ length: longestWord + 1 }, (_, length) => mostLetters(length, (edits, similarity) => loss(edits, similarity, similarity >= 0.5) <= limit)),
    sounds: mostSounds((edits) => loss(edits, 1, true) + weight('otherScript') <= limit),
  });
  const reaches = new Map<Script, Reach>();
  const reach = (script: Script): Reach => {
    const known = reaches.get(script);
    if (known) return known;
    const found = reachOf(allowance(script));
    reaches.set(script, found);
    return found;
  };
  const most = Math.max(...scripts.map(allowance));
  return {
    allowance,
    reach,
    farthest: reachOf(most),
    gained: (gain) => (gain === 0 ? undefined : reachOf(most + gain)),
    withoutPartner: weight('onlyInQuery') - profile.caution.wordsOnlyInQuery,
    pairLoss: (asked, listed, limit) => {
      const pair = pairOf(asked, listed, compareTokens(asked, listed));
      const lost = pair ? lossOf(pair) : Infinity;
      return lost > limit ? Infinity : lost;
    },
  };
}

function upToOne(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

function mostLetters(length: number, bearable: (edits: number, similarity: number) => boolean): number {
  let letters = 0;
  while (letters + 1 < mostEdits && bearable((letters + 1) * cheapestEdit, Math.max(0, 1 - ((letters + 1) * cheapestEdit) / length))) letters++;
  return letters;
}

/** In tenths of a sound, rounded up. */
function mostSounds(bearable: (edits: number) => boolean): number {
  let tenths = 0;
  while (tenths < 30 && bearable(tenths / 10)) tenths++;
  return tenths / 10;
}
