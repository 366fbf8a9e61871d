/**
 * Compares what the bank booked, what we hold as paid and what the ERP holds as open; every difference is a case with an owner.
 * Started once a day by a schedule (`sched/payment-reconciliation/{entity}`). Nobody decides here.
 */
import type { CompanyInput } from '../contracts/payment-run.ts';
import { reconcilePayments } from '../parts/payment-proxies.ts';

export async function reconcilePaymentLedger({ entity }: CompanyInput): Promise<{ differences: number }> {
  return reconcilePayments({ entity });
}
