import type { PlainDate, Instant } from '../../model/dates.ts';
import type { Account } from '../../model/account.ts';
import type { Journal, JournalSource } from '../../model/journal.ts';
import { minorOf } from '../money.ts';

/**
 * One line of the books in the flat form that reports stream: debit is positive, amounts are minor units of
 * `currency` (of the transaction) and `functionalCurrency` (of the entity). `line` is its place in the source.
 */
export interface LedgerLine {
  readonly line: number;
  readonly journal: string;
  readonly entity: string;
  readonly ledger: string;
  readonly date: PlainDate;
  readonly documentDate: PlainDate;
  readonly account: string;
  readonly costCentre: string;
  readonly partner: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly functionalCurrency: string;
  readonly functional: bigint;
  readonly reference: string;
  readonly dueDate: PlainDate | '';
  readonly text: string;
  readonly source: JournalSource;
  readonly preparer: string;
  readonly reversalOf: string;
  readonly number: number | undefined;
  readonly recordedAt: Instant | '';
}

export type Chart = ReadonlyMap<string, Account>;

export function ledgerLines(journal: Journal): LedgerLine[] {
  return journal.lines.map((line, index) => ({
    line: index + 1,
    journal: journal.id,
    entity: journal.entity,
    ledger: journal.ledger,
    date: journal.postingDate,
    documentDate: journal.documentDate,
    account: line.account,
    costCentre: line.costCentre ?? '',
    partner: line.partner ?? '',
    currency: line.amount.currency,
    amount: minorOf(line.amount),
    functionalCurrency: line.functional.currency,
    functional: minorOf(line.functional),
    reference: line.reference ?? '',
    dueDate: line.dueDate ?? '',
    text: line.text ?? journal.text,
    source: journal.source,
    preparer: journal.preparer,
    reversalOf: journal.reversalOf ?? '',
    number: journal.number,
    recordedAt: journal.recordedAt ?? '',
  }));
}

export function isProfitAndLoss(account: Account): boolean {
  return account.type === 'income' || account.type === 'expense';
}
