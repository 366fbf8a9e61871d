import type { MatchSettings } from './settings.ts';
import type { Solution } from './solution.ts';

/** What is done with a payment: applied without a person, shown to one, or left alone for want of evidence. */
export type Verdict = 'auto' | 'suggest' | 'open';

export interface Judgement {
  readonly verdict: Verdict;
  readonly best: Solution | undefined;
  /** The best of the solutions that use the money otherwise. */
  readonly runnerUp: RunnerUp | undefined;
  /** Why it is not applied without a person. */
  readonly obstacles: readonly string[];
}

/** Of the runner-up only what is shown is kept. */
export type RunnerUp = Pick<Solution, 'kind' | 'items' | 'score' | 'vetoes'>;

/** A solution is applied only if it is strong enough, nothing forbids it and no other comes near (CA-3, CA-4). */
export function judge(solutions: readonly Solution[], exhausted: boolean, settings: MatchSettings): Judgement {
  const ranked = [...solutions].sort(byRank);
  const first = ranked[0];
  if (!first) return { verdict: 'open', best: undefined, runnerUp: undefined, obstacles: exhausted ? ['search_exhausted'] : ['no open item fits'] };
  const best = first.vetoes.length === 0 ? first : (ranked.find((other) => other.vetoes.length === 0 && isSameUse(first, other)) ?? first);
  const second = ranked.find((other) => other !== best && !isSameUse(best, other));
  const runnerUp: RunnerUp | undefined = second && { kind: second.kind, items: second.items, score: second.score, vetoes: second.vetoes };
  const obstacles = obstaclesOf(best, runnerUp, exhausted, settings);
  if (obstacles.length === 0) return { verdict: 'auto', best, runnerUp, obstacles };
  return { verdict: best.score >= 0 ? 'suggest' : 'open', best, runnerUp, obstacles };
}

function obstaclesOf(best: Solution, runnerUp: RunnerUp | undefined, exhausted: boolean, settings: MatchSettings): string[] {
  const obstacles = [...best.vetoes];
  if (best.score < settings.autoScore[best.kind]) obstacles.push(`score ${best.score} is below ${settings.autoScore[best.kind]}`);
  if (runnerUp && best.score - runnerUp.score < settings.margin) obstacles.push(`another solution comes near (${runnerUp.score})`);
  const cited = best.contributions.some(({ name, weight }) => name === 'reference' && weight > 0);
  if (exhausted && best.items.length > 1 && !cited) obstacles.push('search_exhausted: other sums may fit');
  return obstacles;
}

/** Rank by score; equal scores by what a clerk would take first: fewer items, oldest due, oldest document (CA-4). */
export function byRank(a: Solution, b: Solution): number {
  return b.score - a.score || a.items.length - b.items.length || oldestDue(a) - oldestDue(b) || compareText(labelOf(a), labelOf(b));
}

function isSameUse(a: Solution, b: Solution): boolean {
  if (a.items.length !== b.items.length || !a.items.every((item) => b.items.includes(item))) return false;
  return a.kind !== 'joint' || b.kind !== 'joint' || (a.payments.length === b.payments.length && a.payments.every((payment) => b.payments.includes(payment)));
}

function oldestDue(solution: Solution): number {
  return Math.min(...solution.items.map((item) => item.dueDay));
}

/** Numbers on the documents, not ids: the order must not depend on labels. */
function labelOf(solution: Solution): string {
  const items = solution.items.map((item) => item.fact.numbers.map(({ text }) => text).join('/')).sort();
  const payments = solution.payments.map(({ fact }) => `${fact.date} ${fact.amount} ${fact.memo}`).sort();
  return [...items, ...payments].join(' ');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
