import { SaxesParser } from 'saxes';
import { KontorError } from '../../domain/errors.ts';
import { decodeXml } from '../xml/decode.ts';
import type { SourceFile } from './source.ts';

/** An element of a list: local name, own text, attributes by local name, children in their order, line of its start tag. */
export interface ListElement {
  name: string;
  content: string;
  attributes: Map<string, string>;
  children: ListElement[];
  line: number;
}

/**
 * Parses a list and hands its root to `use`. No network, no external entity, no entity expansion.
 * Throws list-cut when the file ends inside an element, list-unreadable for any other fault, both with line and column.
 */
export function withXml<T>(file: SourceFile, use: (root: ListElement) => T): T {
  if (/<!ENTITY/i.test(new TextDecoder('latin1').decode(file.bytes.subarray(0, 4096))))
    throw new KontorError('list-unreadable', `${file.path} declares entities; lists have none`, { place: { file: file.path, line: 1 } });
  return use(parse(file));
}

function parse(file: SourceFile): ListElement {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const open: ListElement[] = [];
  let root: ListElement | undefined;
  let ended = false;
  parser.on('error', (error) => {
    const place = { file: file.path, line: parser.line, column: parser.column + 1 };
    throw new KontorError(ended ? 'list-cut' : 'list-unreadable', `${file.path} line ${parser.line}: ${error.message.replace(/^[^:]*\d+:\d+: /, '').slice(0, 200)}`, { place });
  });
  parser.on('opentag', (tag) => {
    const attributes = new Map(Object.entries(tag.attributes).map(([name, value]): [string, string] => [localName(name), value]));
    const element: ListElement = { name: localName(tag.name), content: '', attributes, children: [], line: parser.line };
    open.at(-1)?.children.push(element);
    open.push(element);
    root ??= element;
  });
  const append = (text: string): void => {
    const element = open.at(-1);
    if (element) element.content += text;
  };
  parser.on('text', append);
  parser.on('cdata', append);
  parser.on('closetag', () => void open.pop());
  parser.write(textIn(file));
  ended = true;
  parser.close();
  return root!;
}

function textIn({ path, bytes }: SourceFile): string {
  // A document ends in ASCII: anything else is a character that was cut, and the parser tells that better.
  let end = bytes.length;
  while (end > 0 && bytes[end - 1]! >= 0x80) end--;
  try {
    return decodeXml(bytes.subarray(0, end));
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    throw new KontorError('list-unreadable', `${path}: ${error.message}`, { place: { ...error.place, file: path }, cause: error });
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** Child elements with this local name, whatever the namespace. */
export function children(element: ListElement, name: string): ListElement[] {
  return element.children.filter((each) => each.name === name);
}

export function child(element: ListElement, name: string): ListElement | undefined {
  return element.children.find((each) => each.name === name);
}

/** Trimmed text of the first child with this name, '' when absent. */
export function textOf(element: ListElement | undefined, name: string): string {
  return (element && child(element, name)?.content.trim()) ?? '';
}

export function attribute(element: ListElement, name: string): string {
  return element.attributes.get(name)?.trim() ?? '';
}
