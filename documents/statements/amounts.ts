import { isPlainDate } from '../../domain/calendar/plain-date.ts';
import { KontorError, type Place } from '../../domain/errors.ts';
import type { Money } from '../../domain/model/money.ts';
import { currencyDigits, isCurrency } from '../../domain/rules/money.ts';

/**
 * Codes that ISO 4217 has withdrawn and that old statements still carry, with their decimals. They are read and checked;
 * no rule of the books knows them, so that nothing can be posted in them.
 */
const withdrawn = new Map<string, number>([
  ...['ATS', 'AZM', 'BGL', 'CYP', 'DEM', 'EEK', 'FIM', 'FRF', 'GRD', 'HRK', 'IEP', 'LTL', 'LVL', 'MTL', 'NLG', 'PLZ', 'ROL', 'RUR', 'SIT', 'SKK', 'TRL', 'VEF', 'XEU', 'YUM'].map((code): [string, number] => [code, 2]),
  ...['BEF', 'BYR', 'ESP', 'ITL', 'LUF', 'PTE'].map((code): [string, number] => [code, 0]),
]);

/** Fraction digits of a current or withdrawn currency; throws statement-currency-unknown for any other text. */
export function digitsOf(currency: string, place: Place): number {
  if (isCurrency(currency)) return currencyDigits(currency);
  const digits = withdrawn.get(currency);
  if (digits === undefined) throw new KontorError('statement-currency-unknown', currency === '' ? 'The currency is missing.' : `${shown(currency)} is no currency of ISO 4217.`, { place });
  return digits;
}

export function isStatementCurrency(code: string): boolean {
  return isCurrency(code) || withdrawn.has(code);
}

/**
 * The amount of a format with a decimal comma; some banks write a point. Neither marks thousands, so that a text with both is none,
 * and the decimals of the currency tell a point that stands for thousands.
 */
export function readCommaAmount(text: string, currency: string, negative: boolean, place: Place): Money {
  return readAmount(text, currency, text.includes('.') && !text.includes(',') ? '.' : ',', negative, place);
}

/**
 * `12,5`, `,00`, `10,` or `12.50` → money; `separator` is the decimal sign of the format. Trailing zeros beyond the currency's
 * decimals mean nothing; any other digit there is an error (SI-11).
 */
export function readAmount(text: string, currency: string, separator: ',' | '.', negative: boolean, place: Place): Money {
  const parts = (separator === ',' ? /^(\d*)(?:,(\d*))?$/ : /^(\d*)(?:\.(\d*))?$/).exec(text);
  if (!parts || text.length > 30 || (parts[1] === '' && !parts[2])) throw new KontorError('statement-amount-malformed', `${shown(text)} is no amount.`, { place });
  const digits = digitsOf(currency, place);
  const fraction = (parts[2] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) throw new KontorError('statement-amount-too-precise', `${shown(text)} has more decimals than ${currency} allows (${digits}).`, { place });
  return signed(BigInt(`${parts[1] ?? ''}${fraction.padEnd(digits, '0')}`), currency, negative);
}

/** Whole minor units, as BAI2 and NACHA write them, with an optional sign. */
export function readMinor(text: string, currency: string, place: Place): Money {
  if (!/^[+-]?\d{1,18}$/.test(text)) throw new KontorError('statement-amount-malformed', `${shown(text)} is no amount in minor units.`, { place });
  digitsOf(currency, place);
  return signed(BigInt(text), currency, false);
}

/** Days that were read last: a statement repeats few of them many times. */
const shortDates = new Map<string, string>();
const keptDates = 1_000;

/** `YYMMDD` → plain date; 80 to 99 are years of the last century. */
export function readShortDate(text: string, place: Place): string {
  const known = shortDates.get(text);
  if (known !== undefined) return known;
  const date = /^\d{6}$/.test(text) ? `${Number(text.slice(0, 2)) >= 80 ? '19' : '20'}${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4)}` : '';
  if (!isPlainDate(date)) throw new KontorError('statement-date-malformed', `${shown(text)} is no date in the form YYMMDD.`, { place });
  if (shortDates.size >= keptDates) shortDates.clear();
  shortDates.set(text, date);
  return date;
}

export function shown(text: string): string {
  return `"${text.slice(0, 40).replace(/[^\x20-\x7e]/g, '.')}"`;
}

function signed(minor: bigint, currency: string, negative: boolean): Money {
  return { currency, minor: (negative ? -minor : minor).toString() };
}
