import type { Place } from '../../../domain/errors.ts';
import type { Money } from '../../../domain/model/money.ts';
import type { AllowanceCharge } from '../../../domain/model/invoice.ts';
import { negateMoney } from '../../../domain/rules/money.ts';
import { component, type Segment } from '../edifact/segments.ts';
import { cleanText, dateValue, decimalValue, malformed, moneyValue } from '../values.ts';

/** How amounts of this document are read: its currency, and −1 where a credit memo states them as negative numbers. */
export interface Signed {
  currency: string;
  sign: 1 | -1;
}

export function element(segment: Segment | undefined, position: number): string | undefined {
  return segment && cleanText(component(segment, position));
}

/** Type DT: CCYYMMDD, before version 4010 YYMMDD. */
export function x12Date(text: string, what: string, place: Place): string {
  return dateValue(/^\d{6}$/.test(text) ? `${Number(text.slice(0, 2)) >= 80 ? '19' : '20'}${text}` : text, what, place);
}

/** Type R: a number with its decimal point. */
export function amountAt(segment: Segment, position: number, of: Signed, what: string): Money | undefined {
  const text = element(segment, position);
  return text === undefined ? undefined : signed(moneyValue(text, of.currency, what, segment.place), of);
}

/** Type N2: an integer with two implied decimals, whatever the currency (TDS, SAC05). */
export function impliedAmountAt(segment: Segment, position: number, of: Signed, what: string): Money | undefined {
  const text = element(segment, position);
  if (text === undefined) return undefined;
  const [, minus, digits = ''] = /^([+-]?)(\d{1,18})$/.exec(text) ?? [];
  if (digits === '') throw malformed(what, text, segment.place);
  const padded = digits.padStart(3, '0');
  return signed(moneyValue(`${minus === '-' ? '-' : ''}${padded.slice(0, -2)}.${padded.slice(-2)}`, of.currency, what, segment.place), of);
}

function signed(amount: Money, of: Signed): Money {
  return of.sign === -1 ? negateMoney(amount) : amount;
}

/** SAC codes that state a tax: they go into the tax total, not among the charges. */
export function isTax(sac: Segment): boolean {
  return /^(H6[2-9]\d|H7\d\d|H8[0-5]\d|D360)$/.test(element(sac, 2) ?? '');
}

/** SAC as allowance (A) or charge (C); N is for information only. */
export function allowanceOf(sac: Segment, of: Signed): AllowanceCharge | undefined {
  const kind = element(sac, 1);
  const amount = impliedAmountAt(sac, 5, of, 'The amount of the allowance or charge');
  if (!amount || (kind !== 'A' && kind !== 'C')) return undefined;
  const percent = element(sac, 7);
  return {
    kind: kind === 'A' ? 'allowance' : 'charge',
    amount,
    percent: percent === undefined ? undefined : decimalValue(percent, 'The percent of the allowance or charge', sac.place),
    reason: element(sac, 15),
    reasonCode: element(sac, 2),
  };
}
