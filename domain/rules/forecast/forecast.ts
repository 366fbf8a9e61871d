import { addDays, daysBetween, weekday } from '../../calendar/plain-date.ts';
import { KontorError, problem, type Problem } from '../../errors.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { CashItem, ForecastFile, ForecastSnapshot } from '../../model/forecast.ts';
import type { Money } from '../../model/money.ts';
import type { ForecastPolicy } from '../../policy/close.ts';
import { dividedBy, exact, ofInteger } from '../decimal.ts';
import { convert, type RateTable } from '../group/rates.ts';
import { compareText } from '../ledger/trial-balance.ts';
import { minorOf, money, moneyFromDecimal, scaleMoney } from '../money.ts';
import { expectedDate, type Expected, type PaymentHabits } from './expected-date.ts';

export interface ForecastFacts {
  readonly banks: ForecastFile['banks'];
  readonly items: readonly CashItem[];
  readonly habits: PaymentHabits;
  readonly policy: ForecastPolicy;
  readonly rates: RateTable;
  readonly rateDate: PlainDate;
  readonly groupCurrency: string;
  readonly today: PlainDate;
  readonly weeks: number;
}

/** An item in the one week in which it is expected, with what is expected of it. */
export interface PlacedItem {
  readonly item: CashItem;
  readonly expected: Expected;
  /** From 0. */
  readonly week: number;
  readonly amount: Money;
}

/** Minor units; `out` is positive. closing = opening + in − out, and the next week opens with it (TF-1). */
export interface CashWeek {
  readonly start: PlainDate;
  readonly opening: bigint;
  readonly in: bigint;
  readonly out: bigint;
  readonly closing: bigint;
}

/** One account, or the group where entity and bank are empty. */
export interface CashRow {
  readonly entity: string;
  readonly bank: string;
  readonly currency: string;
  readonly weeks: readonly CashWeek[];
}

export interface Forecast {
  readonly rows: readonly CashRow[];
  readonly group: CashRow;
  readonly placed: readonly PlacedItem[];
  readonly problems: readonly Problem[];
}

/**
 * Weeks of cash by entity, bank and currency (TF-1). An account opens with its last imported and balanced statement,
 * not with the ledger; what has come already is in there and not forecast (TF-3). Same facts in any order, same forecast.
 * Throws `rate-missing`; `forecast-invalid` for an id that is there twice.
 */
export function forecastOf(facts: ForecastFacts): Forecast {
  refuseDoubles(facts.items);
  const start = weekStart(facts.today);
  const placed = facts.items.flatMap((item) => place(item, facts, start)).sort((a, b) => a.week - b.week || compareText(a.item.id, b.item.id));
  const problems = facts.banks.flatMap(({ entity, bank, statement }) => (statement?.balanced ? [] : [problem('forecast-opening-missing', `${entity}/${bank} has no imported statement that balances${statement ? ` (the one of ${statement.date} does not)` : ''}: its forecast cannot begin.`)]));
  const rows = facts.banks
    .filter(({ statement }) => statement?.balanced)
    .map((account) => rowOf(account, placed, start, facts.weeks))
    .sort((a, b) => compareText(a.entity, b.entity) || compareText(a.bank, b.bank) || compareText(a.currency, b.currency));
  const strays = placed.filter(({ item }) => !facts.banks.some((account) => isOn(item, account)));
  return { rows, group: groupRow(rows, facts, start), placed, problems: [...problems, ...strays.map(strayProblem), ...intercompanyProblems(placed, facts, start)] };
}

export function weekStart(date: PlainDate): PlainDate {
  return addDays(date, 1 - weekday(date));
}

/** What is kept of a forecast for later comparison (TF-4). */
export function snapshotOf(name: string, forecast: Forecast): ForecastSnapshot {
  return {
    schemaVersion: 1,
    name,
    weeks: forecast.group.weeks.map(({ start }) => start),
    entries: forecast.placed.map(({ item, week, amount }) => ({ item: item.id, category: item.category, week, amount })),
  };
}

