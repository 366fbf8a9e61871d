import { KontorError } from '../../../domain/errors.ts';
import type { BankStatement, StatementEntry } from '../../../domain/model/bank-statement.ts';
import { readShortDate, shown } from '../amounts.ts';
import { given, plain } from '../plain-text.ts';
import { digits, field, layout, placeAt, type Line } from './layout.ts';

/** Counts and sums of a unit in the terms of its control record; amounts in cents. */
export interface Totals {
  entries: bigint;
  hash: bigint;
  debit: bigint;
  credit: bigint;
}

/** Records 5, 6, 7… and 8 of one batch → statement. Count, entry hash and both totals must be those of record 8 (SI-7). */
export function readBatch(records: Line[], fileDate: string, modifier: string): BankStatement {
  const [header, control] = [records[0] as Line, records.at(-1) as Line];
  const at = layout.batchHeader;
  const kind = field(header, at.kind);
  const number = digits(header, at.number, 'the batch number');
  const dateText = field(header, at.date);
  const date = /^(0{6})?$/.test(dateText) ? fileDate : readShortDate(dateText, placeAt(header, at.date));
  const serviceClass = field(header, at.class);
  if (!/^(200|220|225|280)$/.test(serviceClass)) throw new KontorError('statement-malformed', `Line ${header.line}: ${shown(serviceClass)} is no service class.`, { place: placeAt(header, at.class) });
  const adv = kind === 'ADV';
  const international = kind === 'IAT' || field(header, [4, 20]) === 'IATCOR';
  const entryLayout = adv ? layout.advEntry : international ? layout.iatEntry : kind === 'CTX' ? layout.ctxEntry : layout.entry;
  const totals: Totals = { entries: 0n, hash: 0n, debit: 0n, credit: 0n };
  const entries: StatementEntry[] = [];
  for (const [entry, addenda] of groups(records.slice(1, -1))) {
    const read = readEntry(entry, addenda, entryLayout, date);
    const minor = BigInt(read.amount.minor);
    totals.entries += 1n + BigInt(addenda.length);
    totals.hash += digits(entry, layout.entry.bank, 'the bank');
    if (minor < 0n) totals.debit -= minor;
    else totals.credit += minor;
    entries.push(read);
  }
  const controlAt = adv ? layout.advBatchControl : layout.batchControl;
  if (field(control, controlAt.class) !== serviceClass || digits(control, controlAt.number, 'the batch number') !== number)
    throw new KontorError('statement-control-total', `Line ${control.line}: service class or number of the batch are not those of its header.`, { place: placeAt(control, controlAt.class) });
  checkTotals(control, controlAt, totals);
  return { account: field(header, at.companyId) || field(header, at.company), number: `${fileDate}/${modifier}/${number}`, currency: 'USD', entries, findings: [] };
}

/** Every stated count and sum against what is there. */
export function checkTotals(control: Line, columns: Record<keyof Totals, readonly [number, number]>, actual: Totals): void {
  const expected: Totals = { ...actual, hash: actual.hash % 10_000_000_000n };
  for (const [name, value] of Object.entries(expected) as [keyof Totals, bigint][]) {
    const stated = digits(control, columns[name], `the ${name} total`);
    if (stated !== value) throw new KontorError('statement-control-total', `Line ${control.line}: the control record states ${stated} for ${name}, the records give ${value}.`, { place: placeAt(control, columns[name]) });
  }
}

/** An entry with its addenda. */
function groups(records: Line[]): [Line, Line[]][] {
  const found: [Line, Line[]][] = [];
  for (const record of records) {
    const last = found.at(-1);
    if (record.text.startsWith('6')) found.push([record, []]);
    else if (record.text.startsWith('7') && last) last[1].push(record);
    else throw new KontorError('statement-malformed', `Line ${record.line}: a record of type ${shown(record.text.slice(0, 1))} does not belong here.`, { place: { line: record.line, column: 1 } });
  }
  return found;
}

type EntryLayout = typeof layout.entry | typeof layout.iatEntry | typeof layout.advEntry | typeof layout.ctxEntry;

