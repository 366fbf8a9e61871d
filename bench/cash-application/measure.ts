import { readClosedNumbers, readOpenItems, readPayments } from '../../documents/cash-application/ledgers.ts';
import { applyCash, type CashDecision, type CashMode } from '../../domain/rules/cash-application/apply-cash.ts';
import { loadCashPolicies } from '../../bin/verbs/cash-apply/policy.ts';
import { toCsv, type World } from './world.ts';

export interface Figures {
  payments: number;
  /** Payments all of whose invoices are in the world. */
  matchable: number;
  applied: number;
  right: number;
  wrong: number;
  onArrival: number;
  pairs: number;
  pairsFound: number;
  wrongPairs: number;
  errors: Record<string, number>;
  milliseconds: number;
  mistakes: CashDecision[];
  decisions: readonly CashDecision[];
}

/** Runs the matcher on a world as the command line would, from the text of its files, and holds the result against the truth. */
export function measure(world: World, mode: CashMode): Figures {
  const started = performance.now();
  const text = new TextEncoder();
  const { items, customers } = readOpenItems(text.encode(toCsv(world.invoices)), 'invoices.csv');
  const payments = readPayments(text.encode(toCsv(world.payments)), 'payments.csv');
  const closed = world.closed.length > 0 ? readClosedNumbers(text.encode(toCsv(world.closed)), 'closed.csv') : [];
  const decisions = applyCash({ items, customers, payments, closed }, loadCashPolicies().settings, mode);
  return { ...compare(decisions, world), milliseconds: performance.now() - started };
}

function compare(decisions: readonly CashDecision[], world: World): Omit<Figures, 'milliseconds'> {
  const present = new Set(world.invoices.map((row) => row.invoice_id!));
  const figures = { payments: decisions.length, matchable: 0, applied: 0, right: 0, wrong: 0, onArrival: 0, pairs: 0, pairsFound: 0, wrongPairs: 0, errors: {} as Record<string, number>, mistakes: [] as CashDecision[], decisions };
  for (const decision of decisions) {
    const truth = world.truth.get(decision.payment.id) ?? new Set<string>();
    const isMatchable = truth.size > 0 && [...truth].every((id) => present.has(id));
    if (isMatchable) {
      figures.matchable++;
      figures.pairs += truth.size;
    }
    if (decision.verdict !== 'auto') continue;
    figures.applied++;
    const used = decision.solution!.items.map((item) => item.fact.id);
    const found = used.filter((id) => truth.has(id)).length;
    figures.wrongPairs += used.length - found;
    if (isMatchable && found === truth.size && found === used.length) {
      figures.right++;
      figures.pairsFound += found;
      if (decision.onArrival) figures.onArrival++;
    } else {
      figures.wrong++;
      const kind = found < used.length ? `${decision.solution!.kind}: item of another payment` : isMatchable ? `${decision.solution!.kind}: item left out` : `${decision.solution!.kind}: applied without the missing item`;
      figures.errors[kind] = (figures.errors[kind] ?? 0) + 1;
      figures.mistakes.push(decision);
    }
  }
  return figures;
}
