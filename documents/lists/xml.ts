import { XmlDocument, XmlElement, XmlLibError } from 'libxml2-wasm';
import { KontorError } from '../../domain/errors.ts';
import type { SourceFile } from './source.ts';

/**
 * Parses a list and hands its root to `use`; the document is freed afterwards. No network, no external entity, no entity expansion.
 * Throws list-cut when the file ends inside an element, list-unreadable for any other fault, both with line and column.
 */
export function withXml<T>(file: SourceFile, use: (root: XmlElement) => T): T {
  const document = parse(file);
  try {
    return use(document.root);
  } finally {
    document.dispose();
  }
}

function parse(file: SourceFile): XmlDocument {
  if (/<!ENTITY/i.test(new TextDecoder('latin1').decode(file.bytes.subarray(0, 4096))))
    throw new KontorError('list-unreadable', `${file.path} declares entities; lists have none`, { place: { file: file.path, line: 1 } });
  try {
    return XmlDocument.fromBuffer(file.bytes, { url: '' });
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    const detail = (error as { details?: { line: number; col: number; message: string }[] }).details?.[0];
    const place = { file: file.path, ...(detail ? { line: detail.line, column: detail.col } : {}) };
    const lines = new TextDecoder('latin1').decode(file.bytes).split('\n').length;
    const atEnd = !detail || detail.line >= lines - 1 || /premature|end of (data|file|document)|EndTag/i.test(detail.message);
    throw new KontorError(atEnd ? 'list-cut' : 'list-unreadable', `${file.path} line ${detail?.line ?? '?'}: ${(detail?.message ?? error.message).trim()}`, { place, cause: error });
  }
}

/** Child elements with this local name, whatever the namespace. */
export function children(element: XmlElement, name?: string): XmlElement[] {
  const found: XmlElement[] = [];
  for (let node = element.firstChild; node; node = node.next) if (node instanceof XmlElement && (!name || node.name === name)) found.push(node);
  return found;
}

export function child(element: XmlElement, name: string): XmlElement | undefined {
  return children(element, name)[0];
}

/** Trimmed text of the first child with this name, '' when absent. */
export function textOf(element: XmlElement | undefined, name: string): string {
  const found = element && child(element, name);
  return found ? found.content.trim() : '';
}

export function attribute(element: XmlElement, name: string): string {
  return element.attr(name)?.value.trim() ?? '';
}