function readEntry(record: Line, addenda: Line[], at: EntryLayout, date: string): StatementEntry {
  const code = field(record, at.code);
  if (!/^[2345][1-9]$|^8[1-8]$/.test(code)) throw new KontorError('statement-malformed', `Line ${record.line}: ${shown(code)} is no transaction code.`, { place: placeAt(record, at.code) });
  checkDigit(record);
  if (field(record, at.addenda) !== (addenda.length > 0 ? '1' : '0'))
    throw new KontorError('statement-malformed', `Line ${record.line}: the addenda indicator is ${shown(field(record, at.addenda))}, and ${addenda.length} addenda follow.`, { place: placeAt(record, at.addenda) });
  const cents = digits(record, at.amount, 'the amount');
  const trace = digits(record, at.trace, 'the trace number').toString().padStart(15, '0');
  const [name, account, id] = [plain(field(record, at.name)), field(record, at.account), given(field(record, at.id))];
  const facts = readAddenda(addenda, trace);
  return {
    bookingDate: date,
    valueDate: date,
    amount: { currency: 'USD', minor: (isDebit(code) ? -cents : cents).toString() },
    status: facts.returnReason?.startsWith('C') ? 'information' : 'booked',
    code,
    references: { ...(id ? { customer: id } : {}), trace, ...(facts.originalTrace ? { originalTrace: facts.originalTrace } : {}) },
    counterparty: { ...(name ? { name } : {}), account, bank: record.text.slice(3, 12) },
    text: facts.text,
    ...(facts.returnReason ? { returnReason: facts.returnReason } : {}),
  };
}

/** The published codes: R01 to R85, C01 to C14 and C61 to C69. */
const returnCode = /^R(0[1-9]|[1-7]\d|8[0-5])$/;
const changeCode = /^C(0[1-9]|1[0-4]|6[1-9])$/;

/** 99 returns the entry for a reason (R01 …) and 98 corrects its data (C01 …); both name the trace of the original. */
function readAddenda(addenda: Line[], trace: string): { text: string; returnReason?: string; originalTrace?: string } {
  const texts: string[] = [];
  let returned: { returnReason: string; originalTrace: string } | undefined;
  for (const record of addenda) {
    const type = digits(record, layout.addenda.type, 'the addenda type').toString().padStart(2, '0');
    const ownTrace = type === '98' || type === '99';
    // The last seven digits of the trace tie an addendum to its entry; a shifted record shows here first.
    const sequence = record.text.slice(...layout.addenda.entry);
    if (!/^\d{7}$/.test(sequence) || (!ownTrace && sequence !== trace.slice(-7)))
      throw new KontorError('statement-malformed', `Line ${record.line}: ${shown(sequence)} is not the sequence number of the entry ${trace}.`, { place: placeAt(record, layout.addenda.entry) });
    if (!ownTrace) {
      // Addenda of type 05 are one text: where one is full, a word may go on in the next.
      texts.push(type === '05' ? record.text.slice(...layout.addenda.information) : `${field(record, layout.addenda.information)} `);
      continue;
    }
    const reason = field(record, layout.returned.reason);
    if (!(type === '99' ? returnCode : changeCode).test(reason)) throw new KontorError('statement-malformed', `Line ${record.line}: ${shown(reason)} is no reason code.`, { place: placeAt(record, layout.returned.reason) });
    digits(record, layout.returned.original, 'the original trace number');
    returned = { returnReason: reason, originalTrace: field(record, layout.returned.original) };
    texts.push(`${field(record, layout.returned.information)} `);
  }
  return { text: plain(texts.join('')), ...returned };
}

/** Weights 3, 7, 1 over the eight digits of the bank, completed to ten. */
function checkDigit(record: Line): void {
  const bank = digits(record, layout.entry.bank, 'the bank').toString().padStart(8, '0');
  const sum = [...bank].reduce((total, digit, index) => total + Number(digit) * ([3, 7, 1][index % 3] ?? 0), 0);
  const stated = field(record, layout.entry.check);
  if (stated !== String((10 - (sum % 10)) % 10))
    throw new KontorError('statement-malformed', `Line ${record.line}: ${shown(stated)} is not the check digit of the bank ${bank}.`, { place: placeAt(record, layout.entry.check) });
}

/** 21–24 and their kin are credits, 26–29 debits; loans have 55 and 56; of the accounting codes 81–88 the even ones are debits. */
function isDebit(code: string): boolean {
  const second = Number(code[1]);
  return code.startsWith('8') ? second % 2 === 0 : second >= 5;
}
