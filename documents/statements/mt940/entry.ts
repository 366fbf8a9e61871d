import { daysBetween, isPlainDate } from '../../../domain/calendar/plain-date.ts';
import { KontorError } from '../../../domain/errors.ts';
import type { StatementEntry } from '../../../domain/model/bank-statement.ts';
import { isIban } from '../../../domain/rules/payments/iban.ts';
import { readCommaAmount, readShortDate, shown } from '../amounts.ts';
import { given, plain } from '../plain-text.ts';
import { readDetails } from './details.ts';
import type { Field } from './fields.ts';

const form = /^(\d{6})(\d{4}| {4})?(R[CD]|E[CD]|[CD])([A-Z])?[ \n]?([\d,.]+)(?: ?(?!NONREF)([A-Z][A-Z0-9 ]{3}))?((?:(?!\/\/)[^\n])*)(?:\n?\/\/([^\n]*))?(?:\n([^]*))?$/;

/** What the owner's reference says where it only points to that word of :86:. */
const pointer = /^(EREF|KREF|MREF|MARF|PREF|CREF)\+?$/;

const lastOfFebruary = /^\d\d02(29|30)$/;

/**
 * One :61: with its :86: → entry. RC is the reversal of a credit and takes money out, RD puts it back (SI-5). A value date of
 * 29 or 30 February, as interest arithmetic with months of 30 days makes it, becomes the last day of that month; `adjusted` tells.
 */
export function readEntry(field: Field, followers: Field[], currency: string, status: StatementEntry['status']): { entry: StatementEntry; adjusted: boolean } {
  const place = { line: field.line, path: ':61:' };
  const parts = form.exec(field.lines.join('\n').trim());
  if (!parts) throw new KontorError('statement-malformed', `Line ${field.line}: ${shown(field.lines[0] ?? '')} is no statement line of the form date, mark, amount.`, { place });
  const [, valueText = '', entryText, mark = '', , amountText = '', type, customerText = '', bankText, supplementary = ''] = parts;
  const fixed = lastOfFebruary.test(valueText) ? `${valueText.slice(0, 4)}${Number(valueText.slice(0, 2)) % 4 === 0 ? '29' : '28'}` : valueText;
  const valueDate = readShortDate(fixed, place);
  const { endToEndId, references, counterparty, returnReason, text } = readDetails(linesOf(followers, '86'));
  const own = linesOf(followers, 'NS');
  const bank = given(bankText);
  const customer = pointer.test(customerText.trim()) ? undefined : given(customerText);
  const otherAccount = supplementary !== '' && isIban(supplementary) ? supplementary.trim() : undefined; // some banks name it there
  const entry: StatementEntry = {
    bookingDate: entryText?.trim() ? bookingDateOf(entryText, valueDate, field.line) : valueDate,
    valueDate,
    amount: readCommaAmount(amountText, currency, mark === 'D' || mark === 'RC' || mark === 'ED', place),
    status,
    references,
    text: (own.length === 0 ? text : plain([text, ...own].join(' '))) || (otherAccount ? '' : plain(supplementary)),
  };
  if (customer) entry.references.customer ??= customer;
  if (bank) entry.references.bank = bank;
  if (mark.startsWith('R')) entry.reversal = true;
  if (type) entry.code = type.trim();
  if (endToEndId) entry.endToEndId = endToEndId;
  if (counterparty) entry.counterparty = counterparty;
  if (otherAccount && !counterparty?.account) entry.counterparty = { ...counterparty, account: otherAccount };
  if (returnReason) entry.returnReason = returnReason;
  return { entry, adjusted: fixed !== valueText };
}

function linesOf(fields: Field[], tag: string): string[] {
  return fields.length === 1 && fields[0]?.tag === tag ? fields[0].lines : fields.flatMap((field) => (field.tag === tag ? field.lines : []));
}

/** A statement has few pairs of days: each is worked out once, the last of them are kept. */
const bookingDates = new Map<string, string>();
const keptDates = 1_000;

/** The entry date has no year: it lies in the year that brings it nearest to the value date. */
function bookingDateOf(text: string, valueDate: string, line: number): string {
  const pair = `${text} ${valueDate}`;
  const known = bookingDates.get(pair);
  if (known !== undefined) return known;
  if (bookingDates.size >= keptDates) bookingDates.clear();
  const year = Number(valueDate.slice(0, 4));
  const dates = [year, year - 1, year + 1].map((candidate) => `${candidate}-${text.slice(0, 2)}-${text.slice(2)}`).filter(isPlainDate);
  const nearest = dates.sort((a, b) => Math.abs(daysBetween(a, valueDate)) - Math.abs(daysBetween(b, valueDate)))[0];
  if (nearest === undefined) throw new KontorError('statement-date-malformed', `Line ${line}: ${shown(text)} is no day of a year in the form MMDD.`, { place: { line, path: ':61:' } });
  bookingDates.set(pair, nearest);
  return nearest;
}
