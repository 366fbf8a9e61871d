import type { PaymentMeans } from '../../domain/model/invoice.ts';
import { cleanText } from './values.ts';

/** UNTDID 4461 codes of a direct debit: they carry the mandate. */
export const directDebitCodes = new Set(['49', '59']);

/** UNTDID 4461 for a payment means that names no instrument. */
export const undefinedMeans = '1';

/** An account number with the shape of an IBAN is one, whichever element carried it; check digits are judged where the account is used. */
export function accountOf(number: string | undefined, name?: string, bic?: string): PaymentMeans['account'] {
  const compact = number?.replace(/\s/g, '');
  if (!compact) return undefined;
  const shape = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact) ? { iban: compact } : { id: number };
  return { ...shape, name, bic };
}

/** Of a card number only the last digits are kept (BT-87 allows four to six). */
export function cardOf(number: string | undefined, holder: string | undefined): PaymentMeans['card'] {
  const clean = cleanText(number);
  if (!clean) return undefined;
  const digits = clean.replace(/\D/g, '');
  return { lastDigits: digits.length > 6 ? digits.slice(-4) : clean.slice(-6), holder };
}

/** Some senders repeat an account with less detail; a payment means that another one says in full states nothing more. */
export function withoutRepetitions(means: PaymentMeans[]): PaymentMeans[] {
  if (means.length > 100) return means; // nobody states that many by chance, and the comparison is quadratic
  return means.filter((entry, index) => !means.some((other, at) => at !== index && saysAll(other, entry) && (at < index || !saysAll(entry, other))));
}

function saysAll(whole: unknown, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return whole === part;
  return Object.entries(part).every(([name, member]) => member === undefined || saysAll((whole as Record<string, unknown> | undefined)?.[name], member));
}
