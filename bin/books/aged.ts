import { agedBalances, defaultAgeBounds, openItems } from '../../domain/rules/ledger/aged-items.ts';
import type { LedgerLine } from '../../domain/rules/ledger/ledger-line.ts';
import { toDecimalText } from '../../domain/rules/money.ts';
import { bookFacts, rangeOf, streamBook } from './input.ts';
import type { LedgerOptions } from './options.ts';
import { csv, jsonLine, print, reportProblems, table, UsageError } from './output.ts';

const header = ['entity', 'account', 'reference', 'due', 'days overdue', 'currency', 'open'];

/** Items still open on the named accounts at the end of the range, oldest first, and their sums by age. */
export async function printAged(journal: string, options: LedgerOptions): Promise<number> {
  const { to } = rangeOf(options);
  if (!options.account || !to) throw new UsageError('ledger aged needs --account CODE[,CODE…] and --period or --to.');
  const wanted = new Set(options.account.split(','));
  const facts = await bookFacts(options);
  const lines: LedgerLine[] = [];
  const problems = await streamBook(journal, facts, (line) => {
    if (wanted.has(line.account) && (!options.entity || line.entity === options.entity)) lines.push(line);
  });
  if (problems.count > 0) {
    reportProblems(problems);
    return 1;
  }
  const items = openItems(lines, wanted, to);
  const cells = items.map((item) => [item.entity, item.account, item.reference, item.dueDate, item.overdueDays, item.open.currency, toDecimalText(item.open)]);
  if (options.format === 'json') for (const item of items) print(jsonLine(item));
  else if (options.format === 'csv') print(csv(header, cells));
  else print(`${table(header, cells)}\n\n${agedTable(items)}`);
  return 0;
}

function agedTable(items: Parameters<typeof agedBalances>[0]): string {
  const ages = ['not due', ...defaultAgeBounds.slice(1).map((bound, index) => `${defaultAgeBounds[index]! + 1}–${bound}`), `over ${defaultAgeBounds.at(-1)}`];
  return table(['entity', 'account', 'currency', ...ages, 'total'], agedBalances(items).map((row) => [row.entity, row.account, row.currency, ...row.buckets.map(toDecimalText), toDecimalText(row.total)]));
}
