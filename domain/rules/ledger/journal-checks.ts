import { problem, type Problem } from '../../errors.ts';
import type { CostCentre } from '../../model/cost-centre.ts';
import type { Journal } from '../../model/journal.ts';
import { describeMoney, money } from '../money.ts';
import { ledgerLines, type Chart, type LedgerLine } from './ledger-line.ts';
import { guardPosting, type PeriodTable } from './period-guard.ts';
import { compareText } from './trial-balance.ts';

/** What the lines of the books are held against. Without periods every date is open; without cost centres any code is. */
export interface BookFacts {
  readonly accounts: Chart;
  readonly costCentres?: ReadonlyMap<string, CostCentre>;
  readonly periods?: PeriodTable;
  readonly approvedAdjustment?: boolean;
}

/** Everything that is wrong with one entry (JE-1, JE-2); an empty list lets it pass. Lines count from 1. */
export function checkJournal(journal: Journal, facts: BookFacts): Problem[] {
  const lines = ledgerLines(journal);
  const balances = new JournalBalances();
  const problems = lines.flatMap((line) => checkLine(line, facts));
  if (lines.length < 2) problems.push(problem('journal-too-short', `Journal ${journal.id} has ${lines.length} line${lines.length === 1 ? '' : 's'}.`));
  for (const line of lines) problems.push(...balances.add(line));
  return [...problems, ...balances.differences()];
}

const none: Problem[] = [];

/** What can be said of a line alone: amount, account, cost centre, dates and period. */
export function checkLine(line: LedgerLine, facts: BookFacts): Problem[] {
  const account = facts.accounts.get(line.account);
  if (!account) return [at(line, 'account', 'account-unknown', `Account ${line.account} is not in the chart.`)];
  const problems = [...checkAmount(line), ...checkAccount(line, facts)];
  if (line.documentDate > line.date) problems.push(at(line, 'document_date', 'document-date-late', `The document is dated ${line.documentDate}, the posting ${line.date}.`));
  if (facts.periods) {
    const answer = guardPosting(facts.periods, { entity: line.entity, ledger: line.ledger, subLedger: account.control, date: line.date, approvedAdjustment: facts.approvedAdjustment });
    if ('code' in answer) problems.push({ ...answer, place: { line: line.line, path: 'date' } });
  }
  return problems.length ? problems : none;
}

function checkAmount(line: LedgerLine): Problem[] {
  if (line.amount === 0n && line.functional === 0n) return [at(line, 'amount', 'journal-line-zero', `The line on account ${line.account} has no amount.`)];
  if ((line.amount > 0n && line.functional < 0n) || (line.amount < 0n && line.functional > 0n))
    return [at(line, 'functional_amount', 'journal-sign-conflict', `${describe(line.currency, line.amount)} cannot be ${describe(line.functionalCurrency, line.functional)}.`)];
  if (line.currency === line.functionalCurrency && line.amount !== line.functional)
    return [at(line, 'functional_amount', 'journal-unbalanced', `${describe(line.currency, line.amount)} and ${describe(line.functionalCurrency, line.functional)} differ although the currency is the same.`)];
  return none;
}

function checkAccount(line: LedgerLine, facts: BookFacts): Problem[] {
  const account = facts.accounts.get(line.account)!;
  const problems: Problem[] = [];
  if ((account.validFrom && line.date < account.validFrom) || (account.validTo && line.date > account.validTo))
    problems.push(at(line, 'account', 'account-not-open', `Account ${account.code} is valid ${account.validFrom ? `from ${account.validFrom} ` : ''}${account.validTo ? `to ${account.validTo}` : ''}, not on ${line.date}.`));
  if (account.control && line.source === 'manual')
    problems.push(at(line, 'account', 'account-controlled', `Account ${account.code} is controlled by the sub-ledger ${account.control}.`));
  if (account.costCentre === 'required' && !line.costCentre)
    problems.push(at(line, 'cost_centre', 'cost-centre-invalid', `Account ${account.code} needs a cost centre.`));
  if (account.costCentre === 'forbidden' && line.costCentre)
    problems.push(at(line, 'cost_centre', 'cost-centre-invalid', `Account ${account.code} takes no cost centre, but ${line.costCentre} is given.`));
  const centre = line.costCentre ? facts.costCentres?.get(line.costCentre) : undefined;
  if (line.costCentre && facts.costCentres && !validCostCentre(centre, line))
    problems.push(at(line, 'cost_centre', 'cost-centre-invalid', `Cost centre ${line.costCentre} is not valid for ${line.entity} on ${line.date}.`));
  return problems.length ? problems : none;
}

