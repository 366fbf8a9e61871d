import type { InvoiceLine, TaxBreakdown } from '../../../domain/model/invoice.ts';
import { isZeroMoney } from '../../../domain/rules/money.ts';
import { all, first, placeUnder, type XmlNode } from '../../xml/node.ts';
import { missing } from '../values.ts';
import { decimalAt, joinedTextAt, requiredMoney, textAt } from '../xml-fields.ts';
import { isExcise } from './excise.ts';

/** Categories by name (OIOUBL) → UNTDID 5305. */
const namedCategories: Record<string, string> = { StandardRated: 'S', ZeroRated: 'Z', ReverseCharge: 'AE' };

/** TaxSubtotal of the totals in the document currency; duties are charges. */
export function taxesOf(root: XmlNode, currency: string): TaxBreakdown[] {
  const subtotals = taxTotalsIn(root, currency).flatMap((total) => all(total, 'TaxSubtotal'));
  return subtotals.filter((subtotal) => !isExcise(subtotal)).map((subtotal) => breakdownOf(subtotal, currency));
}

/**
 * The tax total repeats in the accounting currency; each repetition is told by the currency of its amount. Where both currencies are
 * the same, some repeat it without its breakdown (one tax of several has one): what has no breakdown beside those that have one says nothing new.
 */
export function taxTotalsIn(root: XmlNode, currency: string): XmlNode[] {
  const totals = all(root, 'TaxTotal').filter((total) => first(total, 'TaxAmount')?.attributes['currencyID']?.trim() === currency);
  const brokenDown = totals.filter((total) => first(total, 'TaxSubtotal'));
  return brokenDown.length > 0 ? brokenDown : totals;
}

/** The tax of an allowance or charge. */
export function taxOf(category: XmlNode | undefined): InvoiceLine['tax'] {
  const rate = decimalAt(category, 'Percent', 'The tax rate');
  const code = categoryOf(category, rate);
  return code === undefined ? undefined : { category: code, rate };
}

/** The tax of a line: with its item, or, in national forms of UBL, as the one breakdown of the line itself. */
export function lineTaxOf(line: XmlNode): InvoiceLine['tax'] {
  const ofItem = taxOf(first(line, 'Item/ClassifiedTaxCategory'));
  const subtotals = all(line, 'TaxTotal/TaxSubtotal').filter((subtotal) => !isExcise(subtotal));
  const [only] = subtotals;
  if (ofItem || !only || subtotals.length > 1) return ofItem;
  const rate = rateOf(only);
  const code = categoryOf(first(only, 'TaxCategory'), rate);
  return code === undefined ? undefined : { category: code, rate };
}

function breakdownOf(subtotal: XmlNode, currency: string): TaxBreakdown {
  const rate = rateOf(subtotal);
  const amount = requiredMoney(subtotal, 'TaxAmount', currency, 'The tax amount');
  const category = categoryOf(first(subtotal, 'TaxCategory'), rate ?? (isZeroMoney(amount) ? undefined : '1'));
  if (category === undefined) throw missing('The tax category', placeUnder(subtotal, 'TaxCategory/ID'));
  return {
    category,
    rate,
    base: requiredMoney(subtotal, 'TaxableAmount', currency, 'The taxable amount'),
    amount,
    exemptionReason: joinedTextAt(subtotal, 'TaxCategory/TaxExemptionReason'),
    exemptionCode: textAt(subtotal, 'TaxCategory/TaxExemptionReasonCode'),
  };
}

function rateOf(subtotal: XmlNode): string | undefined {
  return decimalAt(subtotal, 'TaxCategory/Percent', 'The tax rate') ?? decimalAt(subtotal, 'Percent', 'The tax rate');
}

/** UBL itself does not ask for a category; one that only states a rate is standard above zero, else exempt with a reason or zero-rated. */
function categoryOf(category: XmlNode | undefined, rate: string | undefined): string | undefined {
  const stated = textAt(category, 'ID');
  if (stated !== undefined) return namedCategories[stated] ?? stated;
  if (!category || rate === undefined) return undefined;
  if (rate !== '0') return 'S';
  return first(category, 'TaxExemptionReason') || first(category, 'TaxExemptionReasonCode') ? 'E' : 'Z';
}