/** In the week of its expected day; nothing where it has come, is beyond the last week, or disputed and left out. */
function place(item: CashItem, facts: ForecastFacts, start: PlainDate): PlacedItem[] {
  if (item.status === 'actual') return [];
  if (item.disputed !== undefined && facts.policy.disputed === 'exclude') return [];
  const expected = expectedDate(item, facts.habits, facts.policy, facts.today);
  const week = Math.floor(daysBetween(start, expected.date) / 7);
  const amount = item.disputed === undefined ? item.amount : scaleMoney(item.amount, dividedBy(exact(item.disputed), ofInteger(100n), 8));
  return week < facts.weeks ? [{ item, expected, week, amount }] : [];
}

function rowOf(account: ForecastFile['banks'][number], placed: readonly PlacedItem[], start: PlainDate, weeks: number): CashRow {
  const { entity, bank, currency, statement } = account;
  const own = placed.filter(({ item }) => isOn(item, account)).map(({ week, amount }) => ({ week, minor: minorOf(amount) }));
  return { entity, bank, currency, weeks: weeksOf(minorOf(moneyFromDecimal(currency, statement!.closing)), own, start, weeks) };
}

/** All accounts at the rates of one day; payments within the group are in both sides and cancel (TF-1). */
function groupRow(rows: readonly CashRow[], { rates, rateDate, groupCurrency, weeks }: ForecastFacts, start: PlainDate): CashRow {
  const inGroup = (currency: string, minor: bigint): bigint => minorOf(convert(rates, money(currency, minor), groupCurrency, 'closing', rateDate));
  const opening = rows.reduce((sum, row) => sum + inGroup(row.currency, row.weeks[0]!.opening), 0n);
  const flows = rows.flatMap((row) => row.weeks.flatMap((week, index) => [{ week: index, minor: inGroup(row.currency, week.in) }, { week: index, minor: -inGroup(row.currency, week.out) }]));
  return { entity: '', bank: '', currency: groupCurrency, weeks: weeksOf(opening, flows, start, weeks) };
}

function weeksOf(opening: bigint, flows: readonly { week: number; minor: bigint }[], start: PlainDate, count: number): CashWeek[] {
  const weeks: CashWeek[] = [];
  let balance = opening;
  for (let index = 0; index < count; index++) {
    let [income, out] = [0n, 0n];
    for (const { week, minor } of flows) {
      if (week !== index) continue;
      if (minor > 0n) income += minor;
      else out -= minor;
    }
    const closing = balance + income - out;
    weeks.push({ start: addDays(start, index * 7), opening: balance, in: income, out, closing });
    balance = closing;
  }
  return weeks;
}

/** What one company pays another arrives there in the same week, or the group would lose or make money (TF-1). */
function intercompanyProblems(placed: readonly PlacedItem[], { rates, rateDate, groupCurrency, weeks }: ForecastFacts, start: PlainDate): Problem[] {
  return Array.from({ length: weeks }, (_, week) => week).flatMap((week) => {
    const own = placed.filter((each) => each.week === week && each.item.kind === 'intercompany');
    const rest = own.reduce((sum, { amount }) => sum + minorOf(convert(rates, amount, groupCurrency, 'closing', rateDate)), 0n);
    // Converting each side rounds by half a minor unit at the most.
    const foreign = BigInt(own.filter(({ amount }) => amount.currency !== groupCurrency).length);
    if (rest <= foreign && rest >= -foreign) return [];
    return [problem('forecast-intercompany', `Payments within the group in the week of ${addDays(start, week * 7)} do not cancel: ${own.map(({ item }) => item.id).join(', ')} leave ${rest} minor units of ${groupCurrency}.`)];
  });
}

function isOn(item: CashItem, account: ForecastFile['banks'][number]): boolean {
  return item.entity === account.entity && item.bank === account.bank && item.amount.currency === account.currency;
}

function strayProblem({ item }: PlacedItem): Problem {
  return problem('forecast-opening-missing', `Item ${item.id} is on ${item.entity}/${item.bank} in ${item.amount.currency}, an account that the forecast does not name.`);
}

function refuseDoubles(items: readonly CashItem[]): void {
  const seen = new Set<string>();
  for (const { id } of items) {
    if (seen.has(id)) throw new KontorError('forecast-invalid', `Item ${id} is there twice: an item is in exactly one week.`);
    seen.add(id);
  }
}
