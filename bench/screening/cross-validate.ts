import { fitLogistic, score, sigmoid } from './logistic.ts';
import { bestThreshold } from './measures.ts';
import { priorWeights } from './priors.ts';
import { componentsOf, featureRow, type LabelledPair } from './pairs.ts';

export interface OutOfFold {
  scores: number[];
  decisions: boolean[];
}

/** Scores of each pair by a model that saw none of its names; the threshold too comes from the training folds alone. */
export function crossValidate(pairs: LabelledPair[], penalty: number, folds: number, repeat: number): OutOfFold {
  const rows = pairs.map(featureRow);
  const labels = pairs.map((pair) => pair.match);
  const components = componentsOf(pairs);
  const foldOf = components.map((component) => hash(component * 31 + repeat * 7919) % folds);
  const scores = new Array<number>(pairs.length).fill(0);
  const decisions = new Array<boolean>(pairs.length).fill(false);
  for (let fold = 0; fold < folds; fold++) {
    const train = pairs.map((_, at) => at).filter((at) => foldOf[at] !== fold);
    const model = fitLogistic(train.map((at) => rows[at]!), train.map((at) => labels[at]!), priorWeights, penalty);
    const threshold = bestThreshold(train.map((at) => sigmoid(score(model, rows[at]!))), train.map((at) => labels[at]!));
    pairs.forEach((_, at) => {
      if (foldOf[at] !== fold) return;
      scores[at] = sigmoid(score(model, rows[at]!));
      decisions[at] = scores[at] >= threshold;
    });
  }
  return { scores, decisions };
}

function hash(value: number): number {
  let mixed = Math.imul(value ^ 0x9e3779b9, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
