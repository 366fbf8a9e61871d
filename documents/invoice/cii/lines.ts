import { KontorError } from '../../../domain/errors.ts';
import type { AllowanceCharge, InvoiceLine } from '../../../domain/model/invoice.ts';
import { exact, minus, plus, toText, zero } from '../../../domain/rules/decimal.ts';
import { noMoney } from '../../../domain/rules/money.ts';
import { all, first, placeOf, type XmlNode } from '../../xml/node.ts';
import { settledPrice } from '../prices.ts';
import { cleanText, orNothing } from '../values.ts';
import {
  booleanAt,
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
import { dateTimeAt } from './dates.ts';

/** All lines of the transaction; a line that names a parent becomes its sub-line. */
export function linesOf(transaction: XmlNode, currency: string): InvoiceLine[] {
  const top: InvoiceLine[] = [];
  const byId = new Map<string, InvoiceLine>();
  for (const element of all(transaction, 'IncludedSupplyChainTradeLineItem')) {
    const line = lineOf(element, currency);
    const parentId = textAt(element, 'AssociatedDocumentLineDocument/ParentLineID');
    const parent = parentId === undefined ? undefined : byId.get(parentId);
    if (parentId !== undefined && !parent) {
      const place = placeOf(element);
      throw new KontorError('invoice-field-malformed', `Line ${line.id} names a parent line that does not come before it: ${parentId.slice(0, 40)} (line ${element.line}).`, { place });
    }
    byId.set(line.id, line);
    if (parent) (parent.subLines ??= []).push(line);
    else top.push(line);
  }
  return top;
}

export function allowanceOf(entry: XmlNode, currency: string): AllowanceCharge {
  return {
    kind: booleanAt(entry, 'ChargeIndicator/Indicator', 'The charge indicator') ? 'charge' : 'allowance',
    amount: requiredMoney(entry, 'ActualAmount', currency, 'The amount of the allowance or charge'),
    base: moneyAt(entry, 'BasisAmount', currency, 'The base of the allowance or charge'),
    percent: decimalAt(entry, 'CalculationPercent', 'The percent of the allowance or charge'),
    reason: joinedTextAt(entry, 'Reason'),
    reasonCode: textAt(entry, 'ReasonCode'),
    tax: taxOf(first(entry, 'CategoryTradeTax')),
  };
}

export function taxOf(tax: XmlNode | undefined): InvoiceLine['tax'] {
  const category = textAt(tax, 'CategoryCode');
  return category === undefined ? undefined : { category, rate: decimalAt(tax, 'RateApplicablePercent', 'The tax rate') };
}

/** A reference of type 130 names what was metered, rented or insured (BT-18, BT-128). */
export function invoicedObjectOf(node: XmlNode | undefined, path: string) {
  const reference = all(node, path).find((candidate) => textAt(candidate, 'TypeCode') === '130');
  const id = textAt(reference, 'IssuerAssignedID');
  return id === undefined ? undefined : { scheme: textAt(reference, 'ReferenceTypeCode'), id };
}

function lineOf(line: XmlNode, currency: string): InvoiceLine {
  const agreement = first(line, 'SpecifiedLineTradeAgreement');
  const delivery = first(line, 'SpecifiedLineTradeDelivery');
  const settlement = first(line, 'SpecifiedLineTradeSettlement');
  const unit = cleanText(first(delivery, 'BilledQuantity')?.attributes['unitCode']);
  return {
    id: requiredText(line, 'AssociatedDocumentLineDocument/LineID', 'The line number'),
    note: joinedTextAt(line, 'AssociatedDocumentLineDocument/IncludedNote/Content'),
    unit,
    ...figuresOf(line, currency, unit),
    allowances: all(settlement, 'SpecifiedTradeAllowanceCharge').map((entry) => allowanceOf(entry, currency)),
    tax: taxOf(first(settlement, 'ApplicableTradeTax')),
    item: itemOf(first(line, 'SpecifiedTradeProduct')),
    orderNumber: textAt(agreement, 'BuyerOrderReferencedDocument/IssuerAssignedID'),
    orderLine: textAt(agreement, 'BuyerOrderReferencedDocument/LineID'),
    receiptNumber:
      textAt(delivery, 'ReceivingAdviceReferencedDocument/IssuerAssignedID') ?? textAt(delivery, 'DespatchAdviceReferencedDocument/IssuerAssignedID'),
    invoicedObject: invoicedObjectOf(settlement, 'AdditionalReferencedDocument'),
    buyerAccounting: textAt(settlement, 'ReceivableSpecifiedTradeAccountingAccount/ID'),
    period: orNothing({
      start: dateTimeAt(settlement, 'BillingSpecifiedPeriod/StartDateTime', 'The start of the line period'),
      end: dateTimeAt(settlement, 'BillingSpecifiedPeriod/EndDateTime', 'The end of the line period'),
    }),
  };
}

/** Quantity, price and amount. Group and information lines may carry none of them and then count as zero. */
function figuresOf(line: XmlNode, currency: string, unit: string | undefined) {
  const status = statusOf(line);
  const price = priceOf(line, unit, status !== undefined);
  const amount = 'SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount';
  const quantity = 'SpecifiedLineTradeDelivery/BilledQuantity';
  if (status === undefined)
    return { quantity: requiredDecimal(line, quantity, 'The quantity'), ...price, net: requiredMoney(line, amount, currency, 'The net amount of the line') };
  return {
    status,
    quantity: decimalAt(line, quantity, 'The quantity') ?? '0',
    ...price,
    net: moneyAt(line, amount, currency, 'The net amount of the line') ?? noMoney(currency),
  };
}

function statusOf(line: XmlNode): InvoiceLine['status'] {
  const reason = textAt(line, 'AssociatedDocumentLineDocument/LineStatusReasonCode');
  return reason === 'GROUP' ? 'group' : reason === 'INFORMATION' ? 'information' : undefined;
}

function priceOf(line: XmlNode, unit: string | undefined, optional: boolean) {
  const net = first(line, 'SpecifiedLineTradeAgreement/NetPriceProductTradePrice');
  const gross = first(line, 'SpecifiedLineTradeAgreement/GrossPriceProductTradePrice');
  const basis = first(net, 'BasisQuantity') ?? first(gross, 'BasisQuantity');
  const baseUnit = cleanText(basis?.attributes['unitCode']);
  const path = 'SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount';
  return settledPrice({
    unitPrice: optional ? (decimalAt(line, path, 'The unit price') ?? '0') : requiredDecimal(line, path, 'The unit price'),
    grossPrice: decimalAt(gross, 'ChargeAmount', 'The gross price'),
    priceDiscount: priceDiscountOf(gross),
    baseQuantity: decimalAt(net, 'BasisQuantity', 'The base quantity') ?? decimalAt(gross, 'BasisQuantity', 'The base quantity') ?? '1',
    baseUnit: baseUnit === unit ? undefined : baseUnit,
  });
}

/** Several reductions and surcharges between gross and net price are one discount in the canonical form. */
function priceDiscountOf(gross: XmlNode | undefined): string | undefined {
  const entries = all(gross, 'AppliedTradeAllowanceCharge');
  if (entries.length === 0) return undefined;
  const sum = entries.reduce((total, entry) => {
    const amount = exact(decimalAt(entry, 'ActualAmount', 'The price discount') ?? '0');
    return textAt(entry, 'ChargeIndicator/Indicator') === 'true' ? minus(total, amount) : plus(total, amount);
  }, zero);
  return toText(sum);
}

function itemOf(product: XmlNode | undefined): InvoiceLine['item'] {
  return {
    name: textAt(product, 'Name'),
    description: joinedTextAt(product, 'Description'),
    sellerId: textAt(product, 'SellerAssignedID'),
    buyerId: textAt(product, 'BuyerAssignedID'),
    standardId: identifierAt(product, 'GlobalID'),
    originCountry: textAt(product, 'OriginTradeCountry/ID'),
    classifications: all(product, 'DesignatedProductClassification/ClassCode').flatMap((code) => {
      const id = cleanText(code.text);
      return id === undefined ? [] : [{ ...identifierOf(code, id, 'listID'), version: cleanText(code.attributes['listVersionID']) }];
    }),
    attributes: all(product, 'ApplicableProductCharacteristic').flatMap((property) => {
      const name = textAt(property, 'Description');
      return name === undefined ? [] : [{ name, value: textAt(property, 'Value') ?? textAt(property, 'ValueMeasure') ?? '' }];
    }),
  };
}
