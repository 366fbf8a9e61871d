import type { AllowanceCharge, Invoice, InvoiceTotals, PaymentMeans, TaxBreakdown } from '../../../domain/model/invoice.ts';
import { noMoney } from '../../../domain/rules/money.ts';
import { all, first, placeOf, placeUnder, type XmlNode } from '../../xml/node.ts';
import { accountOf, cardOf, directDebitCodes } from '../accounts.ts';
import { discountTiersIn } from '../payment-terms.ts';
import { cleanText, missing, orNothing } from '../values.ts';
import { decimalAt, joinedTextAt, moneyAt, moneyOf, requiredMoney, requiredText, textAt } from '../xml-fields.ts';
import { dateTimeAt } from './dates.ts';
import { allowanceOf, taxOf } from './lines.ts';

const summation = 'SpecifiedTradeSettlementHeaderMonetarySummation';

export function totalsOf(settlement: XmlNode, currency: string, taxCurrency: string | undefined): InvoiceTotals {
  const at = (name: string, what: string) => {
    const element = inCurrency(settlement, name, currency);
    if (!element) throw missing(what, placeUnder(settlement, `${summation}/${name}`));
    return moneyOf(element, currency, what);
  };
  const or0 = (name: string, what: string) => {
    const element = inCurrency(settlement, name, currency);
    return element && cleanText(element.text) !== undefined ? moneyOf(element, currency, what) : noMoney(currency);
  };
  const accounting = taxCurrency && all(settlement, `${summation}/TaxTotalAmount`).find((element) => element.attributes['currencyID'] === taxCurrency);
  return {
    lineNet: at('LineTotalAmount', 'The sum of the lines'),
    allowances: or0('AllowanceTotalAmount', 'The sum of the allowances'),
    charges: or0('ChargeTotalAmount', 'The sum of the charges'),
    net: at('TaxBasisTotalAmount', 'The total without tax'),
    tax: or0('TaxTotalAmount', 'The tax total'),
    taxInAccountingCurrency: accounting && taxCurrency ? moneyOf(accounting, taxCurrency, 'The tax total in the accounting currency') : undefined,
    gross: at('GrandTotalAmount', 'The total with tax'),
    prepaid: or0('TotalPrepaidAmount', 'The prepaid amount'),
    rounding: or0('RoundingAmount', 'The rounding amount'),
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

export function paymentOf(settlement: XmlNode, currency: string): Invoice['payment'] {
  const terms = joinedTextAt(settlement, 'SpecifiedTradePaymentTerms/Description');
  const place = placeOf(first(settlement, 'SpecifiedTradePaymentTerms') ?? settlement);
  return {
    means: all(settlement, 'SpecifiedTradeSettlementPaymentMeans').map((means) => meansOf(means, settlement)),
    remittance: textAt(settlement, 'PaymentReference'),
    terms,
    discounts: [...discountTiersIn(terms, currency, place), ...statedTiers(settlement, currency)],
  };
}

function meansOf(means: XmlNode, settlement: XmlNode): PaymentMeans {
  const code = requiredText(means, 'TypeCode', 'The payment means code');
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

/** Discounts stated in elements of their own (extended profile). */
function statedTiers(settlement: XmlNode, currency: string): Invoice['payment']['discounts'] {
  return all(settlement, 'SpecifiedTradePaymentTerms/ApplicableTradePaymentDiscountTerms').flatMap((discount) => {
    const percent = decimalAt(discount, 'CalculationPercent', 'The discount percent');
    if (percent === undefined) return [];
    const measure = first(discount, 'BasisPeriodMeasure');
    const inDays = measure?.attributes['unitCode'] === 'DAY' && /^\d{1,4}$/.test(measure.text.trim());
    return [
      {
        percent,
        days: inDays ? Number(measure.text) : undefined,
        until: inDays ? undefined : dateTimeAt(discount, 'BasisDateTime', 'The discount date'),
        base: moneyAt(discount, 'BasisAmount', currency, 'The discount base'),
      },
    ];
  });
}
