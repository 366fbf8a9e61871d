import type { Instant, PlainDate } from '../../model/dates.ts';
import type { LedgerLine } from './ledger-line.ts';

/** Which lines a figure is made of. Every member narrows; `to` alone means all up to that day. */
export interface Selection {
  readonly entity?: string;
  readonly ledger?: string;
  readonly account?: string;
  readonly currency?: string;
  readonly from?: PlainDate;
  readonly to?: PlainDate;
  /** Only days before this one: what opens a range. */
  readonly before?: PlainDate;
  /** Only what was known to the books at this instant (RR-1). */
  readonly recordedBy?: Instant;
  readonly closingEntries?: 'excluded' | 'only';
}

/** One account of one entity and ledger in its functional currency; amounts in minor units, debit positive. */
export interface TrialBalanceRow {
  readonly entity: string;
  readonly ledger: string;
  readonly account: string;
  readonly currency: string;
  opening: bigint;
  debit: bigint;
  credit: bigint;
  closing: bigint;
  /** Part of debit less credit that closing entries made: no income, no expense. */
  closingEntries: bigint;
  /** Lines up to the end of the period: the control total at this hop (RR-1). */
  lines: number;
}

export interface Range {
  readonly from?: PlainDate;
  readonly to?: PlainDate;
  readonly recordedBy?: Instant;
}

/**
 * Adds up lines in any order: what lies before the range opens it, what lies after is left out.
 * Memory follows the number of accounts, so that books of any length stream through.
 */
export class TrialBalance {
  readonly range: Range;
  /** Rows by account; the few of one account are told apart by comparing, which costs no key for each line. */
  private readonly accounts = new Map<string, TrialBalanceRow[]>();

  constructor(range: Range = {}) {
    this.range = range;
  }

  add(line: LedgerLine): void {
    if (this.range.to && line.date > this.range.to) return;
    if (this.range.recordedBy && line.recordedAt > this.range.recordedBy) return;
    const row = this.rowOf(line);
    row.lines++;
    row.closing += line.functional;
    if (this.range.from && line.date < this.range.from) {
      row.opening += line.functional;
      return;
    }
    if (line.functional > 0n) row.debit += line.functional;
    else row.credit -= line.functional;
    if (line.source === 'closing') row.closingEntries += line.functional;
  }

  /** Sorted by entity, ledger and account, whatever the order of the lines was. */
  rows(): TrialBalanceRow[] {
    return [...this.accounts.values()].flat().sort((a, b) => compareText(a.entity, b.entity) || compareText(a.ledger, b.ledger) || compareText(a.account, b.account) || compareText(a.currency, b.currency));
  }

  private rowOf(line: LedgerLine): TrialBalanceRow {
    let rows = this.accounts.get(line.account);
    if (!rows) this.accounts.set(line.account, (rows = []));
    for (const row of rows) if (row.entity === line.entity && row.ledger === line.ledger && row.currency === line.functionalCurrency) return row;
    const row: TrialBalanceRow = { entity: line.entity, ledger: line.ledger, account: line.account, currency: line.functionalCurrency, opening: 0n, debit: 0n, credit: 0n, closing: 0n, closingEntries: 0n, lines: 0 };
    rows.push(row);
    return row;
  }
}

export function trialBalance(lines: Iterable<LedgerLine>, range: Range = {}): TrialBalanceRow[] {
  const balance = new TrialBalance(range);
  for (const line of lines) balance.add(line);
  return balance.rows();
}

export function isSelected(line: LedgerLine, selection: Selection): boolean {
  return (!selection.entity || line.entity === selection.entity)
    && (!selection.ledger || line.ledger === selection.ledger)
    && (!selection.account || line.account === selection.account)
    && (!selection.currency || line.functionalCurrency === selection.currency)
    && (!selection.from || line.date >= selection.from)
    && (!selection.to || line.date <= selection.to)
    && (!selection.before || line.date < selection.before)
    && (!selection.recordedBy || line.recordedAt <= selection.recordedBy)
    && (!selection.closingEntries || (selection.closingEntries === 'only') === (line.source === 'closing'));
}

/** Plain code-unit order: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
