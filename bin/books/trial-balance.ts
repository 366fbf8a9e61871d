import { TrialBalance, type TrialBalanceRow } from '../../domain/rules/ledger/trial-balance.ts';
import { money, toDecimalText } from '../../domain/rules/money.ts';
import { bookFacts, rangeOf, streamBook } from './input.ts';
import type { LedgerOptions } from './options.ts';
import { csv, jsonLine, print, reportProblems, table } from './output.ts';

const header = ['entity', 'ledger', 'account', 'name', 'currency', 'opening', 'debit', 'credit', 'closing'];

/** Streams the book once; memory follows the number of accounts. Nothing is shown of a book with problems. */
export async function printTrialBalance(journal: string, options: LedgerOptions): Promise<number> {
  const facts = await bookFacts(options);
  const balance = new TrialBalance(rangeOf(options));
  const problems = await streamBook(journal, facts, (line) => balance.add(line), 'figures');
  if (problems.count > 0) {
    reportProblems(problems);
    return 1;
  }
  const rows = balance.rows().filter((row) => !options.entity || row.entity === options.entity);
  const cells = rows.map((row) => [row.entity, row.ledger, row.account, facts.accounts.get(row.account)!.name, row.currency, ...amounts(row)]);
  if (options.format === 'json') for (const row of rows) print(jsonLine(row));
  else if (options.format === 'csv') print(csv(header, cells));
  else print(table(header, [...cells, ...totals(rows)]));
  return 0;
}

/** A total for each entity, ledger and currency: opening and closing are zero, debits equal credits. */
function totals(rows: readonly TrialBalanceRow[]): string[][] {
  const sums = new Map<string, TrialBalanceRow>();
  for (const row of rows) {
    const key = `${row.entity}\u0000${row.ledger}\u0000${row.currency}`;
    const sum = sums.get(key);
    if (!sum) sums.set(key, { ...row });
    else for (const measure of ['opening', 'debit', 'credit', 'closing'] as const) sum[measure] += row[measure];
  }
  return [...sums.values()].map((sum) => [sum.entity, sum.ledger, 'total', '', sum.currency, ...amounts(sum)]);
}

function amounts(row: TrialBalanceRow): string[] {
  return [row.opening, row.debit, row.credit, row.closing].map((minor) => toDecimalText(money(row.currency, minor)));
}
