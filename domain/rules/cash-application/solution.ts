import type { ReasonedDifference } from './differences.ts';
import type { Item, Waiting } from './state.ts';

/** One way to use a payment. Its score is the sum of its contributions, each a power of ten of odds. */
export interface Solution {
  readonly kind: SolutionKind;
  readonly customer: string;
  readonly items: readonly Item[];
  /** Payments that settle together; the payment at hand is among them. */
  readonly payments: readonly Waiting[];
  /** Σ open − Σ payments, in units: positive when short. */
  readonly difference: number;
  /** What explains the difference; empty for a part payment, whose item stays open. */
  readonly reasons: readonly ReasonedDifference[];
  readonly contributions: readonly Contribution[];
  readonly score: number;
  /** What forbids applying it without a person, whatever the score. */
  readonly vetoes: readonly string[];
}

export type SolutionKind = 'full' | 'part' | 'joint';

export interface Contribution {
  readonly name: ContributionName;
  readonly weight: number;
  readonly words: string;
}

export type ContributionName = 'payer' | 'prior' | 'choice' | 'reference' | 'amount' | 'unexplained' | 'closed number' | 'foreign number' | 'age' | 'difference';

export function scoreOf(contributions: readonly Contribution[]): number {
  return Math.round(contributions.reduce((sum, contribution) => sum + contribution.weight, 0) * 100) / 100;
}
