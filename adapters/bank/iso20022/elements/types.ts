import { isPlainDate } from '../../../../domain/calendar/plain-date.ts';
import type { SimpleType } from './rules.ts';

export function text(most: number): SimpleType {
  return { what: `1 to ${most} characters`, fits: (value) => value.length >= 1 && [...value].length <= most };
}

export function code(...values: string[]): SimpleType {
  return { what: values.join(', or '), fits: (value) => values.includes(value) };
}

/** A code of a list that ISO keeps outside of the schema. */
export function externalCode(most: number): SimpleType {
  return matching(new RegExp(`^[A-Z0-9]{1,${most}}$`), `a code of 1 to ${most} capitals or digits`);
}

export function matching(pattern: RegExp, what: string): SimpleType {
  return { what, fits: (value) => pattern.test(value) };
}

/** A decimal without sign or exponent within the digits that the schema allows. */
export function decimal(totalDigits: number, fractionDigits: number): SimpleType {
  return {
    what: `a number of at most ${totalDigits} digits, ${fractionDigits} of them after the point`,
    fits: (value) => {
      const [, whole = '', fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(value) ?? [];
      return whole !== '' && whole.replace(/^0+(?=\d)/, '').length + fraction.length <= totalDigits && fraction.length <= fractionDigits;
    },
  };
}

export const identification = matching(/^(?!\/)(?!.*\/\/)[A-Za-z0-9/\-?:().,'+ ]{1,35}(?<!\/)$/, 'at most 35 characters of the SEPA set, without a slash at an end or two together');
export const numericText = matching(/^\d{1,15}$/, '1 to 15 digits');
export const date: SimpleType = { what: 'a date such as 2026-11-20', fits: isPlainDate };
export const dateTime = matching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, 'an instant such as 2026-11-20T09:30:00Z');
export const flag = code('true', 'false');
export const country = matching(/^[A-Z]{2}$/, 'a country of two capitals');
export const currency = matching(/^[A-Z]{3}$/, 'a currency of three capitals');
export const iban = matching(/^[A-Z]{2}\d{2}[A-Za-z0-9]{1,30}$/, 'an IBAN without blanks');
/** Narrower than the schema of version 09: letters of the bank, country, place and branch as ISO 9362 gives them out. */
export const bic = matching(/^[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?$/, 'a BIC of 8 or 11 characters');
export const amount = decimal(18, 5);
export const sum = decimal(18, 17);
