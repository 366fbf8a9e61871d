import { KontorError } from '../../../domain/errors.ts';
import type { Invoice, InvoiceTotals, TaxBreakdown } from '../../../domain/model/invoice.ts';
import { noMoney, sumMoney } from '../../../domain/rules/money.ts';
import { all, first, placeOf, type XmlNode } from '../../xml/node.ts';
import { decimalAt, joinedTextAt, moneyAt, moneyOf, requiredMoney, requiredText, textAt } from '../xml-fields.ts';

export function totalsOf(root: XmlNode, currency: string, taxCurrency: string | undefined): InvoiceTotals {
  const at = (name: string, what: string) => requiredMoney(root, `LegalMonetaryTotal/${name}`, currency, what);
  const or0 = (name: string, what: string) => moneyAt(root, `LegalMonetaryTotal/${name}`, currency, what) ?? noMoney(currency);
  const accounting = taxCurrency && taxCurrency !== currency ? taxTotalsIn(root, taxCurrency)[0] : undefined;
  return {
    lineNet: at('LineExtensionAmount', 'The sum of the lines'),
    allowances: or0('AllowanceTotalAmount', 'The sum of the allowances'),
    charges: or0('ChargeTotalAmount', 'The sum of the charges'),
    net: at('TaxExclusiveAmount', 'The total without tax'),
    tax: sumMoney(currency, taxTotalsIn(root, currency).map((total) => requiredMoney(total, 'TaxAmount', currency, 'The tax total'))),
    taxInAccountingCurrency: accounting && taxCurrency ? requiredMoney(accounting, 'TaxAmount', taxCurrency, 'The tax total in the accounting currency') : undefined,
    gross: at('TaxInclusiveAmount', 'The total with tax'),
    prepaid: or0('PrepaidAmount', 'The prepaid amount'),
    rounding: or0('PayableRoundingAmount', 'The rounding amount'),
    payable: at('PayableAmount', 'The amount due for payment'),
  };
}

export function taxesOf(root: XmlNode, currency: string): TaxBreakdown[] {
  return taxTotalsIn(root, currency).flatMap((total) => all(total, 'TaxSubtotal').map((subtotal) => taxOf(subtotal, currency)));
}

function taxOf(subtotal: XmlNode, currency: string): TaxBreakdown {
  return {
    category: requiredText(subtotal, 'TaxCategory/ID', 'The tax category'),
    rate: decimalAt(subtotal, 'TaxCategory/Percent', 'The tax rate') ?? decimalAt(subtotal, 'Percent', 'The tax rate'),
    base: requiredMoney(subtotal, 'TaxableAmount', currency, 'The taxable amount'),
    amount: requiredMoney(subtotal, 'TaxAmount', currency, 'The tax amount'),
    exemptionReason: joinedTextAt(subtotal, 'TaxCategory/TaxExemptionReason'),
    exemptionCode: textAt(subtotal, 'TaxCategory/TaxExemptionReasonCode'),
  };
}

/** The tax total repeats in the accounting currency; each repetition is told by the currency of its amount. */
function taxTotalsIn(root: XmlNode, currency: string): XmlNode[] {
  return all(root, 'TaxTotal').filter((total) => first(total, 'TaxAmount')?.attributes['currencyID']?.trim() === currency);
}

/** Every UBL amount carries its currency; one without is refused. Extensions follow rules of their own. */
export function requireCurrencies(root: XmlNode): void {
  for (const node of root.children) {
    if (node.name === 'UBLExtensions') continue;
    requireCurrencies(node);
    const isAmount = /Amount$/.test(node.name) && node.children.length === 0 && node.text.trim() !== '';
    if (isAmount && !node.attributes['currencyID']?.trim())
      throw new KontorError('invoice-currency-missing', `${node.name} has no currencyID (line ${node.line}).`, { place: placeOf(node) });
  }
}

/** What the seller collects for others (BG-DEX-09); elsewhere PrepaidPayment only details the prepaid amount. */
export function thirdPartyPaymentsOf(root: XmlNode, currency: string): Invoice['thirdPartyPayments'] {
  if (!/urn:xeinkauf\.de:kosit:extension:xrechnung|xrechnung.*#conformant#.*extension/i.test(textAt(root, 'CustomizationID') ?? '')) return undefined;
  const payments = all(root, 'PrepaidPayment').flatMap((payment) => {
    const paid = first(payment, 'PaidAmount');
    return paid ? [{ type: textAt(payment, 'ID'), description: textAt(payment, 'InstructionID'), amount: moneyOf(paid, currency, 'The third-party payment') }] : [];
  });
  return payments.length > 0 ? payments : undefined;
}
