import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { featureNames } from '../../domain/rules/screening/features.ts';
import { fitLogistic } from './logistic.ts';
import { featureRow, readPairs } from './pairs.ts';
import { priorWeights } from './priors.ts';

/** Strength of the pull towards the priors; chosen by grouped cross-validation, flat between 1 and 4. */
export const penalty = 2;

const policyFile = join(import.meta.dirname, '../../policies/screening/qualified.yaml');

/** Trains the coefficients on the labelled pairs and writes them into the policy; the same pairs give the same file. */
function train(): void {
  const pairs = readPairs();
  const model = fitLogistic(pairs.map(featureRow), pairs.map((pair) => pair.match), priorWeights, penalty);
  const document = parseDocument(readFileSync(policyFile, 'utf8'));
  const weights = Object.fromEntries(featureNames.map((name, at) => [name, rounded(model.weights[at]!)]));
  document.setIn(['coefficients', 'intercept'], rounded(model.intercept));
  document.setIn(['coefficients', 'weights'], document.createNode(weights));
  writeFileSync(policyFile, document.toString());
  console.log(`${pairs.length} pairs, intercept ${rounded(model.intercept)}`);
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000 + 0;
}

if (process.argv[1] === import.meta.filename) train();
