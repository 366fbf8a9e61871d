import { TextDecoder } from 'node:util';
import { SaxesParser } from 'saxes';
import { KontorError } from '../../../domain/errors.ts';
import { decodeXml } from '../../xml/decode.ts';
import { isEnvelope } from '../../xml/envelope.ts';

/** An element that is kept: local name, own text, currency attribute, children. */
export interface Element {
  name: string;
  currency: string;
  text: string;
  children: Element[];
  line: number;
}

export interface Handlers {
  /** The root of a message with its namespace, before anything else of it; `path` begins with the envelope around it, if any. */
  root(name: string, namespace: string, path: string, line: number): void;
  /** Start of an element at a depth up to 3 (Document, message, statement), counted from the root of the message. */
  open(depth: number, name: string, line: number): void;
  /** A child of a statement with everything in it, as soon as it is complete. */
  part(element: Element, index: number): void;
  close(depth: number, name: string): void;
}

const maxDepth = 64;
const maxText = 1024 * 1024;
const decodeByParts = /^(?:\xef\xbb\xbf)?\s*<(?!\?xml[^>]*?\sencoding\s*=\s*["'](?!utf-8["']))/i;

/**
 * Drives `handlers` through a camt message, or through those in an envelope, without holding more than one entry. Refuses DOCTYPE and entities, malformed XML and
 * absurd nesting, each with line and column. Only UTF-8 is decoded in a stream; other encodings are rare and small.
 */
export async function streamCamt(chunks: AsyncIterable<Uint8Array>, handlers: Handlers): Promise<void> {
  const parser = parserFor(handlers);
  for await (const text of decoded(chunks)) parser.write(text);
  parser.close();
}

async function* decoded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const whole: Uint8Array[] = [];
  let byParts: boolean | undefined;
  for await (const chunk of chunks) {
    byParts ??= decodeByParts.test(Buffer.from(chunk.subarray(0, 512)).toString('latin1'));
    if (byParts) yield utf8(decoder, chunk);
    else whole.push(chunk);
  }
  if (byParts) yield utf8(decoder);
  else yield decodeXml(Buffer.concat(whole));
}

function utf8(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch {
    throw new KontorError('xml-encoding', 'The file has bytes that are not valid UTF-8.', { place: { line: 1 } });
  }
}

function parserFor(handlers: Handlers): SaxesParser {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const open: Element[] = [];
  const counts = new Map<string, number>();
  /** Elements around the message, each with the namespaces that it declares or inherits. */
  const around: { name: string; namespaces: Record<string, string> }[] = [];
  let depth = 0;

  parser.on('doctype', (declaration) => {
    const code = /<!ENTITY\b[^>]*\b(SYSTEM|PUBLIC)\b|^\s*\S+\s+(SYSTEM|PUBLIC)\b/.test(declaration) ? 'xml-external-entity' : declaration.includes('<!ENTITY') ? 'xml-entity' : 'xml-doctype';
    throw new KontorError(code, `Line ${parser.line} ends a document type declaration; nothing was expanded or fetched.`, { place: here(parser) });
  });
  parser.on('error', (error) => {
    throw new KontorError('xml-malformed', `Line ${parser.line}, column ${parser.column + 1}: ${error.message.replace(/^[^:]*\d+:\d+: /, '').slice(0, 200)}`, { place: here(parser) });
  });
  parser.on('opentag', (tag) => {
    const name = localName(tag.name);
    if (around.length + depth >= maxDepth) throw new KontorError('xml-too-complex', `The document has more than ${maxDepth} elements nested in each other (line ${parser.line}).`, { place: here(parser) });
    if (depth === 0) {
      const namespaces = { ...around.at(-1)?.namespaces, ...tag.attributes };
      if (around.length === 0 ? isEnvelope(name) : name !== 'Document') {
        around.push({ name, namespaces });
        return;
      }
      handlers.root(name, namespaceOf(tag.name, namespaces), `/${[...around.map((outer) => outer.name), name].join('/')}`, parser.line);
    }
    depth++;
    if (depth <= 3) {
      counts.clear();
      handlers.open(depth, name, parser.line);
      return;
    }
    const element: Element = { name, currency: (tag.attributes['Ccy'] ?? '').trim(), text: '', children: [], line: parser.line };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const append = (text: string) => {
    const element = open.at(-1);
    if (!element) return;
    element.text += text;
    if (element.text.length > maxText) throw new KontorError('xml-too-complex', `An element has more than ${maxText} characters (line ${parser.line}).`, { place: here(parser) });
  };
  parser.on('text', append);
  parser.on('cdata', append);
  parser.on('closetag', (tag) => {
    if (depth === 0) {
      around.pop();
      return;
    }
    const element = open.pop();
    if (!element) handlers.close(depth, localName(tag.name));
    else if (depth === 4) {
      const index = (counts.get(element.name) ?? 0) + 1;
      counts.set(element.name, index);
      handlers.part(element, index);
    }
    depth--;
  });
  return parser as SaxesParser;
}

function here(parser: SaxesParser): { line: number; column: number } {
  return { line: parser.line, column: parser.column + 1 };
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function namespaceOf(name: string, attributes: Record<string, string>): string {
  const prefix = name.includes(':') ? `xmlns:${name.slice(0, name.indexOf(':'))}` : 'xmlns';
  return attributes[prefix] ?? '';
}

/** The first element at a path of local names. */
export function first(element: Element | undefined, path: string): Element | undefined {
  let at = element;
  for (const step of path.split('/')) at = at?.children.find((child) => child.name === step);
  return at;
}

export function all(element: Element | undefined, path: string): Element[] {
  let found = element ? [element] : [];
  for (const step of path.split('/')) found = found.flatMap((at) => at.children.filter((child) => child.name === step));
  return found;
}

/** Trimmed text at the first of several paths that has one. */
export function textAt(element: Element | undefined, ...paths: string[]): string | undefined {
  for (const path of paths) {
    const text = first(element, path)?.text.trim();
    if (text) return text;
  }
  return undefined;
}
