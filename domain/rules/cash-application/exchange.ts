import { KontorError } from '../../errors.ts';
import { dividedBy, exact, minus, roundTo, times, type Exact } from '../decimal.ts';

/** A receipt and an item in two currencies, in the decimals of each. `rate` is units of the receipt's currency per unit of the item's. */
export interface ExchangeCase {
  received: string;
  itemAmount: string;
  /** Rate of the statement, else of the booking date; absent is an exception, never 1.0 (CA-12). */
  rate: string | undefined;
  /** Rate at which the item was booked. */
  itemRate: string;
  /** Decimals of the item's currency and of the receipt's. */
  itemDigits: number;
  receivedDigits: number;
}

export interface Exchanged {
  /** What was received, in the item's currency. */
  inItemCurrency: Exact;
  /** Realised difference in the receipt's currency: gain when positive. */
  realised: Exact;
}

/** Converts at the bank's rate and states the realised difference between invoice rate and payment rate (CA-12). Throws `cash-rate-missing`. */
export function exchange(input: ExchangeCase): Exchanged {
  if (input.rate === undefined) throw new KontorError('cash-rate-missing', 'Neither the statement nor the rate table has a rate for this payment.');
  const rate = exact(input.rate);
  if (rate.unscaled <= 0n) throw new KontorError('cash-rate-missing', 'An exchange rate is more than 0.');
  const inItemCurrency = dividedBy(exact(input.received), rate, input.itemDigits);
  const booked = roundTo(times(exact(input.itemAmount), exact(input.itemRate)), input.receivedDigits);
  const paid = roundTo(times(exact(input.itemAmount), rate), input.receivedDigits);
  return { inItemCurrency, realised: minus(paid, booked) };
}
