import { KontorError, problemOf, type Problem } from '../../../domain/errors.ts';
import type { BankStatement, StatementEntry, StatementFinding } from '../../../domain/model/bank-statement.ts';
import type { Money } from '../../../domain/model/money.ts';
import { isStatementCurrency, readCommaAmount, readShortDate, shown } from '../amounts.ts';
import type { StatementFile } from '../result.ts';
import { readEntry } from './entry.ts';
import { splitMessages, type Field, type Message } from './fields.ts';
import { joinPages, type Page } from './pages.ts';

/** Text → statements of an MT940 or MT942 file. A message that cannot be read is refused by itself (SI-10). */
export function readMt940(text: string): StatementFile {
  const pages: Page[] = [];
  const problems: Problem[] = [];
  let interim = false;
  for (const message of splitMessages(text)) {
    try {
      const page = readMessage(message);
      interim ||= page.interim;
      pages.push(page);
    } catch (error) {
      if (!(error instanceof KontorError)) throw error;
      problems.push(problemOf(error));
    }
  }
  if (pages.length === 0 && problems.length === 0)
    problems.push(problemOf(new KontorError('statement-empty', 'The file has no message.', { place: { line: 1 } })));
  return { format: interim ? 'mt942' : 'mt940', statements: joinPages(pages), problems };
}

function readMessage(message: Message): Page {
  const { fields } = message;
  const line = fields[0]?.line ?? 1;
  const opening = balanceOf(fields, '60');
  const closing = balanceOf(fields, '62');
  const identification = fields.find((field) => field.tag.startsWith('25'))?.lines[0]?.trim() ?? '';
  const interim = message.type === '942' || (!opening && fields.some((field) => /^(34F|13D|90[CD])$/.test(field.tag)));
  const currency = opening?.amount.currency ?? closing?.amount.currency ?? floorCurrency(fields) ?? suffixCurrency(identification);
  const findings: StatementFinding[] = [];
  const entries = readEntries(fields, currency, interim ? 'pending' : 'booked', findings);
  if (identification === '' && !opening && !closing && entries.length === 0)
    throw new KontorError('statement-empty', `The message at line ${line} has neither account nor balance nor entry.`, { place: { line } });
  if (interim && currency !== undefined) findings.push(...checkSums(fields, entries, currency));
  const missing = [
    ...(identification === '' ? ['account (:25:)'] : []),
    ...(interim || opening ? [] : ['opening balance (:60F:)']),
    ...(interim || closing ? [] : ['closing balance (:62F:)']),
  ];
  if (missing.length > 0) findings.push({ code: 'truncated', message: `The statement at line ${line} has no ${missing.join(', no ')}.` });
  const [number, page] = numberOf(fields);
  const statement: BankStatement = {
    account: accountOf(identification, currency),
    ...(number === undefined ? {} : { number }),
    ...(currency === undefined ? {} : { currency }),
    ...(opening ? { opening: opening.amount, ...(opening.date ? { openingDate: opening.date } : {}) } : {}),
    ...(closing ? { closing: closing.amount, ...(closing.date ? { closingDate: closing.date } : {}) } : {}),
    entries,
    findings,
  };
  return { statement, interim, line, page, continues: opening?.intermediate ?? false, continued: closing?.intermediate ?? false };
}

function readEntries(fields: Field[], currency: string | undefined, status: StatementEntry['status'], findings: StatementFinding[]): StatementEntry[] {
  const entries: StatementEntry[] = [];
  for (const [index, field] of fields.entries()) {
    if (field.tag !== '61') continue;
    if (currency === undefined) throw new KontorError('statement-currency-unknown', `Line ${field.line}: the entry stands in no statement that names a currency.`, { place: { line: field.line, path: ':61:' } });
    const { entry, adjusted } = readEntry(field, followers(fields, index), currency, status);
    if (adjusted) findings.push({ code: 'date-adjusted', message: `The value date at line ${field.line} does not exist; the last day of February was taken.` });
    entries.push(entry);
  }
  return entries;
}

/** The fields :86: and :NS: right behind an entry. */
function followers(fields: Field[], index: number): Field[] {
  let end = index + 1;
  while (fields[end]?.tag === '86' || fields[end]?.tag === 'NS') end++;
  return fields.slice(index + 1, end);
}

interface Balance {
  amount: Money;
  date?: string;
  intermediate: boolean;
}

/** The first statement of an account has no day that it opens on. */
const noDate = /^0{6}$/;

function balanceOf(fields: Field[], start: string): Balance | undefined {
  const field = fields.find(({ tag }) => tag.startsWith(start));
  if (!field) return undefined;
  const place = { line: field.line, path: `:${field.tag}:` };
  const text = field.lines[0]?.trim() ?? '';
  const parts = /^([CD])(\d{6})([A-Z]{3})([\d,.]+)$/.exec(text);
  if (!parts) throw new KontorError('statement-malformed', `Line ${field.line}: ${shown(text)} is no balance of the form mark, date, currency, amount.`, { place });
  const [, mark, date = '', currency = '', amount = ''] = parts;
  return { amount: readCommaAmount(amount, currency, mark === 'D', place), ...(start === '60' && noDate.test(date) ? {} : { date: readShortDate(date, place) }), intermediate: field.tag.endsWith('M') };
}

/** :90D: and :90C: of an interim report count and add up its debits and credits. */
function checkSums(fields: Field[], entries: StatementEntry[], currency: string): StatementFinding[] {
  return fields.flatMap((field): StatementFinding[] => {
    const parts = /^90[CD]$/.test(field.tag) ? /^(\d*)([A-Z]{3})([\d,.]+)$/.exec(field.lines[0]?.trim() ?? '') : null;
    if (!parts) return [];
    const debit = field.tag === '90D';
    const stated = readCommaAmount(parts[3] ?? '', currency, debit, { line: field.line, path: `:${field.tag}:` });
    const counted = entries.map((entry) => BigInt(entry.amount.minor)).filter((minor) => (debit ? minor < 0n : minor > 0n));
    const sum = counted.reduce((total, minor) => total + minor, 0n);
    if (sum === BigInt(stated.minor) && (parts[1] === '' || Number(parts[1]) === counted.length)) return [];
    return [{ code: 'unbalanced', message: `Line ${field.line} states ${parts[1]} entries of ${stated.minor}, but there are ${counted.length} of ${sum} (${currency}, minor units).` }];
  });
}

function floorCurrency(fields: Field[]): string | undefined {
  return /^[A-Z]{3}/.exec(fields.find(({ tag }) => tag === '34F')?.lines[0]?.trim() ?? '')?.[0];
}

/** Some banks write the currency behind the account number: `51210600/9223382012EUR`. */
function suffixCurrency(identification: string): string | undefined {
  const code = /\d[/ ]?([A-Z]{3})$/.exec(identification)?.[1];
  return code && isStatementCurrency(code) ? code : undefined;
}

/** A slash before the number only says that it is one. */
function accountOf(identification: string, currency: string | undefined): string {
  const account = identification.replace(/^\/+/, '');
  return currency !== undefined && suffixCurrency(account) === currency ? account.slice(0, -3).replace(/[/ ]$/, '') : account;
}

/** `5/2` → number 5, page 2. */
function numberOf(fields: Field[]): [string | undefined, number | undefined] {
  const [number, page] = (fields.find(({ tag }) => tag.startsWith('28'))?.lines[0]?.trim() ?? '').split('/');
  return [number || undefined, page && /^\d{1,5}$/.test(page) ? Number(page) : undefined];
}
