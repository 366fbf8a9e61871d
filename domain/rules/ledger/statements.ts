import { KontorError } from '../../errors.ts';
import type { Account, AccountType } from '../../model/account.ts';
import { minorOf } from '../money.ts';
import { lineFigure, sumFigure, type Figure } from './figure.ts';
import { isProfitAndLoss, type Chart } from './ledger-line.ts';
import { compareText, type Range, type Selection, type TrialBalanceRow } from './trial-balance.ts';

/** The three statements of one entity and ledger, in its functional currency. */
export interface Statements {
  readonly entity: string;
  readonly ledger: string;
  readonly currency: string;
  readonly range: Range;
  readonly balanceSheet: { readonly assets: Figure; readonly liabilities: Figure; readonly equity: Figure };
  readonly incomeStatement: { readonly income: Figure; readonly expenses: Figure; readonly result: Figure };
  readonly cashFlow: { readonly operating: Figure; readonly investing: Figure; readonly financing: Figure; readonly change: Figure; readonly openingCash: Figure; readonly closingCash: Figure };
}

type Measure = 'opening' | 'movement' | 'closing';
type CashFlowClass = 'cash' | 'operating' | 'non-cash' | 'investing' | 'financing';

interface Book {
  readonly chart: Chart;
  readonly rows: readonly TrialBalanceRow[];
  readonly currency: string;
  readonly range: Range;
}

/**
 * Statements per entity and ledger from a trial balance over `range`: closing balances for the balance sheet, movements
 * for income and cash flow. Throws `account-unknown` for an account outside the chart, `figure-does-not-foot` if assets
 * and liabilities with equity, or the cash flow and the change of cash, ever differed.
 */
export function statements(rows: readonly TrialBalanceRow[], chart: Chart, range: Range): Statements[] {
  const books = new Map<string, TrialBalanceRow[]>();
  for (const row of rows) {
    if (!chart.has(row.account)) throw new KontorError('account-unknown', `Account ${row.account} is not in the chart.`);
    const key = `${row.entity}\u0000${row.ledger}`;
    books.set(key, [...(books.get(key) ?? []), row]);
  }
  return [...books.values()].map((own) => {
    const { entity, ledger, currency } = own[0]!;
    const book: Book = { chart, rows: own, currency, range };
    const result: Statements = { entity, ledger, currency, range, balanceSheet: balanceSheet(book), incomeStatement: incomeStatement(book), cashFlow: cashFlow(book) };
    proveTies(result);
    return result;
  });
}

function balanceSheet(book: Book): Statements['balanceSheet'] {
  const side = (type: AccountType): Figure[] => sections(book, `balance-sheet/${plural(type)}`, 'closing', type === 'asset' ? 1 : -1, (account) => account.type === type);
  const unappropriated = [
    lineSum(book, 'balance-sheet/equity/result-brought-forward', 'Result brought forward, not appropriated', 'opening', -1),
    lineSum(book, 'balance-sheet/equity/result-of-period', 'Result of the period, not appropriated', 'movement', -1),
  ].filter((figure) => figure.parts.length > 0);
  return {
    assets: sumFigure('balance-sheet/assets', 'Assets', book.currency, side('asset')),
    liabilities: sumFigure('balance-sheet/liabilities', 'Liabilities', book.currency, side('liability')),
    equity: sumFigure('balance-sheet/equity', 'Equity', book.currency, [...side('equity'), ...unappropriated]),
  };
}

/** Closing entries are part of the equity side, so here they count on both sides of it. */
function lineSum(book: Book, id: string, label: string, measure: Measure, sign: 1 | -1): Figure {
  return sumFigure(id, label, book.currency, accountFigures(book, id, measure, sign, isProfitAndLoss, undefined));
}

function incomeStatement(book: Book): Statements['incomeStatement'] {
  const income = sumFigure('income-statement/income', 'Income', book.currency, sections(book, 'income-statement/income', 'movement', -1, (account) => account.type === 'income', 'excluded'));
  const expenses = sumFigure('income-statement/expenses', 'Expenses', book.currency, sections(book, 'income-statement/expenses', 'movement', -1, (account) => account.type === 'expense', 'excluded'));
  return { income, expenses, result: sumFigure('income-statement/result', 'Result of the period', book.currency, [income, expenses]) };
}

/**
 * Indirect: the result, less what in it belongs to investing or financing, plus what the other balance-sheet accounts
 * released or took up. Closing entries move nothing. An account that is not cash raises cash by its credit movement.
 */
