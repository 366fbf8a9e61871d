import { addDays, addMonths } from '../../../domain/calendar/plain-date.ts';
import type { AllowanceCharge, Invoice, InvoiceTotals, PaymentMeans, TaxBreakdown } from '../../../domain/model/invoice.ts';
import { noMoney, sumMoney } from '../../../domain/rules/money.ts';
import { all, first, placeOf, placeUnder, type XmlNode } from '../../xml/node.ts';
import { accountOf, cardOf, directDebitCodes, undefinedMeans } from '../accounts.ts';
import { discountTiersIn } from '../payment-terms.ts';
import { cleanText, missing, orNothing } from '../values.ts';
import { decimalAt, joinedTextAt, moneyAt, moneyOf, requiredMoney, requiredText, textAt } from '../xml-fields.ts';
import { dateTimeAt } from './dates.ts';
import { allowanceOf, taxOf } from './lines.ts';

const summation = 'SpecifiedTradeSettlementHeaderMonetarySummation';

/** Sums of allowances, charges and taxes that are not stated are those of the document's own entries; the verification judges the whole (F1). */
export function totalsOf(settlement: XmlNode, currency: string, taxCurrency: string | undefined, stated: { allowances: AllowanceCharge[]; taxes: TaxBreakdown[] }): InvoiceTotals {
  const at = (name: string, what: string) => {
    const element = inCurrency(settlement, name, currency);
    if (!element) throw missing(what, placeUnder(settlement, `${summation}/${name}`));
    return moneyOf(element, currency, what);
  };
  const optional = (name: string, what: string) => {
    const element = inCurrency(settlement, name, currency);
    return element && cleanText(element.text) !== undefined ? moneyOf(element, currency, what) : undefined;
  };
  const sumOf = (kind: AllowanceCharge['kind']) => sumMoney(currency, stated.allowances.filter((entry) => entry.kind === kind).map((entry) => entry.amount));
  const accounting = taxCurrency && all(settlement, `${summation}/TaxTotalAmount`).find((element) => element.attributes['currencyID'] === taxCurrency);
  return {
    lineNet: at('LineTotalAmount', 'The sum of the lines'),
    allowances: optional('AllowanceTotalAmount', 'The sum of the allowances') ?? sumOf('allowance'),
    charges: optional('ChargeTotalAmount', 'The sum of the charges') ?? sumOf('charge'),
    net: at('TaxBasisTotalAmount', 'The total without tax'),
    tax: optional('TaxTotalAmount', 'The tax total') ?? sumMoney(currency, stated.taxes.map((tax) => tax.amount)),
    taxInAccountingCurrency: accounting && taxCurrency ? moneyOf(accounting, taxCurrency, 'The tax total in the accounting currency') : undefined,
    gross: at('GrandTotalAmount', 'The total with tax'),
    prepaid: optional('TotalPrepaidAmount', 'The prepaid amount') ?? noMoney(currency),
    rounding: optional('RoundingAmount', 'The rounding amount') ?? noMoney(currency),
    payable: at('DuePayableAmount', 'The amount due for payment'),
  };
}

/** A total may repeat in the accounting currency; the one in the invoice currency, or without any, counts. */
function inCurrency(settlement: XmlNode, name: string, currency: string): XmlNode | undefined {
  const elements = all(settlement, `${summation}/${name}`);
  const unstated = elements.find((element) => !element.attributes['currencyID']);
  return elements.find((element) => element.attributes['currencyID']?.trim() === currency) ?? unstated ?? (name === 'TaxTotalAmount' ? undefined : elements[0]);
}

export function taxesOf(settlement: XmlNode, currency: string): TaxBreakdown[] {
  return all(settlement, 'ApplicableTradeTax').map((tax) => ({
    category: requiredText(tax, 'CategoryCode', 'The tax category'),
    rate: decimalAt(tax, 'RateApplicablePercent', 'The tax rate'),
    base: requiredMoney(tax, 'BasisAmount', currency, 'The taxable amount'),
    amount: requiredMoney(tax, 'CalculatedAmount', currency, 'The tax amount'),
    exemptionReason: joinedTextAt(tax, 'ExemptionReason'),
    exemptionCode: textAt(tax, 'ExemptionReasonCode'),
  }));
}

/** UNTDID 2475 of the CII form → UNTDID 2005 of the semantic model (BT-8). */
const taxPointCodes: Record<string, string> = { '5': '3', '29': '35', '72': '432' };

export function taxPointOf(settlement: XmlNode): Pick<Invoice, 'taxPointDate' | 'taxPointCode'> {
  const code = textAt(settlement, 'ApplicableTradeTax/DueDateTypeCode');
  return {
    taxPointDate: dateTimeAt(settlement, 'ApplicableTradeTax/TaxPointDate', 'The tax point date'),
    taxPointCode: code === undefined ? undefined : (taxPointCodes[code] ?? code),
  };
}

