/** An element to be written: its name with attributes, and text or children; absent children are left out. */
export interface Element {
  name: string;
  attributes: Record<string, string>;
  content: string | Element[];
}

export type Child = Element | undefined | false;

export function el(name: string, ...children: Child[]): Element {
  return { name, attributes: {}, content: children.filter((child): child is Element => child !== undefined && child !== false) };
}

export function text(name: string, value: string, attributes: Record<string, string> = {}): Element {
  return { name, attributes, content: value };
}

export function optional(name: string, value: string | undefined): Child {
  return value === undefined ? undefined : text(name, value);
}

/** A whole document of one ISO 20022 message. */
export function document(message: string, body: Element): string {
  const parts = ['<?xml version="1.0" encoding="UTF-8"?>\n'];
  write({ name: 'Document', attributes: { xmlns: `urn:iso:std:iso:20022:tech:xsd:${message}` }, content: [body] }, parts);
  return parts.join('');
}

function write({ name, attributes, content }: Element, parts: string[]): void {
  parts.push('<', name);
  for (const [key, value] of Object.entries(attributes)) parts.push(' ', key, '="', escaped(value), '"');
  parts.push('>');
  if (typeof content === 'string') parts.push(escaped(content));
  else for (const child of content) write(child, parts);
  parts.push('</', name, '>');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(value: string): string {
  return value.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
