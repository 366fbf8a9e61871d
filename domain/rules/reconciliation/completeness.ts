import { problem, type Problem } from '../../errors.ts';
import { isProfitAndLoss, type Chart } from '../ledger/ledger-line.ts';
import type { TrialBalanceRow } from '../ledger/trial-balance.ts';

/** Which reconciliation covers which accounts of an entity and ledger. */
export interface Coverage {
  readonly id: string;
  readonly entity: string;
  readonly ledger: string;
  readonly accounts: readonly string[];
}

/** Every balance-sheet account with a balance or activity belongs to exactly one reconciliation (RC-4). */
export function coverageProblems(rows: readonly TrialBalanceRow[], chart: Chart, coverage: readonly Coverage[]): Problem[] {
  return rows.flatMap((row) => {
    const account = chart.get(row.account);
    if (account && isProfitAndLoss(account)) return [];
    const active = row.closing !== 0n || row.debit !== 0n || row.credit !== 0n;
    const covering = coverage.filter((each) => each.entity === row.entity && each.ledger === row.ledger && each.accounts.includes(row.account)).map((each) => each.id).sort();
    const where = `Account ${row.account} of ${row.entity}/${row.ledger}`;
    if (covering.length > 1) return [problem('reconciliation-doubled', `${where} is in ${covering.join(' and ')}.`)];
    return active && covering.length === 0 ? [problem('reconciliation-missing', `${where} has a balance or activity and no reconciliation.`)] : [];
  });
}
