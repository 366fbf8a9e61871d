import { KontorError } from '../../domain/errors.ts';
import { looksLikeXml } from '../xml/decode.ts';
import { placeOf, type XmlNode } from '../xml/node.ts';
import { formerUblOf, nationalSyntaxOf } from './national-syntax.ts';
import { quoted } from './values.ts';

export type Container = 'xml' | 'pdf' | 'edifact' | 'x12' | 'json';

/** What the bytes are, by their content alone. Throws for what can hold no invoice. */
export function detectContainer(bytes: Uint8Array): Container {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (text === '' && bytes.length <= 1024) throw new KontorError('document-empty', 'The document has no content.', { place: { line: 1 } });
  if (/^PK(\x03\x04|\x05\x06|\x07\x08)|^\x1f\x8b|^7z\xbc\xaf|^Rar!/.test(head)) throw new KontorError('document-archive', 'The document is an archive (zip, gzip, 7z or rar).', { place: { line: 1 } });
  if (head.includes('%PDF-')) return 'pdf';
  if (/^UN[AB]/.test(text) || /^UNH\+/.test(text)) return 'edifact';
  if (/^ISA[^A-Za-z0-9]/.test(text)) return 'x12';
  if (looksLikeXml(bytes)) return 'xml';
  if (/^[{[]/.test(text)) return 'json';
  throw new KontorError('document-format-unknown', `The document begins with ${quoted(printable(text))}, which no supported format does.`, { place: { line: 1 } });
}

export type XmlKind = 'ubl' | 'cii' | 'edifact-xml';

/** The business document inside a Standard Business Document envelope (Peppol), or the root itself. */
export function payloadOf(root: XmlNode): XmlNode {
  if (root.name !== 'StandardBusinessDocument') return root;
  return root.children.find((child) => child.name !== 'StandardBusinessDocumentHeader') ?? root;
}

const ublDocument = /^(SelfBilled)?(Invoice|CreditNote)$/;
const ublNamespace = 'urn:oasis:names:specification:ubl:schema:xsd:';
const ciiInvoice = 'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100';

/** Which vocabulary the root element belongs to; every other one is refused by what it is. */
export function detectXml(root: XmlNode): XmlKind {
  const { name, namespace } = root;
  if (ublDocument.test(name) && namespace === `${ublNamespace}${name}-2`) return 'ubl';
  if (name === 'CrossIndustryInvoice' && namespace === ciiInvoice) return 'cii';
  if (name === 'M_INVOIC') return 'edifact-xml';
  throw refusalOf(root);
}

/** Other business documents that arrive at the same address, by the name of their root element. */
const otherDocument =
  /^(Order|OrderResponse|OrderChange|OrderCancellation|DespatchAdvice|ReceiptAdvice|Reminder|Statement|Quotation|Catalogue|ApplicationResponse|RemittanceAdvice|DebitNote|CrossIndustry(Order|OrderResponse|OrderChange|DespatchAdvice|Remittance\w*)|SCRDMCCBDACI\w+|Document|M_\w+|xmpmeta)$/;

function refusalOf(root: XmlNode): KontorError {
  const { name, namespace } = root;
  const place = placeOf(root);
  const what = `${quoted(name)} of ${named(namespace)}`;
  if (/^urn:ferd:CrossIndustryDocument/.test(namespace) || name === 'CrossIndustryDocument')
    return new KontorError('invoice-syntax-outdated', `The document is ZUGFeRD 1, ${what}; ZUGFeRD 2 or later is read.`, { place });
  if (name === 'CrossIndustryInvoice' && /CrossIndustryInvoice:\d+$/.test(namespace))
    return new KontorError('invoice-syntax-outdated', `The document is an older CII, ${what}; version D16B is read.`, { place });
  const former = formerUblOf(root);
  if (former) return new KontorError('invoice-syntax-outdated', `The document is ${former}: its root is ${what}; UBL 2.1 is read.`, { place });
  const national = nationalSyntaxOf(root);
  if (national) return new KontorError('invoice-syntax-unsupported', `The document is an invoice in the form ${national}: its root is ${what}. That form is not read.`, { place });
  if (otherDocument.test(name)) return new KontorError('document-not-an-invoice', `The document is no invoice: its root is ${what}.`, { place });
  return new KontorError('xml-namespace', `The root element is ${what}, which is no known invoice.`, { place });
}

/** Below these elements a document may carry any vocabulary. */
const extensions = new Set(['UBLExtensions']);
const vocabulary: Record<Exclude<XmlKind, 'edifact-xml'>, RegExp> = {
  ubl: /^urn:oasis:names:specification:ubl:schema:xsd:(Common(Aggregate|Basic|Extension)Components|(SelfBilled)?(Invoice|CreditNote))-2$/,
  cii: /^urn:un:unece:uncefact:data:standard:(CrossIndustryInvoice|ReusableAggregateBusinessInformationEntity|(Un)?[Qq]ualifiedDataType):100$/,
};

/**
 * Readers find elements by their local names; an element of another namespace would be taken for one of the invoice, or would hide
 * it from people who see the document through another program. Throws for the first one.
 */
export function ofVocabulary(node: XmlNode, kind: Exclude<XmlKind, 'edifact-xml'>): XmlNode {
  if (!vocabulary[kind].test(node.namespace))
    throw new KontorError('xml-namespace', `${quoted(node.name)} is of ${named(node.namespace)}, which has no place in this invoice (line ${node.line}).`, { place: placeOf(node) });
  if (!extensions.has(node.name)) for (const child of node.children) ofVocabulary(child, kind);
  return node;
}

function named(namespace: string): string {
  return namespace ? `"${namespace.slice(0, 120)}"` : 'no namespace';
}

function printable(text: string): string {
  return text.slice(0, 40).replace(/[^\x20-\x7e]/g, '.');
}
