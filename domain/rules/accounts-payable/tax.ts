import type { InvoiceFacts } from '../../model/invoice-facts.ts';
import type { Invoice, TaxBreakdown } from '../../model/invoice.ts';
import type { PlainDate } from '../../model/dates.ts';
import type { Decimal, Money } from '../../model/money.ts';
import type { Supplier } from '../../model/supplier.ts';
import type { TaxPolicy } from '../../policy/tax.ts';
import { compareExact, exact, times } from '../decimal.ts';
import { absoluteMoney, compareMoney, describeMoney, exactAmount, minorOf, money, scaleMoney, subtractMoney, sumMoney } from '../money.ts';
import type { Observation } from './findings.ts';
import { smallest } from './match-order-line.ts';
import { taxesOnBases, taxScope, type TaxOnBase } from './tax-base.ts';
import { plainTaxId } from './tax-id.ts';

/**
 * The stated tax against the document's own base, against rate, country, category and date (T1, T3, T4, F6). No document leaves the rates of
 * its supplier's country by naming another one.
 */
export function judgeTax({ invoice, policies }: InvoiceFacts, supplier: Supplier | undefined): Observation[] {
  const policy = policies.tax.content;
  const country = taxCountry(invoice, supplier);
  const tolerance = taxTolerance(invoice, policy);
  const isJudged = policy.uncheckedCountries === 'exception' || policy.rates.some((rate) => rate.country === country || rate.country === countryOnFile(supplier));
  const { taxes, observations: aboutBases } = taxesOnBases(invoice, !isJudged);
  const observations = [
    ...aboutBases,
    ...taxes.flatMap((tax) => judgeAmount(tax, tolerance, policy, isJudged || policy.uncheckedUpToPercent === undefined)),
    ...invoice.taxes.flatMap((tax) => judgeCategory(invoice, tax, policy, country, isJudged)),
    ...(isJudged ? [] : judgeShare(invoice, policy)),
  ];
  const foreign = invoice.taxCurrency !== undefined && invoice.taxCurrency !== invoice.currency;
  if (foreign && !invoice.totals.taxInAccountingCurrency) observations.push({ code: 'tax-currency-total-missing', rule: 'F6', scope: 'document', expected: `the tax total in ${invoice.taxCurrency}` });
  return observations;
}

/** T6: what is kept back at payment; it lowers the payable, never the gross. `rate` in percent of `base`. */
export function withhold(payable: Money, base: Money, rate: Decimal): { withheld: Money; paid: Money } {
  const withheld = percentOf(base, rate);
  return { withheld, paid: subtractMoney(payable, withheld) };
}

/** T1, T4: too much and too little are different problems. A tax without a rate is bounded by its share alone where no rates are listed. */
function judgeAmount(tax: TaxOnBase, tolerance: Money, policy: TaxPolicy, needsRate: boolean): Observation[] {
  if (tax.rate === undefined) {
    const isExempt = policy.withoutTax.some(({ category }) => category === tax.category);
    return isExempt || !needsRate || minorOf(tax.amount) === 0n ? [] : [{ code: 'tax-rate-missing', rule: 'T1', scope: taxScope(tax), expected: 'a rate', actual: describeMoney(tax.amount) }];
  }
  const expected = percentOf(tax.base, tax.rate);
  const difference = subtractMoney(tax.amount, expected);
  if (compareMoney(absoluteMoney(difference), tolerance) <= 0) return [];
  // A credit with negative amounts charges too much when it is further from zero.
  const over = minorOf(tax.base) < 0n ? minorOf(difference) < 0n : minorOf(difference) > 0n;
  return [{ code: over ? 'tax-over' : 'tax-under', rule: 'T1', scope: taxScope(tax), expected: describeMoney(expected), actual: describeMoney(tax.amount), variance: describeMoney(difference), limit: describeMoney(tolerance) }];
}

