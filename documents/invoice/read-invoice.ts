import { KontorError, problem, problemOf, type Problem } from '../../domain/errors.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import { canonicalJson } from '../../domain/rules/canonical-json.ts';
import { isCurrency } from '../../domain/rules/money.ts';
import { carriesMalwareSignature, contentHashOf, textCarriesMalwareSignature } from '../attachments.ts';
import { suspiciousTextsIn, unstorableTextIn, visitTexts } from '../suspicious-text.ts';
import { invoiceXmlLimits } from '../xml/guard.ts';
import type { XmlNode } from '../xml/node.ts';
import { parseXml } from '../xml/parse.ts';
import { withoutRepetitions } from './accounts.ts';
import { readCii } from './cii/read-cii.ts';
import { detectContainer, detectXml, ofVocabulary, payloadOf } from './detect.ts';
import type { DraftInvoice, EmbeddedFile } from './draft.ts';
import { readEdifact, readEdifactXml } from './edifact/read-edifact.ts';
import { openFiles } from './files.ts';
import { strayFilesIn } from './stray-files.ts';
import { splitInterchange } from './interchange.ts';
import { embeddedFilesOf, invoiceFileIn } from './pdf.ts';
import { checkedInvoice, readJson } from './read-json.ts';
import type { InvoiceFormat, InvoiceSyntax, ReadOptions, ReadResult, ReadWarning } from './result.ts';
import { readUbl } from './ubl/read-ubl.ts';
import { withoutUnsetDates } from './unset-dates.ts';
import { readX12 } from './x12/read-x12.ts';

const defaultMaxBytes = 20 * 1024 * 1024;

/** What the bytes turned out to be, before they are read as an invoice. */
interface Source {
  syntax: InvoiceSyntax;
  read: () => DraftInvoice;
  /** For a PDF: the name of the embedded invoice, the other files, and what is odd about them. */
  embeddedName?: string;
  beside?: { name: string; bytes: Uint8Array }[];
  /** Files that the XML embeds where no standard looks for them. */
  stray?: EmbeddedFile[];
  warnings?: ReadWarning[];
}

/**
 * Bytes of an e-invoice in any supported format → canonical invoice with its attachments, or a problem with its place.
 * The format is told by the content. Totals are adopted as stated, also where they do not foot (F1). Never throws for a bad document.
 */
export async function readInvoice(bytes: Uint8Array, options: ReadOptions = {}): Promise<ReadResult> {
  let format: InvoiceFormat | undefined;
  try {
    requireSize(bytes, options.maxBytes ?? defaultMaxBytes);
    const source = await sourceOf(bytes);
    format = withoutAbsent({ syntax: source.syntax, embeddedName: source.embeddedName });
    const draft = source.read();
    if (draft.profile) format.profile = draft.profile;
    return finished(draft, source, format, bytes);
  } catch (error) {
    const found = problemFrom(error);
    const several = found.code === 'document-several-invoices' && (format?.syntax === 'edifact' || format?.syntax === 'x12') && detectContainer(bytes) === format.syntax;
    return { ok: false, ...(format && { format }), problem: found, ...(several && { interchange: splitInterchange(bytes, format?.syntax as 'edifact' | 'x12') }) };
  }
}

async function sourceOf(bytes: Uint8Array): Promise<Source> {
  switch (detectContainer(bytes)) {
    case 'xml':
      return xmlSource(parseXml(bytes, invoiceXmlLimits));
    case 'pdf':
      return pdfSource(bytes);
    case 'edifact':
      return { syntax: 'edifact', read: () => readEdifact(bytes) };
    case 'x12':
      return { syntax: 'x12', read: () => readX12(bytes) };
    case 'json':
      return { syntax: 'json', read: () => readJson(bytes) };
  }
}

function xmlSource(document: XmlNode): Source {
  const root = payloadOf(document);
  const stray = strayFilesIn(root);
  switch (detectXml(root)) {
    case 'ubl':
      return { syntax: 'ubl', read: () => readUbl(ofVocabulary(root, 'ubl')), stray };
    case 'cii':
      return { syntax: 'cii', read: () => readCii(ofVocabulary(root, 'cii')), stray };
    case 'edifact-xml':
      return { syntax: 'edifact', read: () => readEdifactXml(root) };
  }
}

