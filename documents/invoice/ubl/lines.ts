import type { AllowanceCharge, InvoiceLine } from '../../../domain/model/invoice.ts';
import { noMoney } from '../../../domain/rules/money.ts';
import { all, first, placeOf, type XmlNode } from '../../xml/node.ts';
import { lineTree } from '../line-tree.ts';
import { inCountedUnits, percentOfFactor, priceOfWhole, settledPrice } from '../prices.ts';
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
import { lineTaxOf, taxOf } from './taxes.ts';

/** Invoice and credit note name the same things differently. */
export interface LineNames {
  line: 'InvoiceLine' | 'CreditNoteLine';
  subLine: 'SubInvoiceLine' | 'SubCreditNoteLine';
  quantity: 'InvoicedQuantity' | 'CreditedQuantity';
}

/** All lines of the document. Some profiles list the parts of a line after it, each with its status and the id of that line. */
export function linesOf(lines: XmlNode[], currency: string, names: LineNames): InvoiceLine[] {
  return lineTree(
    lines.map((line) => ({
      line: lineOf(line, currency, names),
      parentId: partStatusOf(line) === undefined ? undefined : textAt(line, 'BillingReference/BillingReferenceLine/ID'),
      place: placeOf(line),
    })),
  );
}

function lineOf(line: XmlNode, currency: string, names: LineNames): InvoiceLine {
  const quantity = first(line, names.quantity);
  const unit = cleanText(quantity?.attributes['unitCode']);
  const subLines = all(line, names.subLine).map((part) => lineOf(part, currency, names));
  const allowances = all(line, 'AllowanceCharge').map((entry) => allowanceOf(entry, currency));
  return {
    id: requiredText(line, 'ID', 'The line number'),
    note: joinedTextAt(line, 'Note'),
    unit,
    ...figuresOf(line, { currency, unit, allowances, quantity: names.quantity, hasParts: subLines.length > 0 }),
    allowances,
    tax: lineTaxOf(line),
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
  const amount = requiredMoney(entry, 'Amount', currency, 'The amount of the allowance or charge');
  const base = moneyAt(entry, 'BaseAmount', currency, 'The base of the allowance or charge');
  const factor = decimalAt(entry, 'MultiplierFactorNumeric', 'The percent of the allowance or charge');
  return {
    kind: booleanAt(entry, 'ChargeIndicator', 'The charge indicator') ? 'charge' : 'allowance',
    amount,
    base,
    percent: factor === undefined ? undefined : percentOfFactor(factor, amount, base),
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

type Figures = Pick<InvoiceLine, 'status' | 'quantity' | 'net'> & ReturnType<typeof settledPrice>;

interface Around {
  currency: string;
  unit: string | undefined;
  allowances: AllowanceCharge[];
  quantity: LineNames['quantity'];
  hasParts: boolean;
}

/** Group and information lines, and lines that sum up their sub-lines, may state no quantity, price or amount and then count as zero. */
function figuresOf(line: XmlNode, { currency, unit, allowances, quantity, hasParts }: Around): Figures {
  const status = statusOf(line, quantity, hasParts);
  if (status !== undefined)
    return {
      status,
      quantity: decimalAt(line, quantity, 'The quantity') ?? '0',
      ...priceOf(line, unit, { unitPrice: decimalAt(line, unitPricePath, 'The unit price') ?? '0' }),
      net: moneyAt(line, 'LineExtensionAmount', currency, 'The net amount of the line') ?? noMoney(currency),
    };
  const net = requiredMoney(line, 'LineExtensionAmount', currency, 'The net amount of the line');
  const stated = requiredDecimal(line, quantity, 'The quantity');
  const unitPrice = decimalAt(line, unitPricePath, 'The unit price');
  const price = priceOf(line, unit, unitPrice === undefined ? priceOfWhole(stated, net, allowances) : { unitPrice });
  const rate = decimalAt(line, 'Price/OrderableUnitFactorRate', 'The rate of the priced unit to the counted one');
  return { quantity: stated, ...(rate === undefined ? price : inCountedUnits(price, rate, { quantity: stated, net, allowances })), net };
}

function statusOf(line: XmlNode, quantity: LineNames['quantity'], hasParts: boolean): InvoiceLine['status'] {
  const part = partStatusOf(line);
  if (part === 'INFORMATION') return 'information';
  const isPriced = textAt(line, quantity) !== undefined && textAt(line, unitPricePath) !== undefined;
  return part === 'GROUP' || (hasParts && !isPriced) ? 'group' : undefined;
}

/** What a line is among its parts, in profiles that say so with its billing reference; other references name other documents. */
function partStatusOf(line: XmlNode): 'GROUP' | 'DETAIL' | 'INFORMATION' | undefined {
  const status = textAt(line, 'BillingReference/InvoiceDocumentReference/DocumentStatusCode');
  return status === 'GROUP' || status === 'DETAIL' || status === 'INFORMATION' ? status : undefined;
}

const unitPricePath = 'Price/PriceAmount';

function priceOf(line: XmlNode, unit: string | undefined, { unitPrice, baseQuantity }: { unitPrice: string; baseQuantity?: string }) {
  const price = first(line, 'Price');
  const discount = all(price, 'AllowanceCharge').find((entry) => textAt(entry, 'ChargeIndicator') !== 'true');
  const baseUnit = cleanText(first(price, 'BaseQuantity')?.attributes['unitCode']);
  return settledPrice({
    unitPrice,
    grossPrice: decimalAt(discount, 'BaseAmount', 'The gross price'),
    priceDiscount: decimalAt(discount, 'Amount', 'The price discount'),
    baseQuantity: baseQuantity ?? decimalAt(price, 'BaseQuantity', 'The base quantity of the price') ?? '1',
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
