import type { Decimal, Money } from '../../../domain/model/money.ts';
import type { AllowanceCharge, InvoiceLine } from '../../../domain/model/invoice.ts';
import { exact, type Exact } from '../../../domain/rules/decimal.ts';
import { scaleMoney } from '../../../domain/rules/money.ts';
import { cleanText, dateValue, decimalValue, malformed, missing, moneyValue } from '../values.ts';
import { segmentsIn, type Group } from './groups.ts';
import { component, type Segment } from './segments.ts';

/** A day out of DTM with one of the qualifiers, in their order. 2379: 102 day, 203 and 204 with time, 303 with time and zone, 101 with two-digit year. */
export function dateIn(groups: Group[], qualifiers: string[], what: string): string | undefined {
  const segment = qualifiers.flatMap((qualifier) => segmentsIn(groups, 'DTM', qualifier))[0];
  const text = segment && component(segment, 1, 2);
  if (!segment || !text) return undefined;
  const form = component(segment, 1, 3);
  if (form === '101') return dateValue(`20${text}`, what, segment.place);
  if (form === '303') return dateValue(text.replace(/^(\d{12}).{1,6}$/, '$1'), what, segment.place);
  if (form !== undefined && !['102', '203', '204'].includes(form)) throw malformed(what, `${text} in the form ${form}`, segment.place);
  return dateValue(text, what, segment.place);
}

/** The amount of MOA with one of the qualifiers, in their order. */
export function amountIn(groups: Group[], qualifiers: string[], currency: string, what: string): Money | undefined {
  const segment = qualifiers.flatMap((qualifier) => segmentsIn(groups, 'MOA', qualifier)).find((candidate) => inCurrency(candidate, currency));
  const text = segment && component(segment, 1, 2);
  return segment && text ? moneyValue(numberText(text), currency, what, segment.place) : undefined;
}

export function requiredAmount(groups: Group[], qualifiers: string[], currency: string, what: string, near: Segment): Money {
  const amount = amountIn(groups, qualifiers, currency, what);
  if (!amount) throw missing(`${what} (MOA+${qualifiers[0]})`, near.place);
  return amount;
}

/** ISO 9735 allows comma and full stop as decimal mark, whichever UNA announces; a mark between thousands is not allowed. */
export function numberText(text: string): string {
  return /^[+-]?\d*,\d*$/.test(text) ? text.replace(',', '.') : text;
}

function inCurrency(segment: Segment, currency: string): boolean {
  const stated = component(segment, 1, 3);
  return stated === undefined || stated === currency;
}

/** The text of all FTX with a subject, their parts as lines. */
export function textIn(groups: Group[], subject: string): string | undefined {
  return cleanText(segmentsIn(groups, 'FTX', subject).map(freeText).join('\n'));
}

export function freeText(segment: Segment): string {
  return (segment.elements[3] ?? []).filter((part) => part.trim() !== '').join('\n');
}

export function referenceIn(groups: Group[], qualifiers: string[]): string | undefined {
  const segment = qualifiers.flatMap((qualifier) => segmentsIn(groups, 'RFF', qualifier)).find((candidate) => component(candidate, 1, 2));
  return segment && component(segment, 1, 2);
}

/** TAX: category and rate. O and E without a stated rate have none; a rate above zero without a category is the standard one (D.96A leaves it out). */
export function taxIn(segment: Segment | undefined): InvoiceLine['tax'] {
  if (!segment) return undefined;
  const rate = component(segment, 5, 4);
  const category = component(segment, 6) ?? (rate !== undefined && /[1-9]/.test(rate) ? 'S' : undefined);
  if (!category) return undefined;
  return { category, rate: rate === undefined ? undefined : decimalValue(numberText(rate), 'The tax rate', segment.place) };
}

/** ALC with its percent, base and amount. `grossAmount` is what a percent without an amount is taken of; such a one counts nowhere else. */
export function allowancesIn(groups: Group[], currency: string, grossAmount?: Money): AllowanceCharge[] {
  return groups
    .filter((group) => group.trigger.tag === 'ALC')
    .flatMap((group) => {
      const alc = group.trigger;
      const percent = percentIn(group, 'The percent of the allowance or charge');
      const share = percent !== undefined && grossAmount ? scaleMoney(grossAmount, percentage(percent)) : undefined;
      const amount = amountIn([group], ['8', '204', '23', '131'], currency, 'The amount of the allowance or charge') ?? share;
      if (!amount) return [];
      return [
        {
          kind: component(alc, 1) === 'C' ? ('charge' as const) : ('allowance' as const),
          amount,
          base: amountIn([group], ['25', '98'], currency, 'The base of the allowance or charge'),
          percent,
          reason: cleanText([component(alc, 5, 4), component(alc, 5, 5)].filter(Boolean).join(' ')) ?? textIn([group], 'ABL'),
          reasonCode: component(alc, 5, 1) ?? component(alc, 2, 2),
          tax: taxIn(group.members.find((member) => member.tag === 'TAX')),
        },
      ];
    });
}

/** The percent of a group (PCD). */
export function percentIn(group: Group, what: string): Decimal | undefined {
  const segment = segmentsIn([group], 'PCD')[0];
  const stated = segment && component(segment, 1, 2);
  return segment && stated ? decimalValue(numberText(stated), what, segment.place) : undefined;
}

function percentage(percent: Decimal): Exact {
  const { unscaled, scale } = exact(percent);
  return { unscaled, scale: scale + 2 };
}
