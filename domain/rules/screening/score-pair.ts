import type { NameScore } from '../../model/screening.ts';
import type { ScreeningProfile } from '../../policy/screening.ts';
import { alignNames } from './compare-names.ts';
import { explainAgreement } from './explain.ts';
import { parityScore } from './ofac-parity.ts';
import { parseName, type NameKind } from './parse-name.ts';
import { contributionsOf, nameModel, nameSteps } from './score-names.ts';

/** Whether two names are one, with the contributions that add up to the score. `b` is the listed name. A name without letters scores 0. */
export function scorePair(a: string, b: string, kind: NameKind, profile: ScreeningProfile): NameScore {
  if (profile.profile === 'ofac-parity') {
    const { score, contributions } = parityScore(a, b, profile);
    return { score, match: score >= profile.thresholds.pair, contributions };
  }
  const asked = parseName(a, kind);
  const listed = parseName(b, kind);
  const empty = [asked, listed].find((name) => name.tokens.length === 0);
  if (empty) return { score: 0, match: false, contributions: [{ code: 'unreadable', points: 0, because: `no readable letter in ${JSON.stringify(empty.raw.slice(0, 60))}` }] };
  const alignment = alignNames(asked, listed);
  const model = nameModel(profile);
  const { score, contributions } = contributionsOf(model, explainAgreement(alignment), nameSteps(alignment, model));
  return { score, match: score >= profile.thresholds.pair, contributions };
}
