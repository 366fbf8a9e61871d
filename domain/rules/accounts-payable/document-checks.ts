import type { InvoiceFacts } from '../../model/invoice-facts.ts';
import type { Invoice } from '../../model/invoice.ts';
import { groupedBy } from '../grouping.ts';
import { describeMoney } from '../money.ts';
import type { Observation } from './findings.ts';
import { billedLines } from './pairing.ts';
import { judgePayable } from './payable.ts';

/** What speaks against the document itself before anything is compared: totals, payable, attachments, disguised text (F1, F2). */
export function judgeDocument(facts: InvoiceFacts): Observation[] {
  const totals = facts.totals.map((fault): Observation => ({
    code: 'totals-wrong', rule: 'F1', scope: `totals:${fault.rule}${fault.at === undefined ? '' : `/${fault.at}`}`,
    expected: describeMoney(fault.expected), actual: describeMoney(fault.stated), variance: describeMoney(fault.difference), limit: describeMoney(fault.limit),
  }));
  const quarantined = facts.quarantined.length === 0 ? [] : [{ code: 'attachment-quarantined' as const, rule: 'M17', scope: 'document', actual: [...facts.quarantined].sort().map(showHidden).join(', ') }];
  const places = hiddenCharacters(facts.invoice, '').sort();
  const suspicious = places.length === 0 ? [] : [{ code: 'suspicious-text' as const, rule: 'M17', scope: 'document', actual: places.join(', ') }];
  return [...totals, ...judgePayable(facts.invoice), ...quarantined, ...suspicious, ...repeatedLines(facts.invoice)];
}

/** Findings, corrections and bookings name a line by its number: two of one number could be taken for each other (M10). */
function repeatedLines(invoice: Invoice): Observation[] {
  const repeated = [...groupedBy(billedLines(invoice), ({ id }) => id)].filter(([, lines]) => lines.length > 1);
  return repeated.map(([id, lines]) => ({ code: 'line-id-repeated', rule: 'M10', scope: `line:${id}`, line: id, expected: '1', actual: String(lines.length) }));
}

/** Control characters and those that turn the reading direction, written out so that they do nothing. */
export function showHidden(text: string): string {
  return text.replace(disguising, (character) => `<${codePoint(character)}>`);
}

// The same sets as at intake (`documents/suspicious-text.ts`): what hides or reorders text anywhere, and what hides in a number.
const disguising = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const invisible = /[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200c\u200d\u3164\ufe00-\ufe0f\uffa0]/gu;

/** `seller.name U+202E` for each place. */
function hiddenCharacters(value: unknown, path: string): string[] {
  if (typeof value === 'string') {
    const found = [...(value.match(disguising) ?? []), ...(path === 'number' ? (value.match(invisible) ?? []) : [])];
    return [...new Set(found.map((character) => `${path} ${codePoint(character)}`))];
  }
  if (Array.isArray(value)) return value.flatMap((entry, index) => hiddenCharacters(entry, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => hiddenCharacters(entry, path === '' ? name : `${path}.${name}`));
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
