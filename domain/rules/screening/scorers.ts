import type { ListEntry } from '../../model/list-entry.ts';
import type { Contribution, ScreeningQuery } from '../../model/screening.ts';
import type { ParityProfile, QualifiedProfile, ScreeningProfile } from '../../policy/screening.ts';
import { alignNames, type NameAlignment } from './compare-names.ts';
import { evidenceSteps } from './evidence.ts';
import { explainAgreement } from './explain.ts';
import { countsAsWord, featuresOf, type Features } from './features.ts';
import { parityScore } from './ofac-parity.ts';
import { scoreBound, type ScoreBound } from './score-bound.ts';
import { contributionsOf, nameLogOdds, nameModel, nameSteps, round, scoreOf, type NameModel, type Step } from './score-names.ts';
import { thresholdFor } from './thresholds.ts';
import type { ParsedName } from './parse-name.ts';
import type { IndexedName } from './screening-database.ts';

type Owner = IndexedName['owners'][number];

export interface ListedNameScore {
  score: number;
  threshold: number;
  name: string;
  quality: Owner['quality'];
  /** Written only for those that are shown. */
  reasons: () => Contribution[];
}

/** Compares one query with a listed name, then with each entry that has this name. */
export interface QueryScorer {
  /** What a name may lose and still be a hit; undefined where only comparing every name can tell. */
  bound: ScoreBound | undefined;
  compare: (listed: ParsedName) => (entry: ListEntry, owner: Owner) => ListedNameScore | undefined;
}

export function prepareScorer(profile: ScreeningProfile, threshold: number | undefined): (query: ScreeningQuery, name: ParsedName) => QueryScorer {
  return profile.profile === 'qualified' ? qualifiedScorer(profile, threshold) : parityScorer(profile, threshold);
}

function qualifiedScorer(profile: QualifiedProfile, threshold: number | undefined): (query: ScreeningQuery, name: ParsedName) => QueryScorer {
  const model = nameModel(profile);
  return (query, name) => {
    for (const token of name.tokens) token.memo = new Map();
    return {
      bound: scoreBound(profile, threshold, name),
      compare: (listed) => {
        const alignment = alignNames(name, listed);
        const features = featuresOf(alignment);
        const nameOdds = nameLogOdds(features, model);
        const caution = cautionSteps(profile, alignment, features);
        const complete = features.onlyInQuery + features.onlyInList + features.conflict === 0;
        const limit = thresholdFor(profile, threshold, name.script, listed.script);
        return (entry, owner) => {
          if (owner.quality === 'weak') return weakAlias(profile, model, query, entry, owner, nameOdds, limit);
          const added = [...caution, ...evidenceSteps(query, entry, profile.evidence, complete)];
          const score = scoreOf(added.reduce((sum, step) => sum + step.logOdds, nameOdds), model);
          const reasons = (): Contribution[] => contributionsOf(model, explainAgreement(alignment), [...nameSteps(alignment, model), ...added]).contributions;
          return { score, threshold: limit, name: owner.text, quality: owner.quality, reasons };
        };
      },
    };
  };
}

/** What makes chance agreements of a search: one listed word against a whole name (M8), words that nothing explains (M3). */
function cautionSteps({ caution }: QualifiedProfile, alignment: NameAlignment, features: Features): Step[] {
  const steps: Step[] = [];
  const listedWords = alignment.tokensB.filter(countsAsWord);
  if (listedWords.length === 1 && alignment.tokensA.filter(countsAsWord).length > 1)
    steps.push({ code: 'listedLoneWord', logOdds: caution.listedLoneWord, because: `the listed name is the single word ${listedWords[0]!.written}` });
  else if (listedWords.length === 1 && features.dissimilarity > 0 && alignment.a.legalForms.length > 0 && alignment.b.legalForms.length === 0)
    steps.push({ code: 'listedLoneWord', logOdds: caution.listedLoneWord, because: 'a single word is only similar, and what was read as a legal form may be a part of the name' });
  if (features.onlyInQuery > 0) steps.push({ code: 'wordsOnlyInQuery', logOdds: caution.wordsOnlyInQuery * features.onlyInQuery, because: `${Math.round(features.onlyInQuery * 100)} % of the name asked for is not in the listed one` });
  return steps;
}

/** M7: equal or nothing, below the threshold alone, and no more than its cap with a date of birth that fits. */
function weakAlias(profile: QualifiedProfile, model: NameModel, query: ScreeningQuery, entry: ListEntry, owner: Owner, nameOdds: number, limit: number): ListedNameScore | undefined {
  if (nameOdds !== model.intercept) return undefined;
  const birth = evidenceSteps(query, entry, profile.evidence, true).find((step) => step.code === 'birthDate');
  const corroborated = !!birth && birth.logOdds > 0;
  const score = corroborated ? profile.weakAlias.corroborated : Math.max(0, Math.min(profile.weakAlias.alone, round(limit - 0.01)));
  const because = corroborated ? `a weak alias counts because it does not stand alone: ${birth.because}` : 'a weak alias never alerts alone';
  return { score, threshold: limit, name: owner.text, quality: owner.quality, reasons: () => [{ code: 'name', points: 1, because: `equal to the alias ${owner.text}` }, { code: 'weakAlias', points: round(score - 1), because }] };
}

function parityScorer(profile: ParityProfile, threshold: number | undefined): (query: ScreeningQuery, name: ParsedName) => QueryScorer {
  const limit = threshold ?? profile.thresholds.screening.default;
  return (query) => ({
    bound: undefined,
    compare: () => (_entry, owner) => {
      if (owner.quality === 'original') return undefined;
      const { score, contributions } = parityScore(query.name, owner.text, profile);
      return { score, threshold: limit, name: owner.text, quality: owner.quality, reasons: () => contributions };
    },
  });
}