/** Allowances, charges and the freight charges that the extended profile keeps apart. */
export function allowancesOf(settlement: XmlNode, currency: string): AllowanceCharge[] {
  const freight = all(settlement, 'SpecifiedLogisticsServiceCharge').map(
    (entry): AllowanceCharge => ({
      kind: 'charge',
      amount: requiredMoney(entry, 'AppliedAmount', currency, 'The freight charge'),
      reason: joinedTextAt(entry, 'Description'),
      tax: taxOf(first(entry, 'AppliedTradeTax')),
    }),
  );
  return [...all(settlement, 'SpecifiedTradeAllowanceCharge').map((entry) => allowanceOf(entry, currency)), ...freight];
}

export function paymentOf(settlement: XmlNode, currency: string, issueDate: string): Invoice['payment'] {
  const terms = joinedTextAt(settlement, 'SpecifiedTradePaymentTerms/Description');
  const place = placeOf(first(settlement, 'SpecifiedTradePaymentTerms') ?? settlement);
  return {
    means: all(settlement, 'SpecifiedTradeSettlementPaymentMeans').map((means) => meansOf(means, settlement)),
    remittance: textAt(settlement, 'PaymentReference'),
    terms,
    discounts: [...discountTiersIn(terms, currency, place), ...statedTiers(settlement, currency, issueDate)],
  };
}

function meansOf(means: XmlNode, settlement: XmlNode): PaymentMeans {
  const code = textAt(means, 'TypeCode') ?? undefinedMeans;
  const account = first(means, 'PayeePartyCreditorFinancialAccount');
  const number = textAt(account, 'IBANID') ?? textAt(account, 'ProprietaryID');
  const debitedAccount = textAt(means, 'PayerPartyDebtorFinancialAccount/IBANID') ?? textAt(means, 'PayerPartyDebtorFinancialAccount/ProprietaryID');
  const isDebit = directDebitCodes.has(code) || debitedAccount !== undefined;
  return {
    code,
    text: joinedTextAt(means, 'Information'),
    account: accountOf(number, textAt(account, 'AccountName'), textAt(means, 'PayeeSpecifiedCreditorFinancialInstitution/BICID')),
    card: cardOf(textAt(means, 'ApplicableTradeSettlementFinancialCard/ID'), textAt(means, 'ApplicableTradeSettlementFinancialCard/CardholderName')),
    mandate: isDebit
      ? orNothing({
          id: textAt(settlement, 'SpecifiedTradePaymentTerms/DirectDebitMandateID'),
          creditorId: textAt(settlement, 'CreditorReferenceID'),
          debitedAccount,
        })
      : undefined,
  };
}

/** Discounts stated in elements of their own (extended profile): a period from a date of theirs, or from the invoice date. */
function statedTiers(settlement: XmlNode, currency: string, issueDate: string): Invoice['payment']['discounts'] {
  const netDate = dueDateOf(settlement);
  return all(settlement, 'SpecifiedTradePaymentTerms').flatMap((terms) =>
    all(terms, discountTerms).flatMap((discount) => {
      const percent = decimalAt(discount, 'CalculationPercent', 'The discount percent');
      if (percent === undefined) return [];
      const limit = limitOf(discount, issueDate);
      const ownDate = dueDateIn(terms);
      const until = limit.days === undefined && ownDate !== netDate ? (limit.until ?? ownDate) : limit.until;
      return [{ percent, ...limit, until, base: moneyAt(discount, 'BasisAmount', currency, 'The discount base') }];
    }),
  );
}

const discountTerms = 'ApplicableTradePaymentDiscountTerms';

/** When the whole amount is due. Of several terms those without a discount say so; the date of the others is the end of their discount. */
export function dueDateOf(settlement: XmlNode): string | undefined {
  const terms = all(settlement, 'SpecifiedTradePaymentTerms');
  const dates = (among: XmlNode[]) => among.flatMap((entry) => dueDateIn(entry) ?? []);
  return dates(terms.filter((entry) => !first(entry, discountTerms)))[0] ?? dates(terms)[0];
}

function dueDateIn(terms: XmlNode): string | undefined {
  return dateTimeAt(terms, 'DueDateDateTime', 'The due date');
}

function limitOf(discount: XmlNode, issueDate: string): { days?: number; until?: string } {
  const from = dateTimeAt(discount, 'BasisDateTime', 'The discount date');
  const measure = first(discount, 'BasisPeriodMeasure');
  const count = /^\d{1,4}$/.test(measure?.text.trim() ?? '') ? Number(measure?.text) : undefined;
  const unit = measure?.attributes['unitCode'];
  if (count === undefined || !['DAY', 'WEE', 'MON'].includes(unit ?? '')) return { until: from };
  if (unit === 'MON') return { until: addMonths(from ?? issueDate, count) };
  const days = unit === 'WEE' ? count * 7 : count;
  return from === undefined || from === issueDate ? { days } : { until: addDays(from, days) };
}
