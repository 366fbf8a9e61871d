import type { InvoiceClass } from '../../domain/model/invoice.ts';

/** Codes of UNTDID 1001 that credit the buyer; every other one bills, also with negative amounts. */
const creditCodes = new Set(['81', '83', '261', '262', '296', '308', '381', '396', '420', '458', '532']);

export function classOfTypeCode(code: string): InvoiceClass {
  return creditCodes.has(code) ? 'credit-note' : 'invoice';
}

/** Malaysia (MyInvois) counts its kinds of documents itself: invoice, credit, debit and refund note, then the same self-billed. */
const malaysianCodes: Record<string, string> = { '01': '380', '02': '381', '03': '383', '04': '381', '11': '389', '12': '261', '13': '527', '14': '261' };

/** A code of UBL → UNTDID 1001. Malaysia's form gives the version of its list beside the code; elsewhere such codes mean other things. */
export function ublTypeCode(code: string, listVersion: string | undefined): string {
  return /^1\.\d$/.test(listVersion?.trim() ?? '') ? (malaysianCodes[code] ?? code) : code;
}
