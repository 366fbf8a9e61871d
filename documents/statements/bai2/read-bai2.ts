import { KontorError, problemOf, type Problem } from '../../../domain/errors.ts';
import { readShortDate, shown } from '../amounts.ts';
import type { StatementFile } from '../result.ts';
import { checkTrailer, placeOf, readAccount, type Group } from './account.ts';
import { joinParts, type Part } from './join-parts.ts';
import { splitRecords, type Bai2Record } from './records.ts';

interface Totals {
  sum: bigint;
  units: number;
  records: number;
}

/** Group status 2 to 4: what is not simply new. */
const notNew: Record<string, string> = { '2': 'deletes what it told before', '3': 'corrects what it told before', '4': 'only tests' };
/** As-of date modifier of interim data, of the day before and of the day itself. */
const interimModifiers = new Set(['1', '3']);

/**
 * Text of a BAI2 file (version 2) → a statement an account and as-of date. Totals of accounts (49), groups (98) and the file (99) must agree (SI-7):
 * a wrong account is refused by itself, a wrong group or file total refuses what it encloses, because what is lost is not known.
 */
export function readBai2(text: string): StatementFile {
  const records = splitRecords(text);
  const header = records[0];
  if (header?.code !== '01') throw new KontorError('statement-malformed', 'The file does not begin with a file header (01).', { place: { line: header?.line ?? 1 } });
  const [, , , , fileId = '', , , version = ''] = header.body.split(',').map((field) => field.trim());
  if (!/^[23]?$/.test(version)) throw new KontorError('statement-version-unsupported', `The file is BAI version ${shown(version)}; version 2 is read, and 3 as far as it is the same.`, { place: placeOf(header) });
  const problems: Problem[] = [];
  const parts: Part[] = [];
  const totals: Totals = { sum: 0n, units: 0, records: header.parts };
  let at = 1;
  while (records[at]?.code === '02') {
    const end = records.findIndex((record, index) => index > at && (record.code === '98' || record.code === '02' || record.code === '99'));
    const trailer = records[end];
    if (trailer?.code !== '98') throw cut(records, 'group trailer (98)');
    const unit = readGroup(records.slice(at, end), trailer, fileId, problems);
    parts.push(...unit.parts);
    totals.sum += unit.totals.sum;
    totals.units++;
    totals.records += unit.totals.records;
    at = end + 1;
  }
  const trailer = records[at];
  if (trailer?.code !== '99') throw cut(records, 'file trailer (99)');
  if (at !== records.length - 1) throw new KontorError('statement-malformed', `Line ${records[at + 1]?.line}: records follow the file trailer.`, { place: placeOf(records[at + 1] as Bai2Record) });
  checkTrailer(trailer, totals.sum, [['groups', 1, totals.units], ['records', 2, totals.records + trailer.parts]], 'USD');
  return { format: 'bai2', statements: joinParts(parts), problems };
}

function readGroup(records: Bai2Record[], trailer: Bai2Record, fileId: string, problems: Problem[]): { parts: Part[]; totals: Totals } {
  const header = records[0] as Bai2Record;
  const [, , status = ''] = header.body.split(',').map((field) => field.trim());
  const group = readHeader(header, fileId);
  const parts: Part[] = [];
  const totals: Totals = { sum: 0n, units: 0, records: header.parts };
  const refused: Problem[] = [];
  for (const account of accountsOf(records.slice(1))) {
    totals.units++;
    totals.records += account.reduce((total, { parts }) => total + parts, 0);
    totals.sum += statedTotal(account.at(-1) as Bai2Record);
    try {
      parts.push({ originator: group.originator, statement: readAccount(account, group).statement });
    } catch (error) {
      if (!(error instanceof KontorError)) throw error;
      refused.push(problemOf(error));
    }
  }
  try {
    checkTrailer(trailer, totals.sum, [['accounts', 1, totals.units], ['records', 2, totals.records + trailer.parts]], group.currency);
  } catch (error) {
    if (!(error instanceof KontorError)) throw error;
    // The wrong account already explains a wrong group; otherwise none of the group can be trusted.
    if (refused.length === 0) {
      parts.length = 0;
      refused.push(problemOf(error));
    }
  }
  if (notNew[status]) {
    parts.length = 0;
    refused.push(problemOf(new KontorError('statement-not-new', `Line ${header.line}: with this group of ${group.asOf} the bank ${notNew[status]} (group status ${status}).`, { place: placeOf(header) })));
  }
  problems.push(...refused);
  return { parts, totals: { ...totals, sum: statedTotal(trailer), records: totals.records + trailer.parts } };
}

function readHeader(header: Bai2Record, fileId: string): Group {
  const [, originator = '', , date = '', time = '', currency = '', modifier = ''] = header.body.split(',').map((field) => field.trim());
  const asOf = readShortDate(date, placeOf(header));
  const interim = interimModifiers.has(modifier);
  return { originator, asOf, currency: currency || 'USD', number: `${asOf}${interim ? ` ${time || 'interim'}` : ''}/${fileId}`, interim };
}

function accountsOf(records: Bai2Record[]): Bai2Record[][] {
  const accounts: Bai2Record[][] = [];
  let open: Bai2Record[] | undefined;
  for (const record of records) {
    if (record.code === '03' && !open) open = [record];
    else if (open && record.code === '16') open.push(record);
    else if (open && record.code === '49') {
      accounts.push([...open, record]);
      open = undefined;
    } else throw new KontorError('statement-malformed', `Line ${record.line}: record ${record.code} does not belong here.`, { place: placeOf(record) });
  }
  if (open) throw cut(records, 'account trailer (49)');
  return accounts;
}

function statedTotal(trailer: Bai2Record): bigint {
  const text = trailer.body.split(',')[0]?.trim() ?? '';
  return /^[+-]?\d{1,18}$/.test(text) ? BigInt(text) : 0n;
}

function cut(records: Bai2Record[], expected: string): KontorError {
  const line = records.at(-1)?.line ?? 1;
  return new KontorError('statement-malformed', `The file ends, or another unit begins, after line ${line} without a ${expected}.`, { place: { line } });
}