function validCostCentre(centre: CostCentre | undefined, line: LedgerLine): boolean {
  return centre !== undefined && (!centre.entity || centre.entity === line.entity)
    && (!centre.validFrom || line.date >= centre.validFrom) && (!centre.validTo || line.date <= centre.validTo);
}

interface OpenBalance {
  readonly entity: string;
  readonly ledger: string;
  readonly journal: string;
  readonly line: number;
  readonly functionalCurrency: string;
  functional: bigint;
  /** The first transaction currency, and the others where an entry has more than one. */
  readonly currency: string;
  amount: bigint;
  others: Map<string, bigint> | undefined;
}

/**
 * Sums entries line by line, in any order of lines, and forgets each as soon as it balances: memory follows the
 * number of entries that are incomplete at one time, not the length of the books (JE-1).
 */
export class JournalBalances {
  private readonly open = new Map<string, OpenBalance>();
  private readonly functionalCurrencies = new Map<string, string>();
  /** The entry of the last line: in most books the next line belongs to it too. */
  private current: OpenBalance | undefined;

  /** Adds a line; the problem returned is a second functional currency in one entity. */
  add(line: LedgerLine): Problem[] {
    const entry = this.entryOf(line);
    entry.functional += line.functional;
    if (line.currency === entry.currency) entry.amount += line.amount;
    else {
      entry.others ??= new Map();
      entry.others.set(line.currency, (entry.others.get(line.currency) ?? 0n) + line.amount);
    }
    return this.checkFunctionalCurrency(line);
  }

  /** One problem for each entry, ledger and currency that does not balance, with the difference; in a stable order. */
  differences(): Problem[] {
    this.settle();
    const entries = [...this.open.values()].sort((a, b) => compareText(a.entity, b.entity) || compareText(a.journal, b.journal) || compareText(a.ledger, b.ledger));
    return entries.flatMap((entry) => gapsOf(entry).map((gap) => problem('journal-unbalanced', `Journal ${entry.journal} of ${entry.entity}/${entry.ledger} is out of balance by ${gap}; debits are positive.`, { line: entry.line, path: 'amount' })));
  }

  private entryOf(line: LedgerLine): OpenBalance {
    const { current } = this;
    if (current && current.journal === line.journal && current.entity === line.entity && current.ledger === line.ledger) return current;
    this.settle();
    const key = keyOf(line);
    this.current = this.open.get(key) ?? { entity: line.entity, ledger: line.ledger, journal: line.journal, line: line.line, functionalCurrency: line.functionalCurrency, functional: 0n, currency: line.currency, amount: 0n, others: undefined };
    return this.current;
  }

  /** Keeps the entry of the last lines only while it does not balance. */
  private settle(): void {
    if (!this.current) return;
    if (gapsOf(this.current).length === 0) {
      if (this.open.size > 0) this.open.delete(keyOf(this.current));
    } else this.open.set(keyOf(this.current), this.current);
    this.current = undefined;
  }

  private checkFunctionalCurrency(line: LedgerLine): Problem[] {
    const known = this.functionalCurrencies.get(line.entity);
    if (known === line.functionalCurrency) return none;
    if (known === undefined) {
      this.functionalCurrencies.set(line.entity, line.functionalCurrency);
      return none;
    }
    return [at(line, 'functional_currency', 'functional-currency-mixed', `${line.entity} keeps its books in ${known}, this line in ${line.functionalCurrency}.`)];
  }
}

/** What is missing in each currency of the transactions, and in the functional one where that says more. */
function gapsOf({ functionalCurrency, functional, currency, amount, others }: OpenBalance): string[] {
  if (functional === 0n && amount === 0n && !others) return [];
  const sums = [[currency, amount] as const, ...(others ?? [])].filter(([, sum]) => sum !== 0n).sort(([a], [b]) => compareText(a, b));
  const gaps = sums.map(([code, sum]) => describe(code, sum));
  const saidAlready = sums.length === 1 && sums[0]![0] === functionalCurrency && sums[0]![1] === functional;
  return functional === 0n || saidAlready ? gaps : [...gaps, `${describe(functionalCurrency, functional)} in the functional currency`];
}

function keyOf({ entity, ledger, journal }: { entity: string; ledger: string; journal: string }): string {
  return `${entity}\u0000${ledger}\u0000${journal}`;
}

function at(line: LedgerLine, path: string, code: Problem['code'], message: string): Problem {
  return problem(code, message, { line: line.line, path });
}

function describe(currency: string, minor: bigint): string {
  return describeMoney(money(currency, minor));
}
