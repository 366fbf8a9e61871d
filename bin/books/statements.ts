import { KontorError } from '../../domain/errors.ts';
import type { Money } from '../../domain/model/money.ts';
import { findFigure, OpenedFigure, type Figure } from '../../domain/rules/ledger/figure.ts';
import { LateEntries, restatedFigures } from '../../domain/rules/ledger/restatement.ts';
import { statements, type Statements } from '../../domain/rules/ledger/statements.ts';
import { TrialBalance, type Range } from '../../domain/rules/ledger/trial-balance.ts';
import type { BookFacts } from '../../domain/rules/ledger/journal-checks.ts';
import { toDecimalText } from '../../domain/rules/money.ts';
import { bookFacts, rangeOf, streamBook } from './input.ts';
import type { LedgerOptions } from './options.ts';
import { csv, jsonLine, print, reportProblems, table, UsageError } from './output.ts';

/** Balance sheet, income statement and cash flow; one figure opened to its lines; or what changed since a report. */
export async function printStatements(journal: string, options: LedgerOptions): Promise<number> {
  const facts = await bookFacts(options);
  const range = rangeOf(options);
  if (options['reported-at']) return printRestatement(journal, facts, range, options['reported-at'], options);
  const balance = new TrialBalance(range);
  const problems = await streamBook(journal, facts, (line) => balance.add(line), 'figures');
  if (problems.count > 0) {
    reportProblems(problems);
    return 1;
  }
  const all = statements(balance.rows(), facts.accounts, range).filter((each) => !options.entity || each.entity === options.entity);
  if (all.length === 0) throw new KontorError('unknown-resource', `${journal} has no lines${options.entity ? ` of ${options.entity}` : ''} in this range.`);
  if (options.open) return openFigure(journal, facts, all, options.open);
  for (const each of all) printStatement(each, options.format);
  return 0;
}

function printStatement(each: Statements, format: LedgerOptions['format']): void {
  const rows = rootsOf(each).flatMap((root) => [...indented(root, 0)]);
  if (format === 'json') for (const { figure, depth } of rows) print(jsonLine({ entity: each.entity, ledger: each.ledger, figure: figure.id, depth, label: figure.label, amount: figure.amount, formula: figure.formula }));
  else if (format === 'csv') print(csv(['entity', 'ledger', 'figure', 'label', 'currency', 'amount'], rows.map(({ figure }) => [each.entity, each.ledger, figure.id, figure.label, figure.amount.currency, toDecimalText(figure.amount)])));
  else print(pages(each));
}

/** The page a controller reads: three statements, headings above their parts, totals under them, in one column of figures. */
function pages({ entity, ledger, currency, range, balanceSheet, incomeStatement, cashFlow }: Statements): string {
  const period = range.from ? `${range.from} to ${range.to ?? 'today'}` : `up to ${range.to ?? 'the last entry'}`;
  const liabilitiesAndEquity = [balanceSheet.liabilities, balanceSheet.equity];
  const claims = liabilitiesAndEquity.reduce((sum, figure) => sum + BigInt(figure.amount.minor), 0n);
  const statement = (title: string, rows: string[][]): string => `${title}\n${table(['', currency], rows)}\n`;
  return [
    `${entity}, ledger ${ledger}, ${period}\n`,
    statement(`Balance sheet at ${range.to ?? 'the last entry'}`, [
      ...lines(balanceSheet.assets),
      ...liabilitiesAndEquity.flatMap(lines),
      ['Total liabilities and equity', toDecimalText({ currency, minor: claims.toString() })],
    ]),
    statement('Income statement', [...lines(incomeStatement.income), ...lines(incomeStatement.expenses), [incomeStatement.result.label, toDecimalText(incomeStatement.result.amount)]]),
    statement('Cash flow statement', [
      ...[cashFlow.operating, cashFlow.investing, cashFlow.financing].flatMap(lines),
      ...[cashFlow.change, cashFlow.openingCash, cashFlow.closingCash].map((figure) => [figure.label, toDecimalText(figure.amount)]),
    ]),
  ].join('\n');
}

