import { KontorError, type Place } from '../../domain/errors.ts';
import { isEnvelope } from '../xml/envelope.ts';
import type { XmlLimits } from '../xml/guard.ts';
import { all, first, placeOf, placeUnder, type XmlNode } from '../xml/node.ts';
import { parseXml } from '../xml/parse.ts';

/** Room for a report on 20,000 payments with everything that the schemas allow in it. */
const limits: XmlLimits = { depth: 40, nodes: 3_000_000, tag: 16_384 };
const mostCharacters = 100 * 1024 * 1024;

/** Root of an ISO 20022 message as its first tag says it, without parsing the rest. */
export interface MessageRoot {
  name: string;
  namespace: string;
}

/** Name and namespace of the first element, or of the message in an envelope; undefined where the text is no XML. */
export function rootOf(text: string): MessageRoot | undefined {
  const head = text.slice(0, 65_536).replace(/^\ufeff/, '');
  const start = /^\s*(?:<\?[^>]*\?>\s*|<!--[\s\S]*?-->\s*)*/.exec(head)?.[0].length ?? 0;
  const root = tagAt(head, start);
  if (!root || !isEnvelope(root.name)) return root && { name: root.name, namespace: namespaceIn(root.attributes, root.prefix) ?? '' };
  for (const { index } of head.matchAll(/<(?:[A-Za-z_][\w.-]*:)?Document[\s>]/g)) {
    const document = tagAt(head, index);
    // A prefix may be declared by an element around the message.
    if (document) return { name: document.name, namespace: namespaceIn(document.attributes, document.prefix) ?? namespaceIn(head.slice(0, index), document.prefix) ?? '' };
  }
  return { name: root.name, namespace: namespaceIn(root.attributes, root.prefix) ?? '' };
}

function tagAt(text: string, at: number): { prefix: string; name: string; attributes: string } | undefined {
  const tag = /^<(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)((?:\s+[^\s=>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)/.exec(text.slice(at));
  return tag ? { prefix: tag[1] ?? '', name: tag[2] ?? '', attributes: tag[3] ?? '' } : undefined;
}

/** What a prefix stands for by the declarations in a text, the last one first. */
function namespaceIn(text: string, prefix: string): string | undefined {
  const wanted = prefix === '' ? 'xmlns' : `xmlns:${prefix}`;
  const declared = [...text.matchAll(/([^\s=<]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].findLast(([, attribute]) => attribute === wanted);
  return declared?.[2] ?? declared?.[3];
}

/**
 * Text → the element under `Document`, which may lie in an envelope, after the checks that every message needs: limits, no DOCTYPE, no entities, one namespace
 * throughout. @throws KontorError of the XML reader, or `bank-message-malformed` with line and XPath
 */
export function parseMessage(text: string, namespace: string, name: string): XmlNode {
  if (text.length > mostCharacters) throw new KontorError('bank-message-malformed', `The message has more than ${mostCharacters} characters.`, { place: { line: 1 } });
  // The byte order mark outranks a declared encoding, which no longer holds for text.
  const root = parseXml(Buffer.from(`\ufeff${text.replace(/^\ufeff/, '')}`), limits);
  const [document = root, second] = isEnvelope(root.name) ? documentsIn(root) : [root];
  if (second) throw malformed(placeOf(second), `${root.name} holds several messages`);
  const message = first(document, name);
  if (document.name !== 'Document' || !message) throw malformed(placeUnder(document, name), `${document.name} holds no ${name}`);
  checkNamespace(document, namespace);
  return message;
}

function documentsIn(node: XmlNode): XmlNode[] {
  return node.children.flatMap((child) => (child.name === 'Document' ? [child] : documentsIn(child)));
}

/** Extensions of a bank lie in an envelope of their own and may be of any namespace; they are not read. */
function checkNamespace(node: XmlNode, namespace: string): void {
  if (node.namespace !== namespace) throw malformed(placeOf(node), `${node.name} is of the namespace "${node.namespace.slice(0, 80)}", the message of "${namespace.slice(0, 80)}"`);
  if (node.name !== 'Envlp') for (const child of node.children) checkNamespace(child, namespace);
}

/** Trimmed text at a path that must be there. */
export function required(node: XmlNode, path: string): string {
  const text = optional(node, path);
  if (text === undefined) throw malformed(placeUnder(node, path), `${path.slice(path.lastIndexOf('/') + 1)} is missing`);
  return text;
}

/** Trimmed text at the first of several paths that has one. */
export function optional(node: XmlNode | undefined, ...paths: string[]): string | undefined {
  for (const path of paths) {
    const text = first(node, path)?.text.trim();
    if (text) return text;
  }
  return undefined;
}

/** Code and words of the reasons under one element: the first code counts, all words are kept. */
export function reasonsOf(node: XmlNode, path: string): { reasonCode?: string; reasonText?: string } {
  const reasons = all(node, path);
  const code = reasons.map((reason) => optional(reason, 'Rsn/Cd', 'Rsn/Prtry', 'StsRsn/Cd', 'StsRsn/Prtry', 'RtrRsn/Cd', 'RtrRsn/Prtry')).find((found) => found !== undefined);
  const words = reasons.flatMap((reason) => all(reason, 'AddtlInf').concat(all(reason, 'AddtlStsRsnInf'), all(reason, 'AddtlRtrRsnInf'))).map(({ text }) => text.trim()).filter((text) => text !== '');
  return { ...(code === undefined ? {} : { reasonCode: code }), ...(words.length > 0 ? { reasonText: words.join(' ') } : {}) };
}

export function malformed(place: Place, what: string): KontorError {
  return new KontorError('bank-message-malformed', `${place.line === undefined ? '' : `Line ${place.line}: `}${what}.`, { place });
}
