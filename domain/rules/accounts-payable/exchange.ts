import type { ExchangeRate } from '../../model/invoice-facts.ts';
import type { Decimal, Money } from '../../model/money.ts';
import { compareExact, exact, minus, times, zero, type Exact } from '../decimal.ts';
import { exactAmount, roundToMoney } from '../money.ts';

/** Units of `to` for one unit of `from`; undefined when no usable rate for exactly that pair is known (F5). */
export function rateBetween(from: string, to: string, rate: ExchangeRate | undefined): Exact | undefined {
  if (from === to) return exact('1');
  if (!rate || rate.from !== from || rate.to !== to) return undefined;
  const value = exact(rate.rate);
  return compareExact(value, zero) > 0 ? value : undefined;
}

/** Converts and rounds once to the minor unit of `to` (F3). */
export function convert(amount: Money, to: string, rate: Exact): Money {
  return roundToMoney(to, times(exactAmount(amount), rate));
}

/**
 * What exchange rates alone did to an amount in document currency (F4): receipt to invoice, and invoice to payment, each
 * realised on its own; positive is a loss. Price differences are never in here.
 */
export function exchangeEffects(amount: Money, companyCurrency: string, rates: { receipt: Decimal; invoice: Decimal; payment: Decimal }): { untilInvoice: Money; untilPayment: Money } {
  const effect = (from: Decimal, to: Decimal): Money => roundToMoney(companyCurrency, times(exactAmount(amount), minus(exact(to), exact(from))));
  return { untilInvoice: effect(rates.receipt, rates.invoice), untilPayment: effect(rates.invoice, rates.payment) };
}
