import type { z } from 'zod';
import { KontorError } from '../../domain/errors.ts';
import { accountSchema, type Account } from '../../domain/model/account.ts';
import { costCentreSchema, type CostCentre } from '../../domain/model/cost-centre.ts';
import { exchangeRateSchema, type ExchangeRate } from '../../domain/model/exchange-rate.ts';
import { periodSchema, type Period } from '../../domain/model/period.ts';
import type { CsvReader } from '../csv/csv-reader.ts';
import { openCsv } from '../csv/open-csv.ts';
import { ledgerFile } from './ledger-file.ts';

/** Column names of a small table and the members of the noun that they fill; a name with ! must be there. */
const accountColumns = { 'code!': 'code', 'name!': 'name', 'type!': 'type', section: 'section', cash_flow: 'cashFlow', translation: 'translation', control: 'control', intercompany: 'intercompany', estimate: 'estimate', cost_centre: 'costCentre', valid_from: 'validFrom', valid_to: 'validTo' };
const costCentreColumns = { 'code!': 'code', 'name!': 'name', entity: 'entity', valid_from: 'validFrom', valid_to: 'validTo' };
const periodColumns = { 'id!': 'id', entity: 'entity', ledger: 'ledger', sub_ledger: 'subLedger', 'from!': 'from', 'to!': 'to', 'status!': 'status' };
const rateColumns = { 'from!': 'from', 'to!': 'to', 'kind!': 'kind', 'date!': 'date', 'rate!': 'rate', source: 'source' };

type Chunks = AsyncIterable<Uint8Array>;

/** The chart of accounts by code. All readers here throw the first problem with its line and column. */
export async function readAccounts(chunks: Chunks, file: string): Promise<Map<string, Account>> {
  return byCode(await readTable(chunks, file, accountColumns, accountSchema, { estimate: (text) => text === 'yes' || text === 'true' }), file);
}

export async function readCostCentres(chunks: Chunks, file: string): Promise<Map<string, CostCentre>> {
  return byCode(await readTable(chunks, file, costCentreColumns, costCentreSchema), file);
}

/** With their lines. Entity and ledger are `main` where the columns are absent, as in journals. */
export async function readPeriods(chunks: Chunks, file: string): Promise<Row<Period>[]> {
  return readTable(chunks, file, periodColumns, periodSchema, {}, { entity: 'main', ledger: 'main' });
}

export async function readRates(chunks: Chunks, file: string): Promise<ExchangeRate[]> {
  return (await readTable(chunks, file, rateColumns, exchangeRateSchema)).map(({ item }) => item);
}

export interface Row<T> {
  readonly line: number;
  readonly item: T;
}

/** Rows of a small table; throws the first problem with its line and column. */
export async function readTable<T>(chunks: Chunks, file: string, columns: Record<string, string>, schema: z.ZodType<T>, convert: Record<string, (text: string) => unknown> = {}, defaults: Record<string, string> = {}): Promise<Row<T>[]> {
  const names = Object.keys(columns).map((name) => name.replace('!', ''));
  const required = Object.keys(columns).filter((name) => name.endsWith('!')).map((name) => name.slice(0, -1));
  const members = Object.values(columns);
  const { reader, records } = await openCsv(chunks, ledgerFile(file), { known: names, required });
  const rows: Row<T>[] = [];
  for await (const record of records)
    while (record.next()) {
      const draft: Record<string, unknown> = { schemaVersion: 1, ...defaults };
      for (const [index, column] of reader.columns.entries()) {
        const text = record.text(index);
        const member = members[names.indexOf(column)]!;
        if (text !== '') draft[member] = convert[member] ? convert[member](text) : text;
      }
      const parsed = schema.safeParse(draft);
      if (!parsed.success) throw faultOf(parsed.error.issues[0]!, names, members, record);
      rows.push({ line: record.line, item: parsed.data });
    }
  return rows;
}

function faultOf(issue: { path: PropertyKey[]; message: string }, names: readonly string[], members: readonly string[], record: CsvReader): KontorError {
  const name = names[members.indexOf(String(issue.path[0]))] ?? String(issue.path[0]);
  const { line, column } = record.place(Math.max(0, record.columns.indexOf(name)));
  return record.fault(line, column, `${name}: ${issue.message}`);
}

function byCode<T extends { code: string }>(rows: readonly Row<T>[], file: string): Map<string, T> {
  const table = new Map<string, T>();
  for (const { line, item } of rows) {
    if (table.has(item.code)) throw new KontorError('ledger-file-malformed', `${file}, line ${line}, column 1: code ${item.code} appears twice.`, { place: { file, line, column: 1, path: 'code' } });
    table.set(item.code, item);
  }
  return table;
}
