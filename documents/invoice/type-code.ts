import type { InvoiceClass } from '../../domain/model/invoice.ts';

/** Codes of UNTDID 1001 that credit the buyer; every other one bills, also with negative amounts. */
const creditCodes = new Set(['81', '83', '261', '262', '296', '308', '381', '396', '420', '458', '532']);

export function classOfTypeCode(code: string): InvoiceClass {
  return creditCodes.has(code) ? 'credit-note' : 'invoice';
}
