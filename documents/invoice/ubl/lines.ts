import type { AllowanceCharge, InvoiceLine } from '../../../domain/model/invoice.ts';
import { all, first, type XmlNode } from '../../xml/node.ts';
import { settledPrice } from '../prices.ts';
import { cleanText, orNothing } from '../values.ts';
import {
  booleanAt,
  dateAt,
  decimalAt,
  identifierAt,
  identifierOf,
  joinedTextAt,
  moneyAt,
  requiredDecimal,
  requiredMoney,
  requiredText,
  textAt,
} from '../xml-fields.ts';

/** Invoice and credit note name the same things differently. */
export interface LineNames {
  line: 'InvoiceLine' | 'CreditNoteLine';
  subLine: 'SubInvoiceLine' | 'SubCreditNoteLine';
  quantity: 'InvoicedQuantity' | 'CreditedQuantity';
}

export function lineOf(line: XmlNode, currency: string, names: LineNames): InvoiceLine {
  const quantity = first(line, names.quantity);
  const unit = cleanText(quantity?.attributes['unitCode']);
  const subLines = all(line, names.subLine).map((part) => lineOf(part, currency, names));
  return {
    id: requiredText(line, 'ID', 'The line number'),
    note: joinedTextAt(line, 'Note'),
    quantity: requiredDecimal(line, names.quantity, 'The quantity'),
    unit,
    ...priceOf(line, unit),
    net: requiredMoney(line, 'LineExtensionAmount', currency, 'The net amount of the line'),
    allowances: all(line, 'AllowanceCharge').map((entry) => allowanceOf(entry, currency)),
    tax: taxOf(first(line, 'Item/ClassifiedTaxCategory')),
    item: itemOf(line),
    orderNumber: textAt(line, 'OrderLineReference/OrderReference/ID'),
    orderLine: textAt(line, 'OrderLineReference/LineID'),
    receiptNumber: textAt(line, 'ReceiptLineReference/DocumentReference/ID') ?? textAt(line, 'DespatchLineReference/DocumentReference/ID'),
    invoicedObject: invoicedObjectOf(line, 'DocumentReference'),
    buyerAccounting: textAt(line, 'AccountingCost'),
    period: orNothing({
      start: dateAt(line, 'InvoicePeriod/StartDate', 'The start of the line period'),
      end: dateAt(line, 'InvoicePeriod/EndDate', 'The end of the line period'),
    }),
    subLines: subLines.length > 0 ? subLines : undefined,
  };
}

export function allowanceOf(entry: XmlNode, currency: string): AllowanceCharge {
  return {
    kind: booleanAt(entry, 'ChargeIndicator', 'The charge indicator') ? 'charge' : 'allowance',
    amount: requiredMoney(entry, 'Amount', currency, 'The amount of the allowance or charge'),
    base: moneyAt(entry, 'BaseAmount', currency, 'The base of the allowance or charge'),
    percent: decimalAt(entry, 'MultiplierFactorNumeric', 'The percent of the allowance or charge'),
    reason: joinedTextAt(entry, 'AllowanceChargeReason'),
    reasonCode: textAt(entry, 'AllowanceChargeReasonCode'),
    tax: taxOf(first(entry, 'TaxCategory')),
  };
}

/** The document reference with type code 130 names what was metered, rented or insured (BT-18, BT-128). */
export function invoicedObjectOf(node: XmlNode, path: string) {
  const reference = all(node, path).find((candidate) => textAt(candidate, 'DocumentTypeCode') === '130');
  return identifierAt(reference, 'ID');
}

function taxOf(category: XmlNode | undefined) {
  const code = textAt(category, 'ID');
  return code === undefined ? undefined : { category: code, rate: decimalAt(category, 'Percent', 'The tax rate') };
}

function priceOf(line: XmlNode, unit: string | undefined) {
  const price = first(line, 'Price');
  const discount = all(price, 'AllowanceCharge').find((entry) => textAt(entry, 'ChargeIndicator') !== 'true');
  const baseUnit = cleanText(first(price, 'BaseQuantity')?.attributes['unitCode']);
  return settledPrice({
    unitPrice: requiredDecimal(line, 'Price/PriceAmount', 'The unit price'),
    grossPrice: decimalAt(discount, 'BaseAmount', 'The gross price'),
    priceDiscount: decimalAt(discount, 'Amount', 'The price discount'),
    baseQuantity: decimalAt(price, 'BaseQuantity', 'The base quantity of the price') ?? '1',
    baseUnit: baseUnit === unit ? undefined : baseUnit,
  });
}

function itemOf(line: XmlNode): InvoiceLine['item'] {
  const item = first(line, 'Item');
  return {
    name: textAt(item, 'Name'),
    description: joinedTextAt(item, 'Description'),
    sellerId: textAt(item, 'SellersItemIdentification/ID'),
    buyerId: textAt(item, 'BuyersItemIdentification/ID'),
    standardId: identifierAt(item, 'StandardItemIdentification/ID'),
    originCountry: textAt(item, 'OriginCountry/IdentificationCode'),
    classifications: all(item, 'CommodityClassification/ItemClassificationCode').flatMap((code) => {
      const id = cleanText(code.text);
      return id === undefined ? [] : [{ ...identifierOf(code, id, 'listID'), version: cleanText(code.attributes['listVersionID']) }];
    }),
    attributes: all(item, 'AdditionalItemProperty').flatMap((property) => {
      const name = textAt(property, 'Name');
      return name === undefined ? [] : [{ name, value: textAt(property, 'Value') ?? '' }];
    }),
  };
}
