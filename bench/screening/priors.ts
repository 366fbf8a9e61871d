import { featureNames, type FeatureName } from '../../domain/rules/screening/features.ts';

/**
 * What the rules say about a difference before any row was seen, in log-odds. Rare differences keep these values;
 * frequent ones are decided by the rows.
 */
const priors: Partial<Record<FeatureName, number>> = {
  secondEdit: -1,
  thirdEdit: -1.5,
  furtherEdits: -1,
  editsAndExtras: -1,
  dissimilarity: -1,
  shortWordEdits: -0.4,
  conflict: -1.2,
  furtherConflicts: -1,
  particleConflict: -1,
  onlyInQuery: -1.2, // M3: an extra word of the customer costs more than one of the list
  onlyInList: -0.6,
  loneWord: -0.8, // M8
  loneCommonWord: -1, // M8, M9
  initial: -0.3, // M4
  initialConflict: -2.5,
  legalFormConflict: -2,
  numberMissing: -2.5, // M10
  numberConflict: -0.8, // M10
  nickname: -0.6, // M5
  reversedFiliation: -3,
  swappedFamilyName: -1, // M2
  glued: -0.1,
  acronym: -0.5,
  otherScript: -0.2,
  syllablesLeft: -6,
};

export const priorWeights: number[] = featureNames.map((name) => priors[name] ?? 0);
