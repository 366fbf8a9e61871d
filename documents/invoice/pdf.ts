import { inflateSync } from 'node:zlib';
import { getDocumentProxy } from 'unpdf';
import type { PDFDocumentProxy } from 'unpdf/pdfjs';
import { KontorError } from '../../domain/errors.ts';
import { looksLikeXml } from '../xml/decode.ts';
import { invoiceXmlLimits } from '../xml/guard.ts';
import type { XmlNode } from '../xml/node.ts';
import { parseXml } from '../xml/parse.ts';
import { detectXml, payloadOf } from './detect.ts';

export interface PdfFile {
  name: string;
  bytes: Uint8Array;
}

/** What the compressed streams of one PDF may unfold to, together; pages of scanned images may take more than anything else. */
const maxInflated = { files: 128 * 1024 * 1024, images: 768 * 1024 * 1024 };
const wholeDocument = { place: { path: '' } };

/** More pages than an invoice has; nothing is looked for on those behind. */
const mostPages = 500;

/**
 * The files embedded in a PDF: those of its name tree in their order and, where none of them is XML, those pinned to its pages. A file to
 * which only an `/AF` entry points is not found. Scripts and links are never touched.
 */
export async function embeddedFilesOf(bytes: Uint8Array): Promise<PdfFile[]> {
  guardStreams(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  try {
    // The library takes ownership of the bytes it is given.
    const document = await getDocumentProxy(new Uint8Array(bytes), { isEvalSupported: false, useSystemFonts: false, stopAtErrors: false });
    try {
      const attachments = ((await document.getAttachments()) ?? {}) as Record<string, Attachment>;
      const listed = Object.entries(attachments).map(([key, file]) => fileOf(file, key));
      return listed.some((file) => looksLikeXml(file.bytes)) ? listed : [...listed, ...(await pinnedFilesOf(document))];
    } finally {
      await document.destroy();
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') throw new KontorError('pdf-encrypted', 'The PDF asks for a password.', wholeDocument);
    throw new KontorError('pdf-malformed', 'The PDF is damaged; its files could not be listed.', wholeDocument);
  }
}

interface Attachment {
  filename?: string;
  content?: Uint8Array | null;
}

function fileOf({ filename, content }: Attachment, otherwise: string): PdfFile {
  return { name: filename ?? otherwise, bytes: content ?? new Uint8Array() };
}

/** Files of the annotations of pages. A page that cannot be read, such as one that is only counted, ends the search. */
async function pinnedFilesOf(document: PDFDocumentProxy): Promise<PdfFile[]> {
  const files: PdfFile[] = [];
  for (let number = 1; number <= Math.min(document.numPages, mostPages); number++) {
    const annotations = await document.getPage(number).then((page) => page.getAnnotations(), () => undefined);
    if (!annotations) break;
    for (const { file } of annotations as { file?: Attachment }[]) if (file) files.push(fileOf(file, `page-${number}`));
  }
  return files;
}

/** Names under which standards embed the invoice, best known first; any other XML file comes after them. */
const invoiceNames = ['factur-x.xml', 'xrechnung.xml', 'zugferd-invoice.xml'];

/** The embedded file that is the invoice. Where none is, the best-named XML file says why. */
export function invoiceFileIn(files: PdfFile[]): { file: PdfFile; root: XmlNode; rivals: PdfFile[] } {
  const candidates = files.filter((file) => looksLikeXml(file.bytes)).sort((a, b) => rank(a.name) - rank(b.name));
  const read: { file: PdfFile; root: XmlNode }[] = [];
  let refusal: unknown;
  for (const file of candidates) {
    try {
      const root = parseXml(file.bytes, invoiceXmlLimits);
      detectXml(payloadOf(root));
      read.push({ file, root });
    } catch (error) {
      refusal ??= error;
    }
  }
  const [best, ...rivals] = read;
  if (best) return { ...best, rivals: rivals.map((rival) => rival.file) };
  if (refusal instanceof KontorError) throw new KontorError(refusal.code, `Embedded file ${candidates[0]?.name}: ${refusal.message}`, { place: { ...refusal.place, file: candidates[0]?.name } });
  throw new KontorError('pdf-without-invoice', files.length > 0 ? `None of the ${files.length} files in the PDF is XML.` : 'No file is listed in the PDF or pinned to one of its pages.', wholeDocument);
}

function rank(name: string): number {
  const at = invoiceNames.indexOf(name.toLowerCase());
  return at < 0 ? invoiceNames.length : at;
}

/** Unfolds every deflated stream once under a limit, before a library unfolds them without one. */
function guardStreams(pdf: Buffer): void {
  const left = { ...maxInflated };
  for (let at = pdf.indexOf('stream'); at >= 0; at = pdf.indexOf('stream', at + 6)) {
    if (pdf.toString('latin1', Math.max(0, at - 3), at) === 'end') continue;
    const dictionary = pdf.subarray(Math.max(0, at - 512), at).toString('latin1');
    const filters = dictionary.slice(dictionary.lastIndexOf(' obj') + 1).match(/\/(FlateDecode|Fl|LZWDecode|LZW)\b/g) ?? [];
    if (filters.length > 1) throw new KontorError('pdf-malformed', 'A stream of the PDF is compressed more than once.', wholeDocument);
    const budget = /\/Subtype\s*\/Image\b/.test(dictionary) ? 'images' : 'files';
    if (filters[0]?.startsWith('/F')) left[budget] -= inflatedLength(pdf.subarray(startOfData(pdf, at)), left[budget]);
  }
}

function startOfData(pdf: Buffer, at: number): number {
  const next = at + 'stream'.length;
  return next + (pdf[next] === 0x0d ? 1 : 0) + (pdf[next + (pdf[next] === 0x0d ? 1 : 0)] === 0x0a ? 1 : 0);
}

function inflatedLength(data: Buffer, limit: number): number {
  try {
    return inflateSync(data, { maxOutputLength: Math.max(1, limit) }).byteLength;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new KontorError('pdf-malformed', `The streams of the PDF unfold to more than ${maxInflated.files} bytes.`, wholeDocument);
    return 0; // damaged or not deflated: the PDF library says so where it matters
  }
}
