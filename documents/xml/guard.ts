import { KontorError } from '../../domain/errors.ts';

/** What a document may cost before the parser sees it. */
export interface XmlLimits {
  /** Elements nested in each other. */
  depth: number;
  /** Elements, comments, processing instructions and CDATA sections together. */
  nodes: number;
  /** Characters of one tag with its attributes. */
  tag: number;
}

export const invoiceXmlLimits: XmlLimits = { depth: 64, nodes: 400_000, tag: 65_536 };

/**
 * One pass over the text that refuses what a parser should never be given: document type declarations (the only place
 * where entities and outside references can be declared), depth, number of nodes and length of a tag.
 * It does not judge well-formedness; that is the parser's work.
 */
export function guardXml(text: string, limits: XmlLimits): void {
  let depth = 0;
  let nodes = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    if (++nodes > limits.nodes) throw tooComplex(text, at, `more than ${limits.nodes} elements`);
    const next = text[at + 1];
    if (next === '!') at = afterDeclaration(text, at);
    else if (next === '?') at = after(text, '?>', at);
    else {
      const end = endOfTag(text, at, limits);
      if (next === '/') depth--;
      else if (text[end - 2] !== '/' && ++depth > limits.depth) throw tooComplex(text, at, `more than ${limits.depth} elements nested in each other`);
      at = end;
    }
  }
}

/** Line and column of a character, both counted from 1. */
export function placeAt(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, column: offset - start + 1 };
}

function afterDeclaration(text: string, at: number): number {
  if (text.startsWith('<!--', at)) return after(text, '-->', at + 4);
  if (text.startsWith('<![CDATA[', at)) return after(text, ']]>', at);
  if (/^<!doctype/i.test(text.slice(at, at + 9))) throw doctypeProblem(text, at);
  return at + 2;
}

function doctypeProblem(text: string, at: number): KontorError {
  const place = placeAt(text, at);
  const subset = text.slice(at, at + 1_000_000);
  const head = /^<!doctype\s+[^\s[>]+\s*(SYSTEM|PUBLIC)?/i.exec(subset);
  const entity = /<!ENTITY\b(?:[^>"']|"[^"]*"|'[^']*')*/.exec(subset)?.[0];
  if (head?.[1] || (entity && /<!ENTITY\s+(?:%\s+)?\S+\s+(SYSTEM|PUBLIC)\b/.test(subset)))
    return new KontorError('xml-external-entity', `Line ${place.line} refers to a resource outside of the document; nothing was fetched.`, { place });
  if (entity) return new KontorError('xml-entity', `Line ${place.line} declares entities; nothing was expanded.`, { place });
  return new KontorError('xml-doctype', `Line ${place.line} has a document type declaration.`, { place });
}

function endOfTag(text: string, at: number, limits: XmlLimits): number {
  let quote = '';
  const last = Math.min(text.length, at + limits.tag);
  for (let i = at + 1; i < last; i++) {
    const character = text[i] as string;
    if (quote) quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return i + 1;
  }
  if (last < text.length) throw tooComplex(text, at, `a tag of more than ${limits.tag} characters`);
  return text.length;
}

function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at < 0 ? text.length : at + end.length;
}

function tooComplex(text: string, at: number, what: string): KontorError {
  const place = placeAt(text, at);
  return new KontorError('xml-too-complex', `The document has ${what} (line ${place.line}).`, { place });
}
