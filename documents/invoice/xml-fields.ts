import { KontorError } from '../../domain/errors.ts';
import type { Decimal, Money } from '../../domain/model/money.ts';
import type { Identifier } from '../../domain/model/party.ts';
import { all, first, placeOf, placeUnder, type XmlNode } from '../xml/node.ts';
import { cleanText, dateValue, decimalValue, malformed, missing, moneyValue } from './values.ts';

/** Reading typed fields at a path of an XML tree. An empty element counts as absent. */

export function textAt(node: XmlNode | undefined, path: string): string | undefined {
  return cleanText(first(node, path)?.text);
}

export function textsAt(node: XmlNode | undefined, path: string): string[] {
  return all(node, path).flatMap((found) => cleanText(found.text) ?? []);
}

export function joinedTextAt(node: XmlNode | undefined, path: string): string | undefined {
  return cleanText(textsAt(node, path).join('\n'));
}

export function requiredText(node: XmlNode, path: string, what: string): string {
  const text = textAt(node, path);
  if (text === undefined) throw missing(what, placeUnder(node, path));
  return text;
}

export function decimalAt(node: XmlNode | undefined, path: string, what: string): Decimal | undefined {
  const found = first(node, path);
  return found && cleanText(found.text) !== undefined ? decimalValue(found.text, what, placeOf(found)) : undefined;
}

export function requiredDecimal(node: XmlNode, path: string, what: string): Decimal {
  const value = decimalAt(node, path, what);
  if (value === undefined) throw missing(what, placeUnder(node, path));
  return value;
}

/** The amount of an element; its `currencyID`, where stated, must be the invoice currency. */
export function moneyOf(element: XmlNode, currency: string, what: string): Money {
  const place = placeOf(element);
  const stated = element.attributes['currencyID']?.trim();
  if (stated && stated !== currency)
    throw new KontorError('invoice-currency-mixed', `${what} is in ${stated.slice(0, 10)}, the invoice in ${currency} (line ${element.line}).`, { place });
  if (cleanText(element.text) === undefined) throw missing(what, place);
  return moneyValue(element.text, currency, what, place);
}

export function moneyAt(node: XmlNode | undefined, path: string, currency: string, what: string): Money | undefined {
  const found = first(node, path);
  return found && cleanText(found.text) !== undefined ? moneyOf(found, currency, what) : undefined;
}

export function requiredMoney(node: XmlNode, path: string, currency: string, what: string): Money {
  const amount = moneyAt(node, path, currency, what);
  if (amount === undefined) throw missing(what, placeUnder(node, path));
  return amount;
}

export function dateAt(node: XmlNode | undefined, path: string, what: string): string | undefined {
  const found = first(node, path);
  const text = cleanText(found?.text);
  return found && text !== undefined ? dateValue(text, what, placeOf(found)) : undefined;
}

/** An identifier with the scheme named by an attribute. */
export function identifierAt(node: XmlNode | undefined, path: string, schemeAttribute = 'schemeID'): Identifier | undefined {
  const found = first(node, path);
  const id = cleanText(found?.text);
  return found && id !== undefined ? identifierOf(found, id, schemeAttribute) : undefined;
}

export function identifierOf(element: XmlNode, id: string, schemeAttribute = 'schemeID'): Identifier {
  return { scheme: cleanText(element.attributes[schemeAttribute]), id };
}

export function booleanAt(node: XmlNode, path: string, what: string): boolean {
  const text = requiredText(node, path, what);
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw malformed(what, text, placeUnder(node, path));
}
