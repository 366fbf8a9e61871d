import { KontorError } from '../../domain/errors.ts';
import { looksLikeXml } from '../xml/decode.ts';
import { placeOf, type XmlNode } from '../xml/node.ts';
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

const ublInvoice = 'urn:oasis:names:specification:ubl:schema:xsd:';
const ciiInvoice = 'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100';

/** Which vocabulary the root element belongs to; every other one is refused by what it is. */
export function detectXml(root: XmlNode): XmlKind {
  const { name, namespace } = root;
  if ((name === 'Invoice' && namespace === `${ublInvoice}Invoice-2`) || (name === 'CreditNote' && namespace === `${ublInvoice}CreditNote-2`)) return 'ubl';
  if (name === 'CrossIndustryInvoice' && namespace === ciiInvoice) return 'cii';
  if (name === 'M_INVOIC') return 'edifact-xml';
  throw refusalOf(root);
}

/** Other business documents that arrive at the same address, by the name of their root element. */
const otherDocument =
  /^(Order|OrderResponse|OrderChange|OrderCancellation|DespatchAdvice|ReceiptAdvice|Reminder|Statement|Quotation|Catalogue|ApplicationResponse|SelfBilledInvoice|SelfBilledCreditNote|RemittanceAdvice|DebitNote|CrossIndustry(Order|OrderResponse|OrderChange|DespatchAdvice|Remittance\w*)|SCRDMCCBDACI\w+|FatturaElettronica|Document|M_\w+|xmpmeta)$/;

function refusalOf(root: XmlNode): KontorError {
  const { name, namespace } = root;
  const place = placeOf(root);
  const what = `${quoted(name)} of ${namespace ? quoted(namespace.slice(0, 120)) : 'no namespace'}`;
  if (/^urn:ferd:CrossIndustryDocument/.test(namespace) || name === 'CrossIndustryDocument')
    return new KontorError('invoice-syntax-outdated', `The document is ZUGFeRD 1, ${what}; ZUGFeRD 2 or later is read.`, { place });
  if (name === 'CrossIndustryInvoice' && /CrossIndustryInvoice:\d+$/.test(namespace))
    return new KontorError('invoice-syntax-outdated', `The document is an older CII, ${what}; version D16B is read.`, { place });
  if ((name === 'Invoice' || name === 'CreditNote') && /oasis.*ubl.*-1\.0$|^urn:oasis:names:tc:ubl/.test(namespace))
    return new KontorError('invoice-syntax-outdated', `The document is UBL 1, ${what}; UBL 2.1 is read.`, { place });
  if (otherDocument.test(name)) return new KontorError('document-not-an-invoice', `The document is no invoice: its root is ${what}.`, { place });
  return new KontorError('xml-namespace', `The root element is ${what}, which is no known invoice.`, { place });
}

function printable(text: string): string {
  return text.slice(0, 40).replace(/[^\x20-\x7e]/g, '.');
}
