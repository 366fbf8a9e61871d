import type { CashDecision } from '../../../domain/rules/cash-application/apply-cash.ts';
import type { RunnerUp } from '../../../domain/rules/cash-application/judge.ts';
import type { Contribution, Solution } from '../../../domain/rules/cash-application/solution.ts';
import { unitDigits } from '../../../documents/cash-application/fields.ts';

/** One decision in words, for the clerk who has to stand by it. */
export function explain(decision: CashDecision): string {
  const { payment, solution, judgement, verdict } = decision;
  const paragraphs = [
    `Payment ${payment.id}: ${amountText(payment.amount, payment.currency)} from ${payment.payerName || 'an unnamed payer'}, account ${payment.account || 'not stated'}, booked ${payment.date}.`,
    payment.memo.trim() ? `Memo: ${payment.memo.trim()}` : 'The memo is empty.',
    headline(decision),
  ];
  if (solution) paragraphs.push(useOf(solution, payment.currency), weighing(solution));
  if (verdict !== 'auto') paragraphs.push(`Not applied without a person because:\n${judgement.obstacles.map((obstacle) => `  - ${obstacle}`).join('\n')}`);
  paragraphs.push(judgement.runnerUp ? runnerUpText(judgement.runnerUp) : 'No other use of the money came into question.');
  return paragraphs.join('\n\n');
}

function headline({ verdict, onArrival, solution }: CashDecision): string {
  if (verdict === 'auto') return `Decision: applied ${onArrival ? 'on the day it was booked' : 'later, when new facts had come in'}.`;
  if (verdict === 'suggest') return 'Decision: suggested; a person decides.';
  return solution ? 'Decision: left open; the best use found is too weak to suggest.' : 'Decision: left open; nothing fits.';
}

function useOf(solution: Solution, currency: string): string {
  const lines = solution.items.map((item) => {
    const numbers = item.fact.numbers.map(({ field, text }) => `${field} ${text}`).join(', ');
    return `  - item ${item.fact.id} (${numbers}) of ${amountText(item.fact.amount, item.fact.currency)}, due ${item.fact.dueDate}`;
  });
  const what = { full: 'Settles in full', part: 'Pays a part of', joint: `Settles, together with ${solution.payments.length - 1} other payment(s),` }[solution.kind];
  const reasons = solution.reasons.map(({ reason, amount }) => `${reason} ${amountText(amount, currency)}`);
  return `${what}, for customer ${solution.customer}:\n${lines.join('\n')}${reasons.length > 0 ? `\nDifference: ${reasons.join(', ')}` : ''}`;
}

/** Strongest reasons first; each figure is a power of ten of odds. */
function weighing(solution: Solution): string {
  const ordered = [...solution.contributions].sort((a, b) => b.weight - a.weight);
  return `Score ${solution.score.toFixed(2)}, the sum of:\n${ordered.map(contributionText).join('\n')}\nA score of 3 means odds of 1000 to 1 that this use is right.`;
}

function contributionText({ name, weight, words }: Contribution): string {
  return `  ${weight < 0 ? '-' : '+'}${Math.abs(weight).toFixed(2).padStart(5)}  ${name}: ${words}`;
}

function runnerUpText(runnerUp: RunnerUp): string {
  return `Runner-up, score ${runnerUp.score.toFixed(2)}: ${runnerUp.kind}, item ${runnerUp.items.map((item) => item.fact.id).join(', ')}${runnerUp.vetoes.length > 0 ? ` (${runnerUp.vetoes.join('; ')})` : ''}.`;
}

function amountText(units: number, currency: string): string {
  const digits = unitDigits(currency);
  const text = Math.abs(units).toString().padStart(digits + 1, '0');
  return `${units < 0 ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)} ${currency}`;
}
