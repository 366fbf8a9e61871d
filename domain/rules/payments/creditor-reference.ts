import { isCreditorReference } from '../cash-application/creditor-reference.ts';
import { compactIban } from './iban.ts';

/** Whether a text wants to be an ISO 11649 reference: `RF` and two digits. Other references are quoted as they are. */
export function looksLikeCreditorReference(text: string): boolean {
  return /^\s*RF\s*\d\s*\d/i.test(text);
}

/** What each digit leaves to the next one in a recursive check by modulo 10. */
const carries = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5];

/** The reference of a Swiss QR-bill: 27 digits, not all of them zeros, the last a check digit over the others (modulo 10, recursive). */
export function isQrReference(text: string): boolean {
  const digits = [...text.replace(/\s/g, '')].map(Number);
  if (!/^\d{27}$/.test(text.replace(/\s/g, '')) || digits.every((digit) => digit === 0)) return false;
  const carry = digits.slice(0, -1).reduce((left, digit) => carries[(left + digit) % 10] ?? 0, 0);
  return digits.at(-1) === (10 - carry) % 10;
}

/** An account that takes QR references and nothing else: the institution is one of 30000 to 31999, in Switzerland or Liechtenstein. */
export function isQrIban(iban: string | undefined): boolean {
  return iban !== undefined && /^(CH|LI)\d{2}3[01]\d{3}/.test(compactIban(iban));
}

/** Why a payee's reference cannot be quoted to this account, as a sentence; a bank would refuse the payment for it. */
export function referenceFault(reference: string | undefined, iban: string | undefined): string | undefined {
  if (reference !== undefined && looksLikeCreditorReference(reference) && !isCreditorReference(reference)) return 'The creditor reference that the payee wants quoted begins with RF, and its check digits or its length do not fit (ISO 11649).';
  if (isQrIban(iban)) return reference !== undefined && isQrReference(reference) ? undefined : 'The account takes payments with a QR reference alone (QR-IBAN), and the payee wants none quoted that has 27 digits and the right check digit.';
  return iban !== undefined && reference !== undefined && isQrReference(reference) ? 'The payee wants a QR reference quoted, and the account is none that takes them (QR-IBAN).' : undefined;
}
