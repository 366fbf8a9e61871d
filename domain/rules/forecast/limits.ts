import type { PlainDate } from '../../model/dates.ts';
import type { CashItem, ForecastDelta, Minimum } from '../../model/forecast.ts';
import type { Money } from '../../model/money.ts';
import { dividedBy, exact, ofInteger, plus } from '../decimal.ts';
import { convert } from '../group/rates.ts';
import { minorOf, money, scaleMoney } from '../money.ts';
import type { CashRow, Forecast, ForecastFacts, PlacedItem } from './forecast.ts';

/** A week in which a least balance is not kept, and the payment that weighs most in it (TF-5). */
export interface Breach {
  readonly name: string;
  readonly entity: string;
  readonly bank: string;
  readonly week: PlainDate;
  readonly closing: Money;
  readonly least: Money;
  /** Largest payment of that week; undefined where the account was short from the start. */
  readonly driver: string | undefined;
}

/** Minimum cash and covenants that the forecast does not keep: every week of every one, in the order they are given. */
export function breachesOf(forecast: Forecast, minimums: readonly Minimum[], facts: ForecastFacts): Breach[] {
  return minimums.flatMap((minimum) => {
    const scopes = minimum.entity === undefined && minimum.bank === undefined ? [forecast.group] : forecast.rows.filter((row) => (minimum.entity ?? row.entity) === row.entity && (minimum.bank ?? row.bank) === row.bank);
    return scopes.flatMap((row) => breachesOfRow(row, minimum, forecast.placed, facts));
  });
}

function breachesOfRow(row: CashRow, minimum: Minimum, placed: readonly PlacedItem[], { rates, rateDate }: ForecastFacts): Breach[] {
  const least = convert(rates, minimum.amount, row.currency, 'closing', rateDate);
  return row.weeks.flatMap((week, index) => {
    if (week.closing >= minorOf(least)) return [];
    const own = placed.filter((each) => each.week === index && (row.entity === '' || (each.item.entity === row.entity && each.item.bank === row.bank && each.amount.currency === row.currency)));
    return [{ name: minimum.name, entity: row.entity, bank: row.bank, week: week.start, closing: money(row.currency, week.closing), least, driver: driverOf(own, row.currency, { rates, rateDate }) }];
  });
}

function driverOf(placed: readonly PlacedItem[], currency: string, { rates, rateDate }: Pick<ForecastFacts, 'rates' | 'rateDate'>): string | undefined {
  const payments = placed.map(({ item, amount }) => ({ id: item.id, minor: minorOf(convert(rates, amount, currency, 'closing', rateDate)) })).filter(({ minor }) => minor < 0n);
  return payments.sort((a, b) => (a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : a.id < b.id ? -1 : 1))[0]?.id;
}

/** The items as they would be under a scenario: new ones, the given stay as they are (TF-5). What has come does not change any more. */
export function applyDeltas(items: readonly CashItem[], deltas: readonly ForecastDelta[]): CashItem[] {
  return items.map((item) => deltas.reduce<CashItem>((each, delta) => (item.status !== 'actual' && touches(delta, item) ? changed(each, delta) : each), item));
}

function touches({ kind, category, entity, partner }: ForecastDelta, item: CashItem): boolean {
  return (kind ?? item.kind) === item.kind && (category ?? item.category) === item.category && (entity ?? item.entity) === item.entity && (partner ?? item.partner) === item.partner;
}

function changed(item: CashItem, { percent, days }: ForecastDelta): CashItem {
  const amount = percent === undefined ? item.amount : scaleMoney(item.amount, plus(ofInteger(1n), dividedBy(exact(percent), ofInteger(100n), 10)));
  if (days === undefined) return { ...item, amount };
  return { ...item, amount, delayDays: (item.delayDays ?? 0) + days };
}