async function pdfSource(bytes: Uint8Array): Promise<Source> {
  const files = await embeddedFilesOf(bytes);
  const { file, root, rivals } = invoiceFileIn(files);
  const { syntax, read, stray } = xmlSource(root);
  const names = rivals.map((rival) => rival.name).join(', ');
  return {
    syntax: syntax === 'ubl' ? 'pdf-ubl' : 'pdf-cii',
    read,
    stray,
    embeddedName: file.name,
    beside: files.filter((other) => other !== file),
    warnings: rivals.length > 0 ? [{ code: 'pdf-several-invoices', message: `The PDF also carries ${names}; ${file.name} was read.` }] : [],
  };
}

function finished(draft: DraftInvoice, source: Source, format: InvoiceFormat, bytes: Uint8Array): ReadResult {
  const { attachments, stated, warnings } = openFiles(draft.files, source.stray ?? [], source.beside ?? []);
  const payment = { ...draft.invoice.payment, means: withoutRepetitions(draft.invoice.payment.means) };
  const assembled = { ...draft.invoice, payment, attachments: stated };
  // The reader of the JSON form has checked it.
  const { invoice, warnings: unset } = source.syntax === 'json' ? { invoice: assembled, warnings: [] } : checkedDraft(assembled);
  requireStorable(invoice);
  requireOneCurrency(invoice);
  return {
    ok: true,
    format,
    invoice,
    attachments,
    documentHash: contentHashOf(new TextEncoder().encode(canonicalJson(invoice))),
    warnings: [...(source.warnings ?? []), ...warnings, ...unset, ...warningsOn(invoice, bytes)],
  };
}

function checkedDraft(draft: Invoice): { invoice: Invoice; warnings: ReadWarning[] } {
  const { invoice, warnings } = withoutUnsetDates(withoutAbsent(draft));
  return { invoice: checkedInvoice(invoice), warnings };
}

function requireSize(bytes: Uint8Array, maxBytes: number): void {
  if (bytes.byteLength > maxBytes)
    throw new KontorError('document-too-large', `The document has ${bytes.byteLength} bytes; ${maxBytes} are accepted.`, { place: { path: '' } });
}

function requireStorable(invoice: Invoice): void {
  const path = unstorableTextIn(invoice);
  if (path !== undefined) throw new KontorError('invoice-field-malformed', `${path} has characters that are no text (NUL or half a surrogate pair).`, { place: { path } });
}

/** Syntax readers ask for the currency at each amount; the JSON form states it everywhere and is checked here. */
function requireOneCurrency(invoice: Invoice): void {
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const currency = (value as { currency?: unknown }).currency;
    if ('minor' in value && path !== '/totals/taxInAccountingCurrency' && currency !== invoice.currency)
      throw new KontorError('invoice-currency-mixed', `${path} is in ${String(currency)}, the invoice in ${invoice.currency}.`, { place: { path } });
    for (const [name, member] of Object.entries(value)) visit(member, `${path}/${name}`);
  };
  if (!isCurrency(invoice.currency)) throw new KontorError('invoice-currency-unknown', `${invoice.currency} is not a currency of ISO 4217.`, { place: { path: '/currency' } });
  visit(invoice, '');
}

function warningsOn(invoice: Invoice, bytes: Uint8Array): ReadWarning[] {
  const texts = suspiciousTextsIn(invoice).map(
    ({ path, characters }): ReadWarning => ({ code: 'text-suspicious', message: `${path} carries ${characters.join(', ')}.`, place: { path } }),
  );
  const inText = carriesMalwareSignature(bytes) || anyText(invoice, textCarriesMalwareSignature);
  if (!inText) return texts;
  return [...texts, { code: 'attachment-quarantined', message: 'The document itself carries the test signature of malware.', place: { path: '' } }];
}

function anyText(invoice: Invoice, judge: (text: string) => boolean): boolean {
  let found = false;
  visitTexts(invoice, (text) => {
    found ||= judge(text);
  });
  return found;
}

function problemFrom(error: unknown): Problem {
  if (error instanceof KontorError) return problemOf(error);
  const kind = error instanceof Error ? error.name : typeof error;
  return problem('document-reader-crashed', `The reader gave up on this document (${kind}).`, { path: '' });
}

/** A copy without members that are undefined, so that equal invoices are equal member by member. */
function withoutAbsent<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutAbsent) as T;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutAbsent(member)])) as T;
}
