import type { Money } from '../../../domain/model/money.ts';
import type { AllowanceCharge, InvoiceLine } from '../../../domain/model/invoice.ts';
import { cleanText, dateValue, decimalValue, malformed, missing, moneyValue } from '../values.ts';
import { segmentsIn, type Group } from './groups.ts';
import { component, type Segment } from './segments.ts';

/** A day out of DTM with one of the qualifiers, in their order. 2379: 102 day, 203 and 204 with time, 101 with two-digit year. */
export function dateIn(groups: Group[], qualifiers: string[], what: string): string | undefined {
  const segment = qualifiers.flatMap((qualifier) => segmentsIn(groups, 'DTM', qualifier))[0];
  const text = segment && component(segment, 1, 2);
  if (!segment || !text) return undefined;
  const form = component(segment, 1, 3);
  if (form === '101') return dateValue(`20${text}`, what, segment.place);
  if (form !== undefined && !['102', '203', '204'].includes(form)) throw malformed(what, `${text} in the form ${form}`, segment.place);
  return dateValue(text, what, segment.place);
}

/** The amount of MOA with one of the qualifiers, in their order. */
export function amountIn(groups: Group[], qualifiers: string[], currency: string, what: string): Money | undefined {
  const segment = qualifiers.flatMap((qualifier) => segmentsIn(groups, 'MOA', qualifier)).find((candidate) => inCurrency(candidate, currency));
  const text = segment && component(segment, 1, 2);
  return segment && text ? moneyValue(text, currency, what, segment.place) : undefined;
}

export function requiredAmount(groups: Group[], qualifiers: string[], currency: string, what: string, near: Segment): Money {
  const amount = amountIn(groups, qualifiers, currency, what);
  if (!amount) throw missing(`${what} (MOA+${qualifiers[0]})`, near.place);
  return amount;
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

/** TAX: category and rate. O and E without a stated rate have none. */
export function taxIn(segment: Segment | undefined): InvoiceLine['tax'] {
  const category = segment && component(segment, 6);
  if (!segment || !category) return undefined;
  const rate = component(segment, 5, 4);
  return { category, rate: rate === undefined ? undefined : decimalValue(rate, 'The tax rate', segment.place) };
}

/** ALC with its percent, base and amount. */
export function allowancesIn(groups: Group[], currency: string): AllowanceCharge[] {
  return groups
    .filter((group) => group.trigger.tag === 'ALC')
    .flatMap((group) => {
      const alc = group.trigger;
      const amount = amountIn([group], ['8', '204', '23', '131'], currency, 'The amount of the allowance or charge');
      if (!amount) return [];
      const percent = segmentsIn([group], 'PCD')[0];
      const stated = percent && component(percent, 1, 2);
      return [
        {
          kind: component(alc, 1) === 'C' ? ('charge' as const) : ('allowance' as const),
          amount,
          base: amountIn([group], ['25', '98'], currency, 'The base of the allowance or charge'),
          percent: percent && stated ? decimalValue(stated, 'The percent of the allowance or charge', percent.place) : undefined,
          reason: cleanText([component(alc, 5, 4), component(alc, 5, 5)].filter(Boolean).join(' ')) ?? textIn([group], 'ABL'),
          reasonCode: component(alc, 5, 1) ?? component(alc, 2, 2),
          tax: taxIn(group.members.find((member) => member.tag === 'TAX')),
        },
      ];
    });
}
