import type { QualifiedProfile } from '../../policy/screening.ts';
import { round } from './score-names.ts';
import type { Script } from './characters.ts';

/** The score from which a listed name of one script is a hit for a query in another; `override` moves all by the same distance. */
export function thresholdFor(profile: QualifiedProfile, override: number | undefined, asked: Script, listed: Script): number {
  const { default: usual, ...scripts } = profile.thresholds.screening;
  const special = scripts[`${asked}>${listed}`] ?? usual;
  return override === undefined ? special : round(Math.min(1, override + special - usual));
}
