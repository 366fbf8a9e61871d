import type { CashDecision, CashMode } from '../../../domain/rules/cash-application/apply-cash.ts';
import type { Solution } from '../../../domain/rules/cash-application/solution.ts';

/** The JSON line of one payment. */
export interface DecisionLine {
  payment: string;
  decision: 'auto' | 'suggest' | 'open';
  invoices: string[];
  arrival: boolean;
  score: number;
  reasons: string[];
  runnerUp?: { invoices: string[]; score: number };
}

export function lineOf(decision: CashDecision): DecisionLine {
  const { solution, judgement, verdict } = decision;
  const shown = verdict === 'open' ? undefined : solution;
  const obstacles = verdict === 'auto' ? [] : judgement.obstacles;
  return {
    payment: decision.payment.id,
    decision: verdict,
    invoices: shown ? idsOf(shown) : [],
    arrival: decision.onArrival,
    score: shown?.score ?? 0,
    reasons: [
      ...(shown ? shown.reasons.map(({ reason }) => reason) : []),
      ...(shown ? shown.contributions.map(({ name, weight, words }) => `${name} ${signed(weight)}: ${words}`) : []),
      ...obstacles,
    ],
    ...(judgement.runnerUp ? { runnerUp: { invoices: idsOf(judgement.runnerUp), score: judgement.runnerUp.score } } : {}),
  };
}

function idsOf(solution: { items: Solution['items'] }): string[] {
  return solution.items.map((item) => item.fact.id).sort();
}

function signed(weight: number): string {
  return `${weight < 0 ? '−' : '+'}${Math.abs(weight).toFixed(1)}`;
}

export function summaryOf(decisions: readonly CashDecision[], run: { mode: CashMode; seconds: number; megabytes: number }): string {
  const count = (verdict: string) => decisions.filter((decision) => decision.verdict === verdict).length;
  const arrived = decisions.filter((decision) => decision.onArrival).length;
  const share = (part: number) => `${((100 * part) / Math.max(1, decisions.length)).toFixed(2)} %`;
  return [
    `${decisions.length} payments, ${run.mode}`,
    `applied ${count('auto')} (${share(count('auto'))}), on the day of arrival ${arrived} (${share(arrived)})`,
    `suggested ${count('suggest')}, open ${count('open')}`,
    `${run.seconds.toFixed(1)} s processor time, ${run.megabytes.toFixed(0)} MB`,
  ].join('; ');
}
