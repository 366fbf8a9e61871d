import type { Invoice } from '../../domain/model/invoice.ts';
import type { Place } from '../../domain/errors.ts';
import { decimalValue, moneyValue } from './values.ts';

type DiscountTier = Invoice['payment']['discounts'][number];

const tierLine = /#SKONTO#TAGE=(\d{1,4})#PROZENT=([\d.]+)(?:#BASISBETRAG=(-?[\d.]+))?#/g;

/** Cash discount tiers written into the payment terms, one line each: `#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=100.00#`. */
export function discountTiersIn(terms: string | undefined, currency: string, place: Place): DiscountTier[] {
  return [...(terms ?? '').matchAll(tierLine)].map(([, days = '', percent = '', base]) => ({
    percent: decimalValue(percent, 'The discount percent', place),
    days: Number(days),
    base: base ? moneyValue(base, currency, 'The discount base', place) : undefined,
  }));
}
