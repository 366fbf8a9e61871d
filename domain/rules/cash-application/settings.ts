import type { SolutionKind } from './solution.ts';

/** Numbers of the policies, in the form in which the matcher uses them. */
export interface MatchSettings {
  /** Least score for applying without a person, per kind of solution. */
  autoScore: Readonly<Record<SolutionKind, number>>;
  /** Least distance to the runner-up. */
  margin: number;
  /** From this weight on a citation must be honoured. */
  strongCitation: number;
  /** Units of a small deduction that is written off, per currency; a currency that is absent has none. */
  slack: ReadonlyMap<string, number>;
  /** Days after the discount date on which a discount still counts as earned. */
  discountGraceDays: number;
  /** Charges that banks usually take, in units per currency. */
  usualCharges: ReadonlyMap<string, readonly number[]>;
  largestSet: number;
  /** Most candidates in a search for a sum; more are cut to the best cited and oldest. */
  mostCandidates: number;
  searchSteps: number;
}
