import type { PeriodRange } from '../../calendar/period-range.ts';
import { isProfitAndLoss, type Chart, type LedgerLine } from '../ledger/ledger-line.ts';
import { compareText } from '../ledger/trial-balance.ts';

/** One account of one entity towards one partner, debit positive. */
export interface EntityBalance {
  readonly entity: string;
  readonly account: string;
  /** Empty for business with the outside world. */
  readonly partner: string;
  /** Of the entity. */
  readonly currency: string;
  /** Functional minor units before and within the period. */
  opening: bigint;
  movement: bigint;
  /** Minor units by transaction currency, of the same lines as the figure that is translated: within the period for income and expense, up to its end otherwise. */
  readonly transactions: Map<string, bigint>;
}

/** Adds up the books of the entities of a group by account and partner, in any order of lines. */
export class EntityBalances {
  private readonly balances = new Map<string, EntityBalance>();
  private readonly chart: Chart;
  private readonly range: PeriodRange;

  constructor(chart: Chart, range: PeriodRange) {
    this.chart = chart;
    this.range = range;
  }

  add(line: LedgerLine): void {
    // Entries that close the period's own result to equity would hide it: the group shows the year before them.
    if (line.date > this.range.to || (line.source === 'closing' && line.date >= this.range.from)) return;
    const key = `${line.entity}\u0000${line.account}\u0000${line.partner}`;
    let balance = this.balances.get(key);
    if (!balance) this.balances.set(key, (balance = { entity: line.entity, account: line.account, partner: line.partner, currency: line.functionalCurrency, opening: 0n, movement: 0n, transactions: new Map() }));
    const before = line.date < this.range.from;
    if (before) balance.opening += line.functional;
    else balance.movement += line.functional;
    if (before && isProfitAndLoss(this.chart.get(line.account)!)) return;
    balance.transactions.set(line.currency, (balance.transactions.get(line.currency) ?? 0n) + line.amount);
  }

  /** Sorted by entity, account and partner. */
  list(): EntityBalance[] {
    return [...this.balances.values()].sort((a, b) => compareText(a.entity, b.entity) || compareText(a.account, b.account) || compareText(a.partner, b.partner));
  }
}
