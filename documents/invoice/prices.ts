import type { AllowanceCharge, InvoiceLine } from '../../domain/model/invoice.ts';
import type { Decimal, Money } from '../../domain/model/money.ts';
import { compareExact, dividedBy, exact, ofInteger, plus, times, toText, zero, type Exact } from '../../domain/rules/decimal.ts';
import { addMoney, compareMoney, exactAmount, isZeroMoney, roundToMoney, scaleMoney, subtractMoney } from '../../domain/rules/money.ts';

type Price = Pick<InvoiceLine, 'unitPrice' | 'grossPrice' | 'priceDiscount' | 'baseQuantity' | 'baseUnit'>;

/**
 * Gross price and discount as the semantic model has them: a discount of zero and a gross price equal to the net price state
 * nothing (some syntaxes must carry them, others cannot), and a discount alone implies its gross price (BT-146 = BT-148 − BT-147).
 */
export function settledPrice(price: Price): Price {
  const discount = price.priceDiscount === '0' ? undefined : price.priceDiscount;
  if (discount !== undefined) return { ...price, grossPrice: price.grossPrice ?? toText(plus(exact(price.unitPrice), exact(discount))) };
  return { ...price, grossPrice: price.grossPrice === price.unitPrice ? undefined : price.grossPrice, priceDiscount: undefined };
}

/**
 * A line that states its amount and no price: what it costs before its allowances and charges is the price of its whole quantity, exact
 * without a division. A quantity of zero has no such price; the verification finds the amount that such a line states all the same.
 */
export function priceOfWhole(quantity: Decimal, net: Money, allowances: AllowanceCharge[]): Pick<Price, 'unitPrice' | 'baseQuantity'> {
  const counted = exact(quantity);
  if (counted.unscaled === 0n) return { unitPrice: '0', baseQuantity: '1' };
  const before = exactAmount(beforeAllowances(net, allowances));
  const isReturn = compareExact(counted, zero) < 0;
  return { unitPrice: toText(isReturn ? negated(before) : before), baseQuantity: toText(isReturn ? negated(counted) : counted) };
}

/**
 * UBL's multiplier is a percent in the European norm and a share of one in older and some national forms; the stated amounts tell
 * which: a factor that gives the amount when multiplied by the base is a share.
 */
export function percentOfFactor(factor: Decimal, amount: Money, base: Money | undefined): Decimal {
  const isShare = base !== undefined && !isZeroMoney(amount) && compareMoney(scaleMoney(base, exact(factor)), amount) === 0;
  return isShare ? toText(times(exact(factor), ofInteger(100n))) : factor;
}

/**
 * UBL may price another unit than the one that is counted (a bottle, not the case); the rate says how many of the one the other holds.
 * It is stated for other purposes too, so it counts only where the amount of the line needs it.
 */
export function inCountedUnits(price: Price, rate: Decimal, line: Pick<InvoiceLine, 'quantity' | 'net' | 'allowances'>): Price {
  const scaled = (value: Decimal) => toText(times(exact(value), exact(rate)));
  const converted: Price = {
    ...price,
    unitPrice: scaled(price.unitPrice),
    grossPrice: price.grossPrice && scaled(price.grossPrice),
    priceDiscount: price.priceDiscount && scaled(price.priceDiscount),
    baseUnit: undefined,
  };
  return !gives(price, line) && gives(converted, line) ? converted : price;
}

function gives({ unitPrice, baseQuantity }: Price, { quantity, net, allowances }: Pick<InvoiceLine, 'quantity' | 'net' | 'allowances'>): boolean {
  const base = exact(baseQuantity);
  if (base.unscaled === 0n) return false;
  const amount = roundToMoney(net.currency, dividedBy(times(exact(quantity), exact(unitPrice)), base, 20));
  return compareMoney(amount, beforeAllowances(net, allowances)) === 0;
}

function beforeAllowances(net: Money, allowances: AllowanceCharge[]): Money {
  return allowances.reduce((sum, entry) => (entry.kind === 'charge' ? subtractMoney(sum, entry.amount) : addMoney(sum, entry.amount)), net);
}

function negated(value: Exact): Exact {
  return { ...value, unscaled: -value.unscaled };
}
