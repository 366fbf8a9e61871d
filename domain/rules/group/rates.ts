import { KontorError } from '../../errors.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { ExchangeRate } from '../../model/exchange-rate.ts';
import type { Money } from '../../model/money.ts';
import { dividedBy, exact, ofInteger, times, type Exact } from '../decimal.ts';
import { exactAmount, roundToMoney } from '../money.ts';

export type RateKind = ExchangeRate['kind'];
export type RateTable = ReadonlyMap<string, Exact>;

/** Digits of an inverted rate: beyond what any amount of money can show. */
const inverseDigits = 30;

/** Throws `rate-conflict` when a pair has two different rates of one kind on one day. */
export function rateTable(rates: readonly ExchangeRate[]): RateTable {
  const table = new Map<string, Exact>();
  for (const { from, to, kind, date, rate } of rates) {
    const value = exact(rate);
    if (value.unscaled <= 0n) throw new KontorError('rate-conflict', `The ${kind} rate ${from}/${to} of ${date} must be above zero, not ${rate}.`);
    const key = keyOf(from, to, kind, date);
    const known = table.get(key);
    if (known && (known.unscaled !== value.unscaled || known.scale !== value.scale)) throw new KontorError('rate-conflict', `${from}/${to} has two ${kind} rates for ${date}.`);
    table.set(key, value);
  }
  return table;
}

/** Units of `to` for one of `from`; the inverse of the opposite pair where only that is given. Throws `rate-missing`, never assumes 1. */
export function rateOf(table: RateTable, from: string, to: string, kind: RateKind, date: PlainDate): Exact {
  if (from === to) return ofInteger(1n);
  const direct = table.get(keyOf(from, to, kind, date));
  if (direct) return direct;
  const opposite = table.get(keyOf(to, from, kind, date));
  if (opposite) return dividedBy(ofInteger(1n), opposite, inverseDigits);
  throw new KontorError('rate-missing', `There is no ${kind} rate ${from}/${to} for ${date}.`);
}

export function convert(table: RateTable, amount: Money, to: string, kind: RateKind, date: PlainDate): Money {
  return atRate(amount, to, rateOf(table, amount.currency, to, kind, date));
}

/** amount × rate in the minor unit of `to`, rounded once, half away from zero (F3). */
export function atRate(amount: Money, to: string, rate: Exact): Money {
  return amount.currency === to ? amount : roundToMoney(to, times(exactAmount(amount), rate));
}

function keyOf(from: string, to: string, kind: RateKind, date: PlainDate): string {
  return `${from}/${to}/${kind}/${date}`;
}
