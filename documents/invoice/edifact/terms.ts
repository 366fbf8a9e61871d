import { addDays, addMonths } from '../../../domain/calendar/plain-date.ts';
import type { Invoice } from '../../../domain/model/invoice.ts';
import { cleanText } from '../values.ts';
import { amountIn, dateIn, percentIn } from './fields.ts';
import type { Group } from './groups.ts';
import { component, type Segment } from './segments.ts';

type DiscountTier = Invoice['payment']['discounts'][number];

/** PAT, or PYT since D.10: what it is (4279), and the period that it grants (2475, 2009, 2151, 2152). */
interface Terms {
  group: Group;
  kind: string | undefined;
  period: { from: string | undefined; relation: string | undefined; unit: string | undefined; count: number } | undefined;
  text: string | undefined;
}

/** UNTDID 4279: a discount that is due, a penalty; every other kind of terms says when the whole is due. */
const discount = '22';
const penalty = '20';

export function termsIn(header: Group[]): Terms[] {
  return header
    .filter(({ trigger }) => trigger.tag === 'PAT' || trigger.tag === 'PYT')
    .map((group) => ({ group, kind: component(group.trigger, 1), period: periodOf(group.trigger), text: textOf(group.trigger) }));
}

/** The day that the terms name (DTM+13, 265), or the one that their period gives. */
export function dueDateIn(header: Group[], terms: Terms[], issueDate: string): string | undefined {
  const net = terms.filter(({ kind }) => kind !== discount && kind !== penalty);
  return dateIn(header, ['13', '265'], 'The due date') ?? net.flatMap(({ period }) => dayAfter(issueDate, period) ?? [])[0];
}

/** Tiers of a cash discount: percent with days from the invoice date, or with its last day. */
export function discountsIn(terms: Terms[], currency: string, issueDate: string): DiscountTier[] {
  return terms
    .filter(({ kind }) => kind === discount)
    .flatMap(({ group, period }) => {
      const percent = percentIn(group, 'The discount percent');
      if (percent === undefined) return [];
      const until = dateIn([group], ['12'], 'The discount date') ?? (daysOf(period) === undefined ? dayAfter(issueDate, period) : undefined);
      const days = until === undefined ? daysOf(period) : undefined;
      return until === undefined && days === undefined ? [] : [{ percent, days, until, base: amountIn([group], ['25'], currency, 'The discount base') }];
    });
}

/** The words of all terms, one line each. */
export function wordsOf(terms: Terms[]): string | undefined {
  return cleanText(terms.flatMap(({ text }) => text ?? []).join('\n'));
}

function periodOf({ tag, elements }: Segment): Terms['period'] {
  const [from, relation, unit, count] = (tag === 'PAT' ? (elements[2] ?? []) : elements.slice(2, 6).map(([value]) => value)).map((value) => value?.trim() || undefined);
  return count !== undefined && /^\d{1,3}$/.test(count) ? { from, relation, unit, count: Number(count) } : undefined;
}

function textOf({ elements }: Segment): string | undefined {
  return cleanText((elements[1] ?? []).slice(3, 5).join(' '));
}

/** Days after the invoice date (2475 is 5, or nothing else is named; 2009 is 3, after). Other starts are not dates of this document. */
function daysOf(period: Terms['period']): number | undefined {
  if (!period || !['5', undefined].includes(period.from) || !['3', undefined].includes(period.relation)) return undefined;
  return ['D', 'CD', undefined].includes(period.unit) ? period.count : period.unit === 'W' ? period.count * 7 : undefined;
}

function dayAfter(issueDate: string, period: Terms['period']): string | undefined {
  const days = daysOf(period);
  if (days !== undefined) return addDays(issueDate, days);
  if (!period || !['5', undefined].includes(period.from) || !['3', undefined].includes(period.relation)) return undefined;
  return period.unit === 'M' ? addMonths(issueDate, period.count) : undefined;
}
