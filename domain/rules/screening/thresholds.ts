import type { QualifiedProfile } from '../../policy/screening.ts';
import { round } from './score-names.ts';
import type { Script } from './characters.ts';

/**
 * The score from which a listed name of one script is a hit for a query in another; `override` moves all by the same distance. Names of two
 * scripts of which neither is Latin are compared by way of Latin letters, so that the stricter half of that way holds unless the policy names the pair.
 */
export function thresholdFor(profile: QualifiedProfile, override: number | undefined, asked: Script, listed: Script): number {
  const scripts = profile.thresholds.screening;
  const usual = scripts.default;
  const viaLatin = asked === listed ? usual : Math.max(scripts[`${asked}>Latin`] ?? usual, scripts[`Latin>${listed}`] ?? usual);
  const special = scripts[`${asked}>${listed}`] ?? viaLatin;
  return override === undefined ? special : round(Math.min(1, override + special - usual));
}
