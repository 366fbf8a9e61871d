import { KontorError } from '../../domain/errors.ts';
import { looksLikeXml } from '../xml/decode.ts';
import { shown } from './amounts.ts';

export type StatementSyntax = 'camt' | 'mt940' | 'bai2' | 'nacha';

/** Which syntax the first bytes belong to; names of files are never looked at. Throws document-empty or statement-format-unknown. */
export function detectSyntax(head: Uint8Array): StatementSyntax {
  const text = Buffer.from(head.subarray(0, 4096)).toString('latin1').replace(/^\xef\xbb\xbf/, '');
  if (text.trim() === '') throw new KontorError('document-empty', 'The file has no content.', { place: { line: 1 } });
  if (looksLikeXml(head)) return 'camt';
  if (/^\s*01\s*,/.test(text)) return 'bai2';
  if (/^\s*101[ \d]{10}/.test(text) || /^[5678]\d{2}[^\r\n]{75,}/.test(text)) return 'nacha';
  // eslint-disable-next-line no-control-regex
  if (/^[\s\u0001]*\{[14]:/.test(text) || /(^|[\r\n\u0001]|@@)[ \t]*:(\d{2}[A-Z]?|NS):/.test(text)) return 'mt940';
  throw new KontorError('statement-format-unknown', `The file begins with ${shown(text.trim())}, which no supported format does.`, { place: { line: 1, column: 1 } });
}
