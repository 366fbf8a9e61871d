import type { InvoiceLine } from '../../domain/model/invoice.ts';
import { exact, plus, toText } from '../../domain/rules/decimal.ts';

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
