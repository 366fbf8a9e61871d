import type { Instant, PlainDate } from '../../model/dates.ts';
import type { Money } from '../../model/money.ts';
import { minorOf, money } from '../money.ts';
import { figuresOf, type Figure } from './figure.ts';
import type { LedgerLine } from './ledger-line.ts';
import type { Statements } from './statements.ts';
import { compareText } from './trial-balance.ts';

/** One figure that reads differently now than when it was reported. */
export interface RestatedFigure {
  readonly entity: string;
  readonly ledger: string;
  readonly figure: string;
  readonly label: string;
  readonly reported: Money;
  readonly restated: Money;
  readonly difference: Money;
}

/** An entry that reached a reported range after it was reported. */
export interface LateEntry {
  readonly entity: string;
  readonly ledger: string;
  readonly journal: string;
  readonly date: PlainDate;
  readonly recordedAt: Instant;
  readonly accounts: readonly string[];
}

/** Both versions side by side, only where they differ (RR-3); a figure that one of them lacks counts as zero there. */
export function restatedFigures(reported: readonly Statements[], current: readonly Statements[]): RestatedFigure[] {
  const before = figureTable(reported);
  const after = figureTable(current);
  const rows: RestatedFigure[] = [];
  for (const key of [...new Set([...before.keys(), ...after.keys()])].sort(compareText)) {
    const [old, now] = [before.get(key), after.get(key)];
    const { entity, ledger, figure } = (now ?? old)!;
    const currency = figure.amount.currency;
    const difference = (now ? minorOf(now.figure.amount) : 0n) - (old ? minorOf(old.figure.amount) : 0n);
    if (difference === 0n) continue;
    rows.push({ entity, ledger, figure: figure.id, label: figure.label, reported: old?.figure.amount ?? money(currency, 0n), restated: now?.figure.amount ?? money(currency, 0n), difference: money(currency, difference) });
  }
  return rows;
}

/** Collects the entries that explain a restatement while the books stream by. */
export class LateEntries {
  private readonly found = new Map<string, LateEntry & { accounts: string[] }>();
  private readonly reportedAt: Instant;
  private readonly to: PlainDate | undefined;

  constructor(reportedAt: Instant, to: PlainDate | undefined) {
    this.reportedAt = reportedAt;
    this.to = to;
  }

  add(line: LedgerLine): void {
    if (line.recordedAt <= this.reportedAt || (this.to && line.date > this.to)) return;
    const key = `${line.entity}\u0000${line.ledger}\u0000${line.journal}`;
    const entry = this.found.get(key);
    if (!entry) this.found.set(key, { entity: line.entity, ledger: line.ledger, journal: line.journal, date: line.date, recordedAt: line.recordedAt, accounts: [line.account] });
    else if (!entry.accounts.includes(line.account)) entry.accounts.push(line.account);
  }

  list(): LateEntry[] {
    for (const entry of this.found.values()) entry.accounts.sort(compareText);
    return [...this.found.values()].sort((a, b) => compareText(a.entity, b.entity) || compareText(a.ledger, b.ledger) || compareText(a.journal, b.journal));
  }
}

function figureTable(statements: readonly Statements[]): Map<string, { entity: string; ledger: string; figure: Figure }> {
  const table = new Map<string, { entity: string; ledger: string; figure: Figure }>();
  for (const { entity, ledger, balanceSheet, incomeStatement, cashFlow } of statements)
    for (const root of [...Object.values(balanceSheet), ...Object.values(incomeStatement), ...Object.values(cashFlow)])
      for (const figure of figuresOf(root)) table.set(`${entity}\u0000${ledger}\u0000${figure.id}`, { entity, ledger, figure });
  return table;
}
