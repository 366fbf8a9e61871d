import { KontorError } from '../../../../domain/errors.ts';
import type { ElementRule } from './rules.ts';
import { currency as currencyCode } from './types.ts';

/** What goes into an element: text, a number in a currency, or children by name; absent children are left out. */
export type Content = string | { value: string; currency: string } | readonly Child[];
export type Child = readonly [name: string, content: Content] | undefined;

/**
 * Content → XML document in UTF-8, checked element by element against its table before it leaves: names, order, how often, and the
 * type of every text. @throws KontorError `payment-file-invalid` with the XPath
 */
export function writeXml(table: ElementRule, namespace: string, content: Content): string {
  const lines = [`<?xml version="1.0" encoding="UTF-8"?>\n`];
  writeElement(lines, table, content, `/${table.name}`, '', ` xmlns="${escaped(namespace)}"`);
  return lines.join('');
}

function writeElement(lines: string[], rule: ElementRule, content: Content, path: string, indent: string, attributes = ''): void {
  if ('children' in rule.content) {
    if (!isChildren(content)) throw refused(path, 'holds elements, and a text was given');
    lines.push(`${indent}<${rule.name}${attributes}>\n`);
    writeChildren(lines, rule.content, content.filter((child) => child !== undefined), path, `${indent}  `);
    lines.push(`${indent}</${rule.name}>\n`);
    return;
  }
  if (isChildren(content)) throw refused(path, 'holds a text, and elements were given');
  const [value, currency] = typeof content === 'string' ? [content, undefined] : [content.value, content.currency];
  if (!rule.content.type.fits(value)) throw refused(path, `is ${JSON.stringify(value.slice(0, 60))}; it must be ${rule.content.type.what}`);
  if ((currency !== undefined) !== (rule.content.currency === true)) throw refused(path, currency === undefined ? 'needs a currency' : 'has no currency');
  if (currency !== undefined && !currencyCode.fits(currency)) throw refused(`${path}/@Ccy`, `is ${JSON.stringify(currency.slice(0, 10))}; it must be ${currencyCode.what}`);
  lines.push(`${indent}<${rule.name}${currency === undefined ? attributes : ` Ccy="${escaped(currency)}"`}>${escaped(value)}</${rule.name}>\n`);
}

function writeChildren(lines: string[], { children: rules, choice }: Extract<ElementRule['content'], { children: unknown }>, children: readonly NonNullable<Child>[], path: string, indent: string): void {
  if (choice && children.length !== 1) throw refused(path, `holds one of ${rules.map(({ name }) => name).join(', ')}; ${children.length} were given`);
  let next = 0;
  for (const rule of rules) {
    const first = next;
    while (children[next]?.[0] === rule.name) next++;
    const count = next - first;
    if (count < rule.min) throw refused(`${path}/${rule.name}`, 'is missing');
    if (count > rule.max) throw refused(`${path}/${rule.name}`, `stands ${count} times; it may stand ${rule.max} times`);
    for (let at = first; at < next; at++) {
      const [name, content] = children[at] as NonNullable<Child>;
      writeElement(lines, rule, content, `${path}/${name}${rule.max > 1 ? `[${at - first + 1}]` : ''}`, indent);
    }
  }
  const stray = children[next];
  if (stray) throw refused(`${path}/${stray[0]}`, 'has no place here, or not in this order');
}

function isChildren(content: Content): content is readonly Child[] {
  return Array.isArray(content);
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}

function refused(path: string, what: string): KontorError {
  return new KontorError('payment-file-invalid', `The element ${path.slice(path.lastIndexOf('/') + 1)} ${what}.`, { place: { path } });
}