/** T3: is there such a rate in that country on that day, and no tax where there is none? */
function judgeCategory(invoice: Invoice, tax: TaxBreakdown, policy: TaxPolicy, country: string | undefined, isJudged: boolean): Observation[] {
  const exempt = policy.withoutTax.find((entry) => entry.category === tax.category);
  if (exempt) {
    const charged = minorOf(tax.amount) !== 0n || (tax.rate !== undefined && compareExact(exact(tax.rate), exact('0')) !== 0);
    if (charged) return [{ code: 'tax-on-exempt', rule: 'T3', scope: taxScope(tax), expected: 'no tax', actual: describeMoney(tax.amount) }];
    const reason = tax.exemptionReason ?? tax.exemptionCode;
    return exempt.reasonRequired && (reason === undefined || reason.trim() === '') ? [{ code: 'tax-reason-missing', rule: 'T3', scope: taxScope(tax), expected: 'a reason' }] : [];
  }
  const date = taxDate(invoice);
  if (!isJudged) return [];
  const known = policy.rates.filter((rate) => rate.country === country);
  const stated = exact(tax.rate ?? '0');
  const allowed = known.filter((rate) => rate.category === tax.category && rate.from <= date && (rate.to === undefined || date <= rate.to));
  if (allowed.some((rate) => compareExact(exact(rate.rate), stated) === 0)) return [];
  return [{ code: 'tax-rate-not-allowed', rule: 'T3', scope: taxScope(tax), expected: allowed.map((rate) => `${rate.rate} %`).sort().join(', ') || `no rate of category ${tax.category} in ${country ?? 'an unknown country'} on ${date}`, actual: `${tax.rate ?? '0'} %` }];
}

/** T4: where no list of rates judges them, all taxes together are bounded by a share of the net amount. */
function judgeShare({ taxes, totals, currency }: Invoice, { uncheckedUpToPercent }: TaxPolicy): Observation[] {
  if (uncheckedUpToPercent === undefined) return [];
  const most = percentOf(absoluteMoney(totals.net), uncheckedUpToPercent);
  const charged = sumMoney(currency, taxes.map(({ amount }) => amount));
  if (compareMoney(absoluteMoney(charged), most) <= 0) return [];
  return [{ code: 'tax-over', rule: 'T4', scope: 'document', expected: describeMoney(most), actual: describeMoney(charged), limit: `${uncheckedUpToPercent} %` }];
}

/** The country whose tax it is: by the seller's tax id or representative, else where the seller sits. */
function taxCountry(invoice: Invoice, supplier: Supplier | undefined): string | undefined {
  return countryOfId(invoice.taxRepresentative?.vatId ?? invoice.seller.vatId) ?? invoice.seller.address?.country ?? supplier?.country;
}

function countryOnFile(supplier: Supplier | undefined): string | undefined {
  return countryOfId(supplier?.vatId) ?? supplier?.country;
}

function countryOfId(id: string | undefined): string | undefined {
  const prefix = id === undefined ? '' : plainTaxId(id).slice(0, 2);
  if (!/^[A-Z]{2}$/.test(prefix)) return undefined;
  return prefix === 'EL' ? 'GR' : prefix;
}

function taxDate(invoice: Invoice): PlainDate {
  return invoice.taxPointDate ?? invoice.delivery?.date ?? invoice.period?.end ?? invoice.issueDate;
}

/** 0.02 for each line, capped, in major units of the document's currency. */
function taxTolerance(invoice: Invoice, { tolerance }: TaxPolicy): Money {
  const allowed = smallest(times(exact(tolerance.perLine), exact(invoice.lines.length.toString())), exact(tolerance.cap));
  const one = money(invoice.currency, 1n);
  const minor = exactAmount(one);
  // Down to whole minor units, so that rounding never widens the tolerance.
  const units = (allowed.unscaled * 10n ** BigInt(minor.scale)) / 10n ** BigInt(allowed.scale);
  return money(invoice.currency, units);
}

function percentOf(base: Money, rate: Decimal): Money {
  const percent = exact(rate);
  return scaleMoney(base, { unscaled: percent.unscaled, scale: percent.scale + 2 });
}
