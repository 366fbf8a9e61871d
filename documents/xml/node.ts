import type { Place } from '../../domain/errors.ts';

/** An element after parsing: plain data, independent of the parser. `name` is the local name, `text` its own text. */
export interface XmlNode {
  name: string;
  prefix: string;
  namespace: string;
  attributes: Record<string, string>;
  children: XmlNode[];
  text: string;
  line: number;
  parent: XmlNode | undefined;
}

/** All elements at a path of local names: `TaxTotal/TaxSubtotal`. */
export function all(node: XmlNode | undefined, path: string): XmlNode[] {
  let found = node ? [node] : [];
  for (const step of path.split('/')) found = found.flatMap((at) => at.children.filter((child) => child.name === step));
  return found;
}

/** The first element at a path of local names. */
export function first(node: XmlNode | undefined, path: string): XmlNode | undefined {
  let at = node;
  for (const step of path.split('/')) at = at?.children.find((child) => child.name === step);
  // A first match without the rest of the path must not hide a later sibling that has it.
  return at ?? all(node, path)[0];
}

/**
 * Line and XPath of an element, for people: `/Invoice/cac:InvoiceLine[2]/cbc:ID`. The path is worked out when it is looked at:
 * every amount has a place and almost none is ever shown.
 */
export function placeOf(node: XmlNode): Place {
  return {
    line: node.line,
    get path() {
      return pathOf(node);
    },
  };
}

/** Where an element stands, or where it should have stood. */
export function placeUnder(node: XmlNode, path: string): Place {
  const [step = '', ...rest] = path.split('/');
  const next = first(node, step);
  if (next) return rest.length > 0 ? placeUnder(next, rest.join('/')) : placeOf(next);
  return { line: node.line, path: `${pathOf(node)}/${path}` };
}

function pathOf(node: XmlNode): string {
  const name = node.prefix ? `${node.prefix}:${node.name}` : node.name;
  if (!node.parent) return `/${name}`;
  const twins = node.parent.children.filter((child) => child.name === node.name);
  return `${pathOf(node.parent)}/${name}${twins.length > 1 ? `[${twins.indexOf(node) + 1}]` : ''}`;
}
