import type { AllowanceCharge, InvoiceLine, InvoiceTotals, TaxBreakdown } from '../../../domain/model/invoice.ts';
import type { Money } from '../../../domain/model/money.ts';
import { addMoney, noMoney, subtractMoney, sumMoney } from '../../../domain/rules/money.ts';
import { amountIn, requiredAmount, taxIn, textIn } from './fields.ts';
import type { Group, Sections } from './groups.ts';
import type { Segment } from './segments.ts';

/** What the document's own lines and allowances say, for sums that D.96A senders leave out. */
interface Stated {
  lines: InvoiceLine[];
  allowances: AllowanceCharge[];
}

type Category = InvoiceLine['tax'];

/** The breakdown of the summary. A base that is not stated is the sum of what the document taxes so (BR-S-08). */
export function taxesOf({ summary, header }: Sections, currency: string, stated: Stated): TaxBreakdown[] {
  const reason = textIn(header, 'AGM');
  const groups = summary.filter((group) => group.trigger.tag === 'TAX').flatMap((group) => (taxIn(group.trigger) ? [group] : []));
  return groups.map((group) => {
    const tax = taxIn(group.trigger) as NonNullable<Category>;
    return {
      ...tax,
      base: amountIn([group], ['125'], currency, 'The taxable amount') ?? taxedSo(stated, currency, (other) => groups.length === 1 || sameTax(other, tax)),
      amount: amountIn([group], ['124', '161'], currency, 'The tax amount') ?? noMoney(currency),
      exemptionReason: ['E', 'AE', 'K', 'G', 'O'].includes(tax.category) ? reason : undefined,
    };
  });
}

/**
 * MOA qualifiers of the EN 16931 binding first, those of EANCOM D.96A after them. Sums that are not stated are those of the document's
 * own lines, allowances and taxes, so that a whole which does not foot is found by the verification (F1).
 */
export function totalsOf({ summary }: Sections, currency: string, taxCurrency: string | undefined, unh: Segment, stated: Stated & { taxes: TaxBreakdown[] }): InvoiceTotals {
  const totals = summary.filter((group: Group) => group.trigger.tag === 'UNS');
  const at = (qualifiers: string[], what: string) => requiredAmount(totals, qualifiers, currency, what, unh);
  const or0 = (qualifiers: string[], what: string) => amountIn(totals, qualifiers, currency, what) ?? noMoney(currency);
  const sumOf = (kind: AllowanceCharge['kind']) => sumMoney(currency, stated.allowances.filter((entry) => entry.kind === kind).map((entry) => entry.amount));
  const lineNet = amountIn(totals, ['79'], currency, 'The sum of the lines') ?? sumMoney(currency, stated.lines.map((line) => line.net));
  const allowances = amountIn(totals, ['260'], currency, 'The sum of the allowances') ?? sumOf('allowance');
  const charges = amountIn(totals, ['259'], currency, 'The sum of the charges') ?? sumOf('charge');
  return {
    lineNet,
    allowances,
    charges,
    net: amountIn(totals, ['389', '125'], currency, 'The total without tax') ?? addMoney(subtractMoney(lineNet, allowances), charges),
    tax: amountIn(totals, ['176', '124'], currency, 'The tax total') ?? sumMoney(currency, stated.taxes.map((tax) => tax.amount)),
    taxInAccountingCurrency: taxCurrency ? amountIn(totals, ['2', '176'], taxCurrency, 'The tax total in the accounting currency') : undefined,
    gross: at(['388', '77', '86'], 'The total with tax'),
    prepaid: or0(['113'], 'The prepaid amount'),
    rounding: or0(['366', '165'], 'The rounding amount'),
    payable: at(['9', '77', '86', '388'], 'The amount due for payment'),
  };
}

function taxedSo({ lines, allowances }: Stated, currency: string, isTaxed: (tax: Category) => boolean): Money {
  const ofKind = (kind: AllowanceCharge['kind']) => sumMoney(currency, allowances.filter((entry) => entry.kind === kind && isTaxed(entry.tax)).map((entry) => entry.amount));
  const net = sumMoney(currency, lines.filter((line) => isTaxed(line.tax)).map((line) => line.net));
  return addMoney(subtractMoney(net, ofKind('allowance')), ofKind('charge'));
}

function sameTax(a: Category, b: Category): boolean {
  return a !== undefined && a.category === b?.category && (a.rate ?? '0') === (b.rate ?? '0');
}
