import type { InvoiceClass } from '../../model/invoice.ts';

/** The forms under which a supplier's number is compared. */
export interface DocumentKeys {
  /** NFKC, upper case, no outer white space: equal means the same number (D1). */
  readonly number: string;
  /** Letters and digits only, then leading zeros of the whole dropped: 003411 is 3411 (D2). */
  readonly k1: string;
  /** Leading zeros of every run of digits dropped, then letters and digits only: INV-2024-017 is INV-2024-17 (D2). */
  readonly k2: string;
}

export function documentKeys(number: string): DocumentKeys {
  const raw = number.normalize('NFKC').toUpperCase().trim();
  const plain = raw.replace(/[^\p{L}\p{N}]/gu, '');
  const k2 = raw.replace(/\p{Nd}+/gu, (run) => run.replace(/^0+(?=.)/u, '')).replace(/[^\p{L}\p{N}]/gu, '');
  return { number: raw, k1: plain.replace(/^0+(?=.)/u, ''), k2 };
}

/** Both forms of several numbers, each once (D2). */
export function keyForms(numbers: readonly string[]): string[] {
  return [...new Set(numbers.map(documentKeys).flatMap(({ k1, k2 }) => [k1, k2]))];
}

/** What the database locks and keeps unique: within a company the group, the class and the number; k1 and k2 for the locks (D1, D11). */
export function duplicateKeys(supplierGroup: string, documentClass: InvoiceClass, number: string): DocumentKeys & { supplierGroup: string; class: InvoiceClass } {
  return { supplierGroup, class: documentClass, ...documentKeys(number) };
}

/** Numbers that identify nothing: empty, zero, a bare date, or a word of the policy's list (D2). */
export function isPlaceholder(number: string, placeholders: readonly string[]): boolean {
  const { number: raw, k1 } = documentKeys(number);
  if (k1 === '' || /^0+$/.test(k1)) return true;
  if (placeholders.some((entry) => documentKeys(entry).k1 === k1)) return true;
  return isBareDate(raw);
}

/** The keys of those numbers that identify something (D2). */
export function identifyingKeys(numbers: readonly string[], placeholders: readonly string[]): DocumentKeys[] {
  return numbers.filter((number) => !isPlaceholder(number, placeholders)).map(documentKeys);
}

/** 2026-11-20, 20.11.2026, 11/20/2026 …; eight digits without marks are a common number and stay one. */
function isBareDate(raw: string): boolean {
  const parts = /^(\d{1,4})[-./ ](\d{1,2})[-./ ](\d{1,4})$/.exec(raw);
  if (!parts) return false;
  const [first = 0, second = 0, third = 0] = parts.slice(1).map(Number);
  const isYear = (value: number): boolean => value >= 1990 && value <= 2100;
  const isDayAndMonth = (a: number, b: number): boolean => a >= 1 && b >= 1 && a <= 31 && b <= 31 && (a <= 12 || b <= 12);
  return (isYear(first) && isDayAndMonth(second, third)) || (isYear(third) && isDayAndMonth(first, second));
}
