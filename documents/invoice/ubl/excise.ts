import type { AllowanceCharge, InvoiceLine } from '../../../domain/model/invoice.ts';
import type { Money } from '../../../domain/model/money.ts';
import { sumMoney } from '../../../domain/rules/money.ts';
import { all, type XmlNode } from '../../xml/node.ts';
import { decimalAt, requiredMoney, textAt } from '../xml-fields.ts';

/**
 * OIOUBL states duties (on cars, bags, packaging) as taxes of their own beside VAT. In the semantic model a duty is a charge: VAT is
 * due on it as its tax type says, and the VAT breakdown of such a document already counts it so.
 */
export function isExcise(subtotal: XmlNode): boolean {
  return textAt(subtotal, 'TaxCategory/ID') === 'Excise';
}

/** The duties among the tax totals, each as a charge on the document. */
export function excisesOf(totals: XmlNode[], currency: string): AllowanceCharge[] {
  const subtotals = totals.flatMap((total) => all(total, 'TaxSubtotal'));
  const standardRate = subtotals.filter((entry) => textAt(entry, 'TaxCategory/ID') === 'StandardRated').map((entry) => decimalAt(entry, 'TaxCategory/Percent', 'The tax rate'))[0];
  return subtotals.filter(isExcise).map((duty) => ({
    kind: 'charge',
    amount: requiredMoney(duty, 'TaxAmount', currency, 'The amount of the duty'),
    reason: textAt(duty, 'TaxCategory/TaxScheme/Name'),
    tax: vatOn(textAt(duty, 'TaxCategory/TaxScheme/TaxTypeCode'), standardRate),
  }));
}

export function sumOfExcises(totals: XmlNode[], currency: string): Money {
  return sumMoney(currency, excisesOf(totals, currency).map(({ amount }) => amount));
}

function vatOn(taxType: string | undefined, standardRate: string | undefined): InvoiceLine['tax'] {
  if (taxType === 'StandardRated') return { category: 'S', rate: standardRate };
  return taxType === 'ZeroRated' ? { category: 'Z', rate: '0' } : undefined;
}