function cashFlow(book: Book): Statements['cashFlow'] {
  const of = (part: CashFlowClass, profitAndLoss: boolean) => (account: Account): boolean => isProfitAndLoss(account) === profitAndLoss && cashFlowClass(account) === part;
  const figures = (id: string, label: string, pick: (account: Account) => boolean, sign: 1 | -1 = -1, measure: Measure = 'movement'): Figure[] => {
    const parts = accountFigures(book, id, measure, sign, pick, measure === 'movement' ? 'excluded' : undefined);
    return parts.length ? [sumFigure(id, label, book.currency, parts)] : [];
  };
  const operating = sumFigure('cash-flow/operating', 'Cash flow from operating activities', book.currency, [
    ...figures('cash-flow/operating/result', 'Result of the period', isProfitAndLoss),
    ...figures('cash-flow/operating/reclassified', 'Less result shown under investing and financing', (account) => isProfitAndLoss(account) && ['investing', 'financing'].includes(cashFlowClass(account)), 1),
    ...figures('cash-flow/operating/non-cash', 'Items without cash', of('non-cash', false)),
    ...figures('cash-flow/operating/working-capital', 'Change in working capital', of('operating', false)),
  ]);
  const section = (part: 'investing' | 'financing', label: string): Figure => sumFigure(`cash-flow/${part}`, label, book.currency, [
    ...figures(`cash-flow/${part}/result`, 'Result of these activities', of(part, true)),
    ...figures(`cash-flow/${part}/balances`, 'Change in balances', of(part, false)),
  ]);
  const investing = section('investing', 'Cash flow from investing activities');
  const financing = section('financing', 'Cash flow from financing activities');
  const cash = (measure: Measure, label: string): Figure => sumFigure(`cash-flow/${measure}-cash`, label, book.currency, figures(`cash-flow/${measure}-cash/accounts`, 'Cash accounts', of('cash', false), 1, measure));
  return {
    operating,
    investing,
    financing,
    change: sumFigure('cash-flow/change', 'Change in cash', book.currency, [operating, investing, financing]),
    openingCash: cash('opening', 'Cash at the beginning'),
    closingCash: cash('closing', 'Cash at the end'),
  };
}

export function cashFlowClass(account: Account): CashFlowClass {
  return account.cashFlow ?? (account.type === 'equity' ? 'financing' : 'operating');
}

/** Accounts under the headings that the chart gives them, by name; accounts without a heading follow directly. */
function sections(book: Book, id: string, measure: Measure, sign: 1 | -1, pick: (account: Account) => boolean, closingEntries?: 'excluded'): Figure[] {
  const names = [...new Set(book.rows.map((row) => book.chart.get(row.account)!).filter(pick).flatMap((account) => account.section ?? []))].sort(compareText);
  const headed = names.flatMap((name) => {
    const key = `${id}/${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
    const parts = accountFigures(book, key, measure, sign, (account) => pick(account) && account.section === name, closingEntries);
    return parts.length ? [sumFigure(key, name, book.currency, parts)] : [];
  });
  return [...headed, ...accountFigures(book, id, measure, sign, (account) => pick(account) && !account.section, closingEntries)];
}

/** One figure an account that has lines in the measured time; zero balances with activity stay visible. */
function accountFigures(book: Book, id: string, measure: Measure, sign: 1 | -1, pick: (account: Account) => boolean, closingEntries: 'excluded' | undefined): Figure[] {
  return book.rows.flatMap((row) => {
    const account = book.chart.get(row.account)!;
    if (!pick(account)) return [];
    const debit = measured(row, measure, closingEntries);
    const active = measure === 'movement' ? row.debit !== 0n || row.credit !== 0n : measure === 'closing' || row.opening !== 0n;
    return active ? [lineFigure(`${id}/${account.code}`, account.name, book.currency, debit, sign, selectionOf(row, measure, book.range, closingEntries))] : [];
  });
}

function measured(row: TrialBalanceRow, measure: Measure, closingEntries: 'excluded' | undefined): bigint {
  if (measure === 'opening') return row.opening;
  if (measure === 'closing') return row.closing;
  return row.debit - row.credit - (closingEntries ? row.closingEntries : 0n);
}

function selectionOf(row: TrialBalanceRow, measure: Measure, range: Range, closingEntries: 'excluded' | undefined): Selection {
  const { entity, ledger, account, currency } = row;
  const { recordedBy } = range;
  const base = { entity, ledger, account, currency, ...(recordedBy ? { recordedBy } : {}), ...(closingEntries ? { closingEntries } : {}) };
  if (measure === 'opening') return { ...base, before: range.from };
  return { ...base, ...(range.to ? { to: range.to } : {}), ...(measure === 'movement' && range.from ? { from: range.from } : {}) };
}

function proveTies({ entity, balanceSheet: sheet, cashFlow: flow }: Statements): void {
  const gap = minorOf(sheet.assets.amount) - minorOf(sheet.liabilities.amount) - minorOf(sheet.equity.amount);
  if (gap !== 0n) throw new KontorError('figure-does-not-foot', `The balance sheet of ${entity} is out by ${gap} minor units: the books behind it do not balance.`);
  const cashGap = minorOf(flow.openingCash.amount) + minorOf(flow.change.amount) - minorOf(flow.closingCash.amount);
  if (cashGap !== 0n) throw new KontorError('figure-does-not-foot', `The cash flow of ${entity} misses the change in cash by ${cashGap} minor units.`);
}

function plural(type: AccountType): string {
  return type === 'liability' ? 'liabilities' : type === 'asset' ? 'assets' : type;
}
