import type { Invoice } from '../../domain/model/invoice.ts';
import type { ReadWarning } from './result.ts';

/** What a program writes that has a field for a date and no date for it. */
const unset = '0001-01-01';
/** Without which a document is whole. Not the last day of a discount: without it the discount would have no end. */
const optionalDates = new Set(['dueDate', 'taxPointDate', 'start', 'end', 'date', 'issueDate']);

/** The invoice without the dates that its sender never set, and a warning for each; the issue date of the document itself stays. */
export function withoutUnsetDates(invoice: Invoice): { invoice: Invoice; warnings: ReadWarning[] } {
  const warnings: ReadWarning[] = [];
  const copy = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((member, index) => copy(member, `${path}/${index}`));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).filter(([name, member]) => {
      const place = `${path}/${name}`;
      if (member !== unset || !optionalDates.has(name) || place === '/issueDate') return true;
      warnings.push({ code: 'date-unset', message: `${place} is ${unset}: the sender has set no date there, and it is left out.`, place: { path: place } });
      return false;
    });
    return Object.fromEntries(members.map(([name, member]) => [name, copy(member, `${path}/${name}`)]));
  };
  return { invoice: copy(invoice, '') as Invoice, warnings };
}
