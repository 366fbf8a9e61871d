import type { AllowanceCharge, Invoice, InvoiceLine, TaxBreakdown } from '../../model/invoice.ts';
import type { Money } from '../../model/money.ts';
import { dividedBy, exact, times } from '../decimal.ts';
import { absoluteMoney, addMoney, compareMoney, currencyDigits, exactAmount, minorOf, money, noMoney, roundToMoney, subtractMoney, sumMoney } from '../money.ts';

/** A sum of the document that does not foot. Amounts are as stated; nothing is ever rewritten (F1). */
export interface TotalsFinding {
  /** BR-CO-10 … BR-CO-17 of EN 16931, `BR-LINE` for a line, `BR-DEX` for the sum of sub-lines. */
  rule: 'BR-CO-10' | 'BR-CO-11' | 'BR-CO-12' | 'BR-CO-13' | 'BR-CO-14' | 'BR-CO-15' | 'BR-CO-16' | 'BR-CO-17' | 'BR-LINE' | 'BR-SUBLINE';
  /** Id of the line, or category and rate of the tax. */
  at?: string;
  stated: Money;
  expected: Money;
  /** stated − expected. */
  difference: Money;
  /** What the rule allows in both directions. */
  limit: Money;
}

/**
 * Verifies the sender's totals (F1): BR-CO-10 to BR-CO-16 exactly, each line within 0.02 and each VAT amount within 1 unit of the
 * currency. The result lists every sum that does not foot, in the order of the document; an empty list means that all do.
 */
export function verifyTotals(invoice: Invoice): TotalsFinding[] {
  const { totals, currency } = invoice;
  const counted = invoice.lines.filter((line) => line.status !== 'information');
  const third = sumMoney(currency, (invoice.thirdPartyPayments ?? []).map((payment) => payment.amount));
  const ofKind = (kind: AllowanceCharge['kind']) => sumMoney(currency, invoice.allowances.filter((entry) => entry.kind === kind).map((entry) => entry.amount));
  const payable = addMoney(addMoney(subtractMoney(totals.gross, totals.prepaid), totals.rounding), third);
  return [
    ...invoice.lines.flatMap(verifyLine),
    ...exactly('BR-CO-10', totals.lineNet, sumMoney(currency, counted.map((line) => line.net))),
    ...exactly('BR-CO-11', totals.allowances, ofKind('allowance')),
    ...exactly('BR-CO-12', totals.charges, ofKind('charge')),
    ...exactly('BR-CO-13', totals.net, addMoney(subtractMoney(totals.lineNet, totals.allowances), totals.charges)),
    ...invoice.taxes.flatMap(verifyTax),
    ...exactly('BR-CO-14', totals.tax, sumMoney(currency, invoice.taxes.map((tax) => tax.amount))),
    ...exactly('BR-CO-15', totals.gross, addMoney(totals.net, totals.tax)),
    ...exactly('BR-CO-16', totals.payable, payable),
  ];
}

/** quantity × unit price / base quantity − allowances + charges; a line with sub-lines is their sum as well. */
function verifyLine(line: InvoiceLine): TotalsFinding[] {
  const { currency } = line.net;
  const parts = line.subLines ?? [];
  const counted = parts.filter((part) => part.status !== 'information');
  const sums = counted.length > 0 ? exactly('BR-SUBLINE', line.net, sumMoney(currency, counted.map((part) => part.net)), line.id) : [];
  const own = line.status === undefined ? within('BR-LINE', line.net, expectedNet(line), toUnits(currency, '0.02'), line.id) : [];
  return [...own, ...sums, ...parts.flatMap(verifyLine)];
}

function expectedNet(line: InvoiceLine): Money {
  const { currency } = line.net;
  const base = exact(line.baseQuantity);
  const product = times(exact(line.quantity), exact(line.unitPrice));
  // Twenty digits more than money needs, so that only the final rounding counts (F3).
  const value = base.unscaled === 0n ? product : dividedBy(product, base, currencyDigits(currency) + 20);
  return line.allowances.reduce(
    (net, entry) => (entry.kind === 'charge' ? addMoney(net, entry.amount) : subtractMoney(net, entry.amount)),
    roundToMoney(currency, value),
  );
}

function verifyTax(tax: TaxBreakdown): TotalsFinding[] {
  if (tax.rate === undefined) return [];
  const { currency } = tax.base;
  const percent = exact(tax.rate);
  const expected = roundToMoney(currency, times(exactAmount(tax.base), { unscaled: percent.unscaled, scale: percent.scale + 2 }));
  return within('BR-CO-17', tax.amount, expected, toUnits(currency, '1'), `${tax.category} ${tax.rate}`);
}

function exactly(rule: TotalsFinding['rule'], stated: Money, expected: Money, at?: string): TotalsFinding[] {
  return within(rule, stated, expected, noMoney(stated.currency), at);
}

function within(rule: TotalsFinding['rule'], stated: Money, expected: Money, limit: Money, at?: string): TotalsFinding[] {
  const difference = subtractMoney(stated, expected);
  if (compareMoney(absoluteMoney(difference), limit) <= 0) return [];
  return [{ rule, ...(at === undefined ? {} : { at }), stated, expected, difference, limit }];
}

/** A limit in units of the currency; where the currency is coarser than the limit, one smallest unit. */
function toUnits(currency: string, units: string): Money {
  const rounded = roundToMoney(currency, exact(units));
  return minorOf(rounded) === 0n ? money(currency, 1n) : rounded;
}