function lines(root: Figure): string[][] {
  const body = [...indented(root, 0, isShownElsewhere)].slice(1).map(({ figure, depth }) => [`${'  '.repeat(depth)}${figure.formula.kind === 'lines' ? `${figure.id.split('/').at(-1)} ` : ''}${figure.label}`, toDecimalText(figure.amount)]);
  return [[root.label, ''], ...body, [`Total ${root.label.charAt(0).toLowerCase()}${root.label.slice(1)}`, toDecimalText(root.amount)]];
}

async function openFigure(journal: string, facts: BookFacts, all: readonly Statements[], id: string): Promise<number> {
  if (all.length > 1) throw new UsageError(`The book has ${all.length} entities and ledgers; name one with --entity.`);
  const opened = new OpenedFigure(findFigure(rootsOf(all[0]!), id));
  await streamBook(journal, facts, (line) => {
    for (const { figure, contribution } of opened.add(line))
      print(jsonLine({ figure, contribution, line: line.line, journal: line.journal, date: line.date, account: line.account, reference: line.reference, text: line.text, recordedAt: line.recordedAt }));
  });
  opened.finish();
  return 0;
}

/** The statements as they were known at the time of the report beside those of today, and the entries between. */
async function printRestatement(journal: string, facts: BookFacts, range: Range, reportedAt: string, options: LedgerOptions): Promise<number> {
  const [before, now] = [new TrialBalance({ ...range, recordedBy: reportedAt }), new TrialBalance(range)];
  const late = new LateEntries(reportedAt, range.to);
  const problems = await streamBook(journal, facts, (line) => {
    before.add(line);
    now.add(line);
    late.add(line);
  }, 'figures');
  if (problems.count > 0) {
    reportProblems(problems);
    return 1;
  }
  const figures = restatedFigures(statements(before.rows(), facts.accounts, range), statements(now.rows(), facts.accounts, range)).filter((row) => !options.entity || row.entity === options.entity);
  const entries = late.list().filter((entry) => !options.entity || entry.entity === options.entity);
  if (options.format === 'json') {
    for (const row of figures) print(jsonLine({ kind: 'restated', ...row }));
    for (const entry of entries) print(jsonLine({ kind: 'late-entry', ...entry }));
    return 0;
  }
  const header = ['entity', 'ledger', 'figure', 'reported', 'restated', 'difference'];
  const cells = figures.map((row) => [row.entity, row.ledger, row.figure, ...[row.reported, row.restated, row.difference].map((amount: Money) => toDecimalText(amount))]);
  print(options.format === 'csv' ? csv(header, cells) : table(header, cells));
  if (options.format === 'table') print(`\n${table(['late entry', 'entity', 'date', 'recorded', 'accounts'], entries.map((entry) => [entry.journal, entry.entity, entry.date, entry.recordedAt, entry.accounts.join(' ')]))}`);
  return 0;
}

/** All figures at the top of the statements. */
export function rootsOf({ balanceSheet, incomeStatement, cashFlow }: Statements): Figure[] {
  const { result: _result, ...profitAndLoss } = incomeStatement;
  const { change: _change, ...flows } = cashFlow;
  return [...Object.values(balanceSheet), ...Object.values(profitAndLoss), incomeStatement.result, ...Object.values(flows), cashFlow.change];
}

/** The accounts of the result stand in the income statement: the page does not repeat them under equity and cash flow. */
function isShownElsewhere(figure: Figure): boolean {
  return /^balance-sheet\/equity\/result-|^cash-flow\/operating\/result$/.test(figure.id);
}

function* indented(figure: Figure, depth: number, closed: (figure: Figure) => boolean = () => false): Generator<{ figure: Figure; depth: number }> {
  yield { figure, depth };
  if (!closed(figure)) for (const part of figure.parts) yield* indented(part, depth + 1, closed);
}
