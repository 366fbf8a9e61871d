import { KontorError, type Place } from '../../../domain/errors.ts';
import type { BankStatement, StatementEntry } from '../../../domain/model/bank-statement.ts';
import type { Money } from '../../../domain/model/money.ts';
import { readMinor, readShortDate } from '../amounts.ts';
import { given, plain } from '../plain-text.ts';
import { fundsLength } from './funds.ts';
import type { Bai2Record } from './records.ts';

/** What the group says of its accounts. */
export interface Group {
  originator: string;
  asOf: string;
  currency: string;
  /** As-of date and file id, of interim data the as-of time, too: BAI2 has no statement numbers (SI-1). */
  number: string;
  /** As-of date modifier 1 and 3: what the final report of the day tells again, so that it is pending until then (SI-8). */
  interim: boolean;
}

export interface Account {
  statement: BankStatement;
  /** Control total of the account in minor units. */
  total: bigint;
  records: number;
}

/** Records 03, 16… and 49 of one account → statement; the sum of all its amounts and its record count must be those of 49 (SI-7). */
export function readAccount(records: Bai2Record[], group: Group): Account {
  const [identifier, trailer] = [records[0] as Bai2Record, records.at(-1) as Bai2Record];
  const fields = identifier.body.split(',').map((field) => field.trim());
  const currency = fields[1] || group.currency;
  const summaries = readSummaries(fields.slice(2), currency, placeOf(identifier));
  let sum = summaries.reduce((total, { amount }) => total + BigInt(amount.minor), 0n);
  const entries = records.slice(1, -1).map((record) => {
    const { entry, stated } = readEntry(record, currency, group);
    sum += stated;
    return entry;
  });
  const count = records.reduce((total, { parts }) => total + parts, 0);
  const total = checkTrailer(trailer, sum, [['records', 1, count]], currency);
  // Balances of interim data are those of the moment, between which nothing is booked yet.
  const balance = (wanted: string): Money | undefined => (group.interim ? undefined : summaries.find(({ type }) => type === wanted)?.amount);
  const opening = balance('010');
  const closing = balance('015');
  const account = fields[0] ?? '';
  if (account === '') throw new KontorError('statement-field-missing', `Line ${identifier.line}: the account number is missing.`, { place: placeOf(identifier) });
  const statement: BankStatement = {
    account,
    number: group.number,
    currency,
    ...(opening ? { opening } : {}),
    ...(closing ? { closing, closingDate: group.asOf } : {}),
    entries,
    findings: [],
  };
  return { statement, total, records: count };
}

/** Compares a trailer (49, 98, 99) with what stands above it; `counts` names each count field and its true value. */
export function checkTrailer(trailer: Bai2Record, sum: bigint, counts: [name: string, field: number, actual: number][], currency: string): bigint {
  const fields = trailer.body.split(',').map((field) => field.trim());
  const stated = BigInt(readMinor(fields[0] ?? '', currency, placeOf(trailer)).minor);
  const wrong = [
    ...(stated === sum ? [] : [`the total is ${stated}, the amounts add up to ${sum}`]),
    ...counts.flatMap(([name, field, actual]) => (Number(fields[field]) === actual ? [] : [`${fields[field] ?? 'no'} ${name} are stated, ${actual} are there`])),
  ];
  if (wrong.length > 0) throw new KontorError('statement-control-total', `Line ${trailer.line}, record ${trailer.code}: ${wrong.join('; ')}.`, { place: placeOf(trailer) });
  return stated;
}

export function placeOf(record: Bai2Record): Place {
  return { line: record.line, path: record.code };
}

function readSummaries(fields: string[], currency: string, place: Place): { type: string; amount: Money }[] {
  const found: { type: string; amount: Money }[] = [];
  for (let at = 0; at < fields.length; ) {
    const [type = '', text = ''] = fields.slice(at, at + 2);
    if (type !== '' && text !== '') found.push({ type, amount: readMinor(text, currency, place) });
    // An account without summaries leaves their fields empty; so does a comma too many before a continuation.
    at += type === '' ? 1 : 3 + fundsLength(fields, at + 3);
  }
  return found;
}

function readEntry(record: Bai2Record, currency: string, { asOf, interim }: Group): { entry: StatementEntry; stated: bigint } {
  const place = placeOf(record);
  const fields = record.body.split(',');
  const [type = '', amountText = ''] = fields.map((field) => field.trim());
  const debit = isDebit(type);
  if (debit === undefined) throw new KontorError('statement-malformed', `Line ${record.line}: ${type} is no type code of a credit or debit.`, { place });
  const stated = BigInt(readMinor(amountText || '0', currency, place).minor);
  const length = fundsLength(fields, 2);
  const funds = fields[2]?.trim().toUpperCase();
  const valueText = funds === 'V' ? fields[3]?.trim() : undefined;
  const [bank, customer] = [given(fields[2 + length]), given(fields[3 + length])];
  const entry: StatementEntry = {
    bookingDate: asOf,
    ...(valueText ? { valueDate: readShortDate(valueText, place) } : funds === '0' || funds === 'Z' || !funds ? { valueDate: asOf } : {}),
    amount: { currency, minor: (debit ? -stated : stated).toString() },
    status: interim ? 'pending' : 'booked',
    code: type,
    references: { ...(bank ? { bank } : {}), ...(customer ? { customer } : {}) },
    text: plain(fields.slice(4 + length).join(',')),
  };
  return { entry, stated };
}

/** Type codes 100–399 and 920–959 are credits, 400–699 and 960–999 debits; of the loan codes 720–759 and 760–799; 890 carries text only. */
function isDebit(type: string): boolean | undefined {
  if (!/^\d{3}$/.test(type)) return undefined;
  const code = Number(type);
  if ((code >= 100 && code < 400) || (code >= 720 && code < 760) || (code >= 920 && code < 960) || code === 890) return false;
  return (code >= 400 && code < 700) || (code >= 760 && code < 800) || code >= 960 ? true : undefined;
}
