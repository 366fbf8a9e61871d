import { first, placeOf, type XmlNode } from '../../xml/node.ts';
import { cleanText, dateValue, malformed } from '../values.ts';

/** UNTDID 2379 forms that name a day: 102 CCYYMMDD, 203 and 204 with a time of day; absent or ISO where DateTime is used. */
const dayForms = new Set(['102', '203', '204', undefined]);

/** The day inside a CII date element, whichever child (DateTimeString, DateString, DateTime) carries it. */
export function dateTimeAt(node: XmlNode | undefined, path: string, what: string): string | undefined {
  const found = first(node, path);
  const carrier = found?.children.find((child) => /^(DateTimeString|DateString|DateTime|Date)$/.test(child.name)) ?? found;
  const text = cleanText(carrier?.text);
  if (!carrier || text === undefined) return undefined;
  const form = carrier.attributes['format']?.trim();
  if (!dayForms.has(form)) throw malformed(what, `${text} in the form ${form}`, placeOf(carrier));
  return dateValue(text, what, placeOf(carrier));
}
