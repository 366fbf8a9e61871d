import { daysBetween } from '../../calendar/plain-date.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { CashItem, ForecastSnapshot } from '../../model/forecast.ts';
import { dividedBy, ofInteger, toText, type Exact } from '../decimal.ts';
import { convert, type RateTable } from '../group/rates.ts';
import { compareText } from '../ledger/trial-balance.ts';
import { minorOf } from '../money.ts';
import { weekStart } from './forecast.ts';

export interface VarianceContext {
  readonly rates: RateTable;
  readonly rateDate: PlainDate;
  readonly groupCurrency: string;
  /** Weeks up to here are over: what had not come by their end did not come in them. */
  readonly until: PlainDate;
}

/** Minor units of the group currency; actual − forecast = timing + permanent (TF-4). */
export interface VarianceRow {
  readonly week: PlainDate;
  readonly category: string;
  readonly forecast: bigint;
  readonly actual: bigint;
  /** Forecast here and arrived in another week, or the other way round. */
  readonly timing: bigint;
  /** Another amount than forecast, never arrived, or never forecast. */
  readonly permanent: bigint;
}

/** Σ |actual − forecast| and Σ (forecast − actual) against Σ |actual|, by category, in shares with four decimals. */
export interface ForecastError {
  readonly category: string;
  /** Week of the snapshot, from 1. */
  readonly horizon: number;
  readonly weeks: number;
  readonly absolute: string | undefined;
  /** Above zero: more was forecast than came. */
  readonly bias: string | undefined;
}

/** What a snapshot said against what happened, by week and category, for the weeks of it that are over. */
export function varianceOf(snapshot: ForecastSnapshot, items: readonly CashItem[], context: VarianceContext): VarianceRow[] {
  const over = snapshot.weeks.filter((week) => daysBetween(week, context.until) >= 6).length;
  const rows = new Map<string, { -readonly [K in keyof VarianceRow]: VarianceRow[K] }>();
  const rowOf = (week: number, category: string) => {
    const key = `${String(week).padStart(3, '0')}\u0000${category}`;
    let row = rows.get(key);
    if (!row) rows.set(key, (row = { week: snapshot.weeks[week]!, category, forecast: 0n, actual: 0n, timing: 0n, permanent: 0n }));
    return row;
  };
  const inWindow = (week: number): boolean => week >= 0 && week < over;
  const expected = new Map(snapshot.entries.map((entry) => [entry.item, entry]));
  const actualWeek = (date: PlainDate): number => Math.floor(daysBetween(snapshot.weeks[0]!, weekStart(date)) / 7);
  for (const entry of snapshot.entries) {
    if (!inWindow(entry.week)) continue;
    const row = rowOf(entry.week, entry.category);
    const amount = inGroup(entry.amount, context);
    const item = items.find(({ id }) => id === entry.item);
    row.forecast += amount;
    if (!item?.actual) row.permanent -= amount;
    else if (actualWeek(item.actual.date) !== entry.week) row.timing -= amount;
  }
  for (const item of items) {
    if (!item.actual) continue;
    const week = actualWeek(item.actual.date);
    if (!inWindow(week)) continue;
    const entry = expected.get(item.id);
    const row = rowOf(week, entry?.category ?? item.category);
    const [actual, planned] = [inGroup(item.actual.amount, context), entry ? inGroup(entry.amount, context) : 0n];
    row.actual += actual;
    row.permanent += actual - planned;
    if (entry && entry.week !== week) row.timing += planned;
  }
  return [...rows].sort(([a], [b]) => compareText(a, b)).map(([, row]) => row);
}

/** Errors of the same week of several snapshots, such as the first, fourth and thirteenth; bias apart from absolute error. */
export function forecastErrors(snapshots: readonly ForecastSnapshot[], items: readonly CashItem[], context: VarianceContext, horizons: readonly number[] = [1, 4, 13]): ForecastError[] {
  return horizons.flatMap((horizon) => {
    const rows = snapshots.flatMap((snapshot) => varianceOf(snapshot, items, context).filter(({ week }) => week === snapshot.weeks[horizon - 1]));
    const categories = [...new Set(rows.map(({ category }) => category))].sort(compareText);
    return categories.map((category) => {
      const own = rows.filter((row) => row.category === category);
      const base = sum(own.map(({ actual }) => magnitude(actual)));
      return {
        category,
        horizon,
        weeks: own.length,
        absolute: share(sum(own.map(({ actual, forecast }) => magnitude(actual - forecast))), base),
        bias: share(sum(own.map(({ actual, forecast }) => forecast - actual)), base),
      };
    });
  });
}

function inGroup(amount: { currency: string; minor: string }, { rates, rateDate, groupCurrency }: VarianceContext): bigint {
  return minorOf(convert(rates, amount, groupCurrency, 'closing', rateDate));
}

function share(part: bigint, base: bigint): string | undefined {
  if (base === 0n) return undefined;
  const value: Exact = dividedBy(ofInteger(part), ofInteger(base), 4);
  return toText(value);
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
