import { SaxesParser } from 'saxes';

/** An element as it was read: local name, own text, attributes, children. */
export interface Node {
  name: string;
  namespace: string;
  text: string;
  attributes: Record<string, string>;
  children: Node[];
}

/** The whole of a message as a tree; what is not well-formed, has a document type or is absurdly deep is thrown out with a reason. */
export function readXml(source: string): Node {
  const parser = new SaxesParser({ xmlns: true });
  const top: Node = { name: '', namespace: '', text: '', attributes: {}, children: [] };
  const open = [top];
  const current = () => open.at(-1) as Node;
  parser.on('error', (error) => {
    throw new Error(error.message);
  });
  parser.on('doctype', () => {
    throw new Error('a document type is not accepted');
  });
  parser.on('opentag', (tag) => {
    if (open.length > 40) throw new Error('elements are nested too deeply');
    const node: Node = { name: tag.local, namespace: tag.uri, text: '', attributes: Object.fromEntries(Object.values(tag.attributes).map(({ local, value }) => [local, value])), children: [] };
    current().children.push(node);
    open.push(node);
  });
  parser.on('text', (text) => {
    current().text += text;
  });
  parser.on('cdata', (text) => {
    current().text += text;
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(source).close();
  const root = top.children[0];
  if (!root) throw new Error('there is no element');
  return root;
}

export function children(node: Node, name: string): Node[] {
  return node.children.filter((child) => child.name === name);
}

export function at(node: Node, path: string): Node | undefined {
  return path.split('/').reduce<Node | undefined>((found, name) => found?.children.find((child) => child.name === name), node);
}

/** Text under the first of the paths that is there, without the space around it; never empty. */
export function textAt(node: Node, ...paths: string[]): string | undefined {
  for (const path of paths) {
    const text = at(node, path)?.text.trim();
    if (text) return text;
  }
  return undefined;
}
