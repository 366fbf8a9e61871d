import { isPlainDate } from '../../../domain/calendar/plain-date.ts';
import type { Account } from '../../../domain/model/account.ts';
import type { LedgerLine } from '../../../domain/rules/ledger/ledger-line.ts';
import { readJournalLines } from '../../../documents/ledger/journal-csv.ts';
import type { Problem } from '../../../domain/errors.ts';

/** A file that arrives in pieces of the given size, cut anywhere. */
export async function* pieces(text: string, size = 1_000_000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

export async function readBook(text: string, size?: number): Promise<{ lines: LedgerLine[]; problems: Problem[] }> {
  const lines: LedgerLine[] = [];
  const problems: Problem[] = [];
  for await (const batch of readJournalLines(pieces(text, size), 'book.csv', (problem) => problems.push(problem))) lines.push(...batch);
  return { lines, problems };
}

export function chartOf(accounts: readonly Account[]): ReadonlyMap<string, Account> {
  return new Map(accounts.map((account) => [account.code, account]));
}

export function account(code: string, type: Account['type'], more: Partial<Account> = {}): Account {
  return { schemaVersion: 1, code, name: `${type} ${code}`, type, ...more };
}

/** A line of the books in EUR, debit positive, amounts in cents. */
export function line(journal: string, date: string, code: string, cents: number, more: Partial<LedgerLine> = {}): LedgerLine {
  if (!isPlainDate(date)) throw new RangeError(date);
  return {
    line: 1, journal, entity: 'DE01', ledger: 'main', date, documentDate: date, account: code, costCentre: '', partner: '', currency: 'EUR', amount: BigInt(cents),
    functionalCurrency: 'EUR', functional: BigInt(cents), reference: '', dueDate: '', text: '', source: 'manual', preparer: 'ana', reversalOf: '', number: undefined, recordedAt: '', ...more,
  };
}
