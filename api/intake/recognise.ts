import type { ReadResult } from '../../documents/invoice/result.ts';
import type { ErrorCode } from '../../domain/errors.ts';

/** Somebody calls it an invoice, or nobody could look. */
const ofInvoices = new Set<ErrorCode>(['invoice-syntax-outdated', 'invoice-syntax-unsupported', 'document-reader-timeout', 'document-reader-crashed']);
/** Of another kind, and well said so. */
const ofOthers = new Set<ErrorCode>(['document-not-an-invoice', 'pdf-without-invoice']);
const root = /<(?:[\w.-]+:)?(?:SelfBilled)?(?:Invoice|CreditNote|CrossIndustryInvoice|CrossIndustryDocument)[\s/>]/;
const embedded = /^(?:factur-x|xrechnung|zugferd-invoice)\.xml$/i;
const canonicalMembers = ['"schemaVersion"', '"totals"'];

/**
 * Whether a file among others is an invoice: one that can be read, an interchange of several, or one that was meant to be an invoice and
 * is broken. What cannot be told is a picture, a time sheet or the conditions of sale, and belongs to the invoice beside it.
 */
export function isMeantAsInvoice(bytes: Uint8Array, read: ReadResult): boolean {
  if (read.ok || read.interchange !== undefined) return true;
  const { format, problem } = read;
  if (ofOthers.has(problem.code)) return false;
  if (ofInvoices.has(problem.code)) return true;
  if (format?.syntax === 'json') return canonicalMembers.every((member) => Buffer.from(bytes).includes(member));
  return format !== undefined || embedded.test(problem.place?.file ?? '') || root.test(beginningOf(bytes));
}

/** Enough to see the root element behind declarations; in UTF-16 every second byte is zero. */
function beginningOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 64 * 1024)).toString('latin1').replaceAll('\0', '');
}
