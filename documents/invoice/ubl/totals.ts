import { KontorError } from '../../../domain/errors.ts';
import type { AllowanceCharge, Invoice, InvoiceLine, InvoiceTotals } from '../../../domain/model/invoice.ts';
import type { Money } from '../../../domain/model/money.ts';
import { addMoney, compareMoney, noMoney, subtractMoney, sumMoney } from '../../../domain/rules/money.ts';
import { all, first, placeOf, type XmlNode } from '../../xml/node.ts';
import { moneyAt, moneyOf, requiredMoney, textAt } from '../xml-fields.ts';
import { sumOfExcises } from './excise.ts';
import { taxTotalsIn } from './taxes.ts';

/**
 * UBL itself asks for the payable amount alone. Sums that are not stated are those of the document's own lines, allowances and taxes,
 * so that a whole which does not foot is found by the verification (F1).
 */
export function totalsOf(root: XmlNode, currency: string, taxCurrency: string | undefined, stated: { lines: InvoiceLine[]; allowances: AllowanceCharge[] }): InvoiceTotals {
  const at = (name: string, what: string) => moneyAt(root, `LegalMonetaryTotal/${name}`, currency, what);
  const sumOf = (kind: AllowanceCharge['kind']) => sumMoney(currency, stated.allowances.filter((entry) => entry.kind === kind).map((entry) => entry.amount));
  const counted = stated.lines.filter((line) => line.status !== 'information');
  const lineNet = at('LineExtensionAmount', 'The sum of the lines') ?? sumMoney(currency, counted.map((line) => line.net));
  const allowances = at('AllowanceTotalAmount', 'The sum of the allowances') ?? sumOf('allowance');
  const taxTotals = taxTotalsIn(root, currency);
  const excises = sumOfExcises(taxTotals, currency);
  const statedCharges = at('ChargeTotalAmount', 'The sum of the charges');
  const charges = statedCharges ? addMoney(statedCharges, excises) : sumOf('charge');
  const ofParts = addMoney(subtractMoney(lineNet, allowances), charges);
  const exclusive = at('TaxExclusiveAmount', 'The total without tax') ?? ofParts;
  const allTaxes = sumMoney(currency, taxTotals.map((total) => requiredMoney(total, 'TaxAmount', currency, 'The tax total')));
  const net = statesTax(root) && compareMoney(exclusive, allTaxes) === 0 ? ofParts : exclusive;
  const tax = subtractMoney(allTaxes, excises);
  const prepaid = at('PrepaidAmount', 'The prepaid amount') ?? noMoney(currency);
  const rounding = at('PayableRoundingAmount', 'The rounding amount') ?? noMoney(currency);
  const payable = requiredMoney(root, 'LegalMonetaryTotal/PayableAmount', currency, 'The amount due for payment');
  const inclusive = at('TaxInclusiveAmount', 'The total with tax') ?? addMoney(net, tax);
  return {
    lineNet,
    allowances,
    charges,
    net,
    tax,
    taxInAccountingCurrency: taxCurrency === undefined ? undefined : taxInAccountingCurrencyOf(root, currency, taxCurrency),
    gross: withoutRounding(inclusive, { net, tax, prepaid, rounding, payable }),
    prepaid,
    rounding,
    payable,
  };
}

/** Forms before EN 16931 (BII, OIOUBL) count the rounding into the total with tax: where both this total and the payable amount foot only so. */
function withoutRounding(inclusive: Money, { net, tax, prepaid, rounding, payable }: Pick<InvoiceTotals, 'net' | 'tax' | 'prepaid' | 'rounding' | 'payable'>): Money {
  const own = addMoney(net, tax);
  const isCountedIn = compareMoney(inclusive, addMoney(own, rounding)) === 0 && compareMoney(subtractMoney(inclusive, prepaid), payable) === 0;
  return isCountedIn ? own : inclusive;
}

/** The tax total repeats in the accounting currency or, in national forms, each part of the breakdown states its own amount in it. */
function taxInAccountingCurrencyOf(root: XmlNode, currency: string, taxCurrency: string): Money | undefined {
  const [total] = taxTotalsIn(root, taxCurrency);
  if (total) return requiredMoney(total, 'TaxAmount', taxCurrency, 'The tax total in the accounting currency');
  const parts = taxTotalsIn(root, currency).flatMap((entry) => all(entry, 'TaxSubtotal'));
  const amounts = parts.flatMap((part) => all(part, 'TransactionCurrencyTaxAmount')).filter((amount) => amount.attributes['currencyID']?.trim() === taxCurrency);
  return amounts.length === 0 ? undefined : sumMoney(taxCurrency, amounts.map((amount) => moneyOf(amount, taxCurrency, 'The tax in the accounting currency')));
}

/** OIOUBL 2 defines TaxExclusiveAmount as the sum of the taxes, and states no total without tax. */
function statesTax(root: XmlNode): boolean {
  return /^OIOUBL-2/i.test(textAt(root, 'CustomizationID') ?? '');
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
