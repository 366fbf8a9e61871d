import { loadCashPolicies } from '../../../bin/verbs/cash-apply/policy.ts';
import { applyCash, type CashDecision, type CashInput, type CashMode } from '../../../domain/rules/cash-application/apply-cash.ts';
import type { ItemFact, PaymentFact } from '../../../domain/rules/cash-application/facts.ts';

export const settings = loadCashPolicies().settings;

/** An open item of 1,000.00 EUR of customer C1, unless said otherwise. */
export function item(id: string, number: string, changes: Partial<ItemFact> = {}): ItemFact {
  return {
    id, customer: 'C1', entity: '1000', currency: 'EUR', amount: 100_000, documentDate: '2026-01-01', dueDate: '2026-01-31',
    numbers: [{ field: 'billing number', text: number }], ...changes,
  };
}

/** A payment of 1,000.00 EUR by the customer under its own name, unless said otherwise. */
export function payment(id: string, memo: string, changes: Partial<PaymentFact> = {}): PaymentFact {
  return { id, payerName: 'Alpha GmbH', account: 'DE1', memo, currency: 'EUR', amount: 100_000, date: '2026-01-20', ...changes };
}

/** Items that give the number series its range, of a customer that never pays here: ten random-looking digits each. */
export const background: ItemFact[] = Array.from({ length: 40 }, (_, index) =>
  item(`bg${index}`, String((7_919_317_771 * (index + 3)) % 9_999_999_967).padStart(10, '0'), { customer: 'C9', amount: 700_001 + index * 13_337 }),
);

const customers = [
  { id: 'C1', name: 'Alpha GmbH' },
  { id: 'C2', name: 'Beta Ltd' },
  { id: 'C9', name: 'Omega KG' },
];

export function decide(input: Partial<CashInput>, mode: CashMode = 'online'): Map<string, CashDecision> {
  const decisions = applyCash({ customers, payments: [], ...input, items: [...background, ...(input.items ?? [])] }, settings, mode);
  return new Map(decisions.map((decision) => [decision.payment.id, decision]));
}

/** `auto a,b` or `suggest` or `open`: what a table of cases compares. */
export function verdictOf(decision: CashDecision | undefined): string {
  if (!decision) return 'no decision';
  const items = decision.solution?.items.map(({ fact }) => fact.id).sort().join(',') ?? '';
  return decision.verdict === 'open' ? 'open' : `${decision.verdict} ${items}`;
}
