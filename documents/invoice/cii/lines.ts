import type { AllowanceCharge, InvoiceLine } from '../../../domain/model/invoice.ts';
import { exact, minus, plus, toText, zero } from '../../../domain/rules/decimal.ts';
import { noMoney } from '../../../domain/rules/money.ts';
import { all, first, placeOf, type XmlNode } from '../../xml/node.ts';
import { lineTree } from '../line-tree.ts';
import { priceOfWhole, settledPrice } from '../prices.ts';
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
  const elements = all(transaction, 'IncludedSupplyChainTradeLineItem');
  const parents = new Set(elements.flatMap((element) => parentIdOf(element) ?? []));
  return lineTree(elements.map((element) => ({ line: lineOf(element, currency, parents), parentId: parentIdOf(element), place: placeOf(element) })));
}

function parentIdOf(line: XmlNode): string | undefined {
  return textAt(line, 'AssociatedDocumentLineDocument/ParentLineID');
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

/** The despatch advice, or the delivery note that the extended profile names beside it or instead. */
export function despatchOf(delivery: XmlNode | undefined): string | undefined {
  return textAt(delivery, 'DespatchAdviceReferencedDocument/IssuerAssignedID') ?? textAt(delivery, 'DeliveryNoteReferencedDocument/IssuerAssignedID');
}

function lineOf(line: XmlNode, currency: string, parents: ReadonlySet<string>): InvoiceLine {
  const agreement = first(line, 'SpecifiedLineTradeAgreement');
  const delivery = first(line, 'SpecifiedLineTradeDelivery');
  const settlement = first(line, 'SpecifiedLineTradeSettlement');
  const unit = cleanText(first(delivery, 'BilledQuantity')?.attributes['unitCode']);
  const id = requiredText(line, 'AssociatedDocumentLineDocument/LineID', 'The line number');
  const allowances = all(settlement, 'SpecifiedTradeAllowanceCharge').map((entry) => allowanceOf(entry, currency));
  return {
    id,
    note: joinedTextAt(line, 'AssociatedDocumentLineDocument/IncludedNote/Content'),
    unit,
    ...figuresOf(line, { currency, unit, allowances, hasParts: parents.has(id) }),
    allowances,
    tax: taxOf(first(settlement, 'ApplicableTradeTax')),
    item: itemOf(first(line, 'SpecifiedTradeProduct')),
    orderNumber: textAt(agreement, 'BuyerOrderReferencedDocument/IssuerAssignedID'),
    orderLine: textAt(agreement, 'BuyerOrderReferencedDocument/LineID'),
    receiptNumber: textAt(delivery, 'ReceivingAdviceReferencedDocument/IssuerAssignedID') ?? despatchOf(delivery),
    invoicedObject: invoicedObjectOf(settlement, 'AdditionalReferencedDocument'),
    buyerAccounting: textAt(settlement, 'ReceivableSpecifiedTradeAccountingAccount/ID'),
    period: orNothing({
      start: dateTimeAt(settlement, 'BillingSpecifiedPeriod/StartDateTime', 'The start of the line period'),
      end: dateTimeAt(settlement, 'BillingSpecifiedPeriod/EndDateTime', 'The end of the line period'),
    }),
  };
}

interface Around {
  currency: string;
  unit: string | undefined;
  allowances: AllowanceCharge[];
  hasParts: boolean;
}

/** Group and information lines, and lines that sum up their parts, may state no quantity, price or amount and then count as zero. */
function figuresOf(line: XmlNode, { currency, unit, allowances, hasParts }: Around) {
  const status = statusOf(line, hasParts);
  const amount = 'SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount';
  if (status !== undefined)
    return {
      status,
      quantity: decimalAt(line, quantityPath, 'The quantity') ?? '0',
      ...priceOf(line, unit, { unitPrice: unitPriceOf(line) ?? '0' }),
      net: moneyAt(line, amount, currency, 'The net amount of the line') ?? noMoney(currency),
    };
  const net = requiredMoney(line, amount, currency, 'The net amount of the line');
  const quantity = requiredDecimal(line, quantityPath, 'The quantity');
  const unitPrice = unitPriceOf(line);
  return { quantity, ...priceOf(line, unit, unitPrice === undefined ? priceOfWhole(quantity, net, allowances) : { unitPrice }), net };
}

const quantityPath = 'SpecifiedLineTradeDelivery/BilledQuantity';

/** The net price; where only the gross price is stated, that one with its reductions and surcharges (BT-146 = BT-148 − BT-147). */
function unitPriceOf(line: XmlNode): string | undefined {
  const net = decimalAt(line, 'SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount', 'The unit price');
  if (net !== undefined) return net;
  const gross = first(line, 'SpecifiedLineTradeAgreement/GrossPriceProductTradePrice');
  const price = decimalAt(gross, 'ChargeAmount', 'The gross price');
  return price && toText(minus(exact(price), exact(priceDiscountOf(gross) ?? '0')));
}

function statusOf(line: XmlNode, hasParts: boolean): InvoiceLine['status'] {
  const reason = textAt(line, 'AssociatedDocumentLineDocument/LineStatusReasonCode');
  if (reason === 'INFORMATION') return 'information';
  const isPriced = textAt(line, quantityPath) !== undefined && unitPriceOf(line) !== undefined;
  return reason === 'GROUP' || (hasParts && !isPriced) ? 'group' : undefined;
}

function priceOf(line: XmlNode, unit: string | undefined, { unitPrice, baseQuantity }: { unitPrice: string; baseQuantity?: string }) {
  const net = first(line, 'SpecifiedLineTradeAgreement/NetPriceProductTradePrice');
  const gross = first(line, 'SpecifiedLineTradeAgreement/GrossPriceProductTradePrice');
  const basis = first(net, 'BasisQuantity') ?? first(gross, 'BasisQuantity');
  const baseUnit = cleanText(basis?.attributes['unitCode']);
  return settledPrice({
    unitPrice,
    grossPrice: decimalAt(gross, 'ChargeAmount', 'The gross price'),
    priceDiscount: priceDiscountOf(gross),
    baseQuantity: baseQuantity ?? decimalAt(net, 'BasisQuantity', 'The base quantity') ?? decimalAt(gross, 'BasisQuantity', 'The base quantity') ?? '1',
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
