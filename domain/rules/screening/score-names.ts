import type { Contribution } from '../../model/screening.ts';
import type { QualifiedProfile } from '../../policy/screening.ts';
import { explainFeature } from './explain.ts';
import { featureNames, featuresOf, type FeatureName, type Features } from './features.ts';
import type { NameAlignment } from './compare-names.ts';

/** A profile made ready for many comparisons. */
export interface NameModel {
  intercept: number;
  /** In the order of `featureNames`. */
  weights: Float64Array;
  /** What equal names reach before scaling; scores are shares of it, so that equal names have 1. */
  top: number;
}

export function nameModel(profile: QualifiedProfile): NameModel {
  const { intercept, weights } = profile.coefficients;
  return { intercept, weights: Float64Array.from(featureNames, (name) => weights[name] ?? 0), top: sigmoid(intercept) };
}

/** Log-odds that two aligned names are one party. */
export function nameLogOdds(features: Features, model: NameModel): number {
  let sum = model.intercept;
  for (let at = 0; at < featureNames.length; at++) {
    const value = features[featureNames[at]!];
    if (value !== 0) sum += model.weights[at]! * value;
  }
  return sum;
}

/** Log-odds as a score from 0 to 1 with four digits. */
export function scoreOf(logOdds: number, model: NameModel): number {
  return round(Math.min(1, sigmoid(logOdds) / model.top));
}

/** A step from one log-odds to the next, in the order in which the explanation tells it. */
export interface Step {
  code: string;
  logOdds: number;
  because: string;
}

/** Features that measure one fact from several sides are told as one. */
const toldAs: Partial<Record<FeatureName, string>> = {
  firstEdit: 'wordDifference',
  secondEdit: 'wordDifference',
  thirdEdit: 'wordDifference',
  furtherEdits: 'wordDifference',
  dissimilarity: 'wordDifference',
  shortWordEdits: 'wordDifference',
  organisationEdits: 'wordDifference',
  otherEdits: 'otherWordDifferences',
  editsAndExtras: 'differenceAndMissingWords',
  conflict: 'contradiction',
  furtherConflicts: 'contradiction',
  loneCommonWord: 'loneWord',
};

/** The steps by which the name loses points, largest first. */
export function nameSteps(alignment: NameAlignment, model: NameModel): Step[] {
  const features = featuresOf(alignment);
  const steps = new Map<string, Step & { largest: number }>();
  featureNames.forEach((name, at) => {
    const logOdds = model.weights[at]! * features[name];
    if (logOdds === 0) return;
    const code = toldAs[name] ?? name;
    const known = steps.get(code);
    if (!known) steps.set(code, { code, logOdds, because: explainFeature(name, alignment), largest: logOdds });
    else {
      known.logOdds += logOdds;
      if (logOdds < known.largest) Object.assign(known, { because: explainFeature(name, alignment), largest: logOdds });
    }
  });
  return [...steps.values()].sort((x, y) => x.logOdds - y.logOdds).map(({ code, logOdds, because }) => ({ code, logOdds, because }));
}

/**
 * Turns steps of log-odds into points that add up to the score: the first contribution is what equal names reach,
 * each further one is what the score loses or gains by its step.
 */
export function contributionsOf(model: NameModel, start: string, steps: Step[]): { score: number; contributions: Contribution[] } {
  const contributions: Contribution[] = [{ code: 'name', points: 1, because: start }];
  let logOdds = model.intercept;
  let score = 1;
  for (const step of steps) {
    logOdds += step.logOdds;
    const next = scoreOf(logOdds, model);
    contributions.push({ code: step.code, points: round(next - score), because: step.because });
    score = next;
  }
  return { score, contributions };
}

export function round(value: number): number {
  return Math.round(value * 10_000) / 10_000 + 0;
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
