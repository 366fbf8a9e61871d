import { ParseOption, XmlCData, XmlDocument, XmlElement, XmlText, XmlParseError } from 'libxml2-wasm';
import { KontorError } from '../../domain/errors.ts';
import { decodeXml } from './decode.ts';
import { guardXml, type XmlLimits } from './guard.ts';
import type { XmlNode } from './node.ts';

const options =
  ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NO_SYS_CATALOG | ParseOption.XML_PARSE_BIG_LINES | ParseOption.XML_PARSE_HUGE;

/**
 * Bytes → plain tree of elements. No network, no DOCTYPE, no entities; limits are checked before the parser runs, so that
 * XML_PARSE_HUGE lifts only its limit on the length of one text (embedded attachments). The parser's own memory is freed before this returns.
 */
export function parseXml(bytes: Uint8Array, limits: XmlLimits): XmlNode {
  const text = decodeXml(bytes);
  guardXml(text, limits);
  const document = parse(withoutDeclaration(text));
  try {
    return plainTree(document.root, undefined);
  } finally {
    document.dispose();
  }
}

/** The declaration names an encoding that no longer holds; blanks keep line and column of everything after it. */
function withoutDeclaration(text: string): string {
  return text.replace(/^\s*<\?xml\s[^>]*\?>/, (declaration) => declaration.replace(/\S/g, ' '));
}

function parse(text: string): XmlDocument {
  let document: XmlDocument;
  try {
    document = XmlDocument.fromBuffer(new TextEncoder().encode(text), { option: options });
  } catch (error) {
    const detail = error instanceof XmlParseError ? error.details[0] : undefined;
    throw malformed(detail?.message ?? 'the parser gave up', detail?.line, detail?.col);
  }
  const broken = document.warnings.find((warning) => warning.level >= 2);
  if (!broken) return document;
  document.dispose();
  throw malformed(broken.message, broken.line, broken.col);
}

function malformed(message: string, line = 1, column = 1): KontorError {
  return new KontorError('xml-malformed', `Line ${line}, column ${column}: ${message.trim().slice(0, 200)}`, { place: { line, column } });
}

function plainTree(element: XmlElement, parent: XmlNode | undefined): XmlNode {
  const attributes: Record<string, string> = {};
  for (const attribute of element.attrs) attributes[attribute.name] = attribute.value;
  const node: XmlNode = { name: element.name, prefix: element.prefix, namespace: element.namespaceUri, attributes, children: [], text: '', line: element.line, parent };
  const texts: string[] = [];
  for (let child = element.firstChild; child; child = child.next) {
    if (child instanceof XmlElement) node.children.push(plainTree(child, node));
    else if (child instanceof XmlText || child instanceof XmlCData) texts.push(child.content);
  }
  node.text = texts.join('');
  return node;
}
