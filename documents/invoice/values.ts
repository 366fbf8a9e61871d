import { isPlainDate } from '../../domain/calendar/plain-date.ts';
import { KontorError, type Place } from '../../domain/errors.ts';
import type { Decimal, Money } from '../../domain/model/money.ts';
import { exact, toText } from '../../domain/rules/decimal.ts';
import { isCurrency, moneyFromDecimal } from '../../domain/rules/money.ts';

/** Texts of a document → values of the canonical form. Every refusal names the field and its place. */

/** White space at the ends and between words means nothing; line breaks stay. Nothing left → absent. */
export function cleanText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const clean = text.replace(/\r\n?/g, '\n').replace(/[ \t\f\v]+/g, ' ').replace(/ ?\n ?/g, '\n').trim();
  return clean === '' ? undefined : clean;
}

/** An order number; syntaxes and portals that want one always get a placeholder from senders who have none. */
export function orderNumberOf(text: string | undefined): string | undefined {
  return text !== undefined && /^(n\/?a|none|-)$/i.test(text) ? undefined : text;
}

export function missing(what: string, place: Place): KontorError {
  return new KontorError('invoice-field-missing', `${what} is missing${at(place)}.`, { place });
}

export function malformed(what: string, text: string, place: Place): KontorError {
  return new KontorError('invoice-field-malformed', `${what} cannot be read: ${quoted(text)}${at(place)}.`, { place });
}

const decimalForm = /^[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})$/;

/** A quantity, price or rate in its shortest plain form; NaN, exponents and more than 20 digits a side are refused. */
export function decimalValue(text: string, what: string, place: Place): Decimal {
  const trimmed = text.trim();
  if (!decimalForm.test(trimmed)) throw new KontorError('invoice-amount-malformed', `${what} is not a decimal number: ${quoted(text)}${at(place)}.`, { place });
  const [whole, fraction] = trimmed.replace(/^\+/, '').split('.');
  const digits = whole === '' ? '0' : whole === '-' ? '-0' : whole;
  return toText(exact(fraction ? `${digits}.${fraction}` : `${digits}`));
}

/** An amount in minor units; more decimals than the currency has are refused, never rounded (SI-11). */
export function moneyValue(text: string, currency: string, what: string, place: Place): Money {
  const decimal = decimalValue(text, what, place);
  try {
    return moneyFromDecimal(currency, decimal);
  } catch {
    throw new KontorError('invoice-amount-too-precise', `${what} of ${decimal} has more decimals than ${currency} allows${at(place)}.`, { place });
  }
}

export function currencyValue(text: string | undefined, what: string, place: Place): string {
  if (!text) throw new KontorError('invoice-currency-missing', `${what} is missing${at(place)}.`, { place });
  if (!isCurrency(text)) throw new KontorError('invoice-currency-unknown', `${what} is not a currency of ISO 4217: ${quoted(text)}${at(place)}.`, { place });
  return text;
}

/** `2026-11-20`, also with a zone or a time of day after it, or `20261120` with or without a time. */
export function dateValue(text: string, what: string, place: Place): string {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:T.*|Z|[+-]\d\d:\d\d)?$/.exec(text) ?? /^(\d{4})(\d\d)(\d\d)(?:\d{4}|\d{6})?$/.exec(text);
  const iso = parts ? `${parts[1]}-${parts[2]}-${parts[3]}` : '';
  if (!isPlainDate(iso)) throw malformed(what, text, place);
  return iso;
}

/** An object without its absent members; nothing left → absent. */
export function orNothing<T extends object>(value: T): T | undefined {
  const members = Object.entries(value).filter(([, member]) => member !== undefined && !(Array.isArray(member) && member.length === 0));
  return members.length === 0 ? undefined : value;
}

export function quoted(text: string): string {
  return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
}

function at(place: Place): string {
  if (place.line !== undefined) return ` (line ${place.line})`;
  return place.path ? ` (${place.path})` : '';
}
