import { isPlainDate, toDayNumber } from '../../domain/calendar/plain-date.ts';
import { KontorError, type ErrorCode } from '../../domain/errors.ts';
import type { MatchingSide } from '../../domain/policy/close.ts';
import { SideBuilder, type Interner, type MatchSide } from '../../domain/rules/reconciliation/side.ts';
import { currencyDigits, isCurrency } from '../../domain/rules/money.ts';
import { minorUnits } from './amount.ts';
import type { CsvReader } from '../csv/csv-reader.ts';
import { openCsv } from '../csv/open-csv.ts';
import { ledgerFile } from './ledger-file.ts';

interface Columns {
  readonly id: number;
  readonly date: number;
  readonly amount: number;
  readonly currency: number;
  readonly keys: readonly { readonly index: number; readonly normalise: (text: string) => string }[];
}

/**
 * Reads one side of a reconciliation into columns; other columns of the file are ignored. Throws at the first line
 * that cannot be read, with line, column and reason, because an item left out would be a difference made here.
 */
export async function readMatchSide(chunks: AsyncIterable<Uint8Array>, file: string, side: MatchingSide, texts: Interner): Promise<MatchSide> {
  const currencyColumn = typeof side.currency === 'string' ? [] : [side.currency.column];
  const keys = Object.values(side.keys);
  const required = [...(side.id ? [side.id] : []), side.date, side.amount, ...currencyColumn, ...keys.map((key) => key.column)];
  const { reader, records } = await openCsv(chunks, ledgerFile(file), { required });
  const at = (name: string | undefined): number => (name === undefined ? -1 : reader.columns.indexOf(name));
  const columns: Columns = { id: at(side.id), date: at(side.date), amount: at(side.amount), currency: at(currencyColumn[0]), keys: keys.map((key) => ({ index: at(key.column), normalise: normaliser(key.ignore) })) };
  const items = new ItemReader(columns, side, reader, texts);
  for await (const record of records) while (record.next()) items.read();
  return items.finish();
}

class ItemReader {
  private readonly columns: Columns;
  private readonly side: MatchingSide;
  private readonly record: CsvReader;
  private readonly texts: Interner;
  private readonly builder: SideBuilder;
  private readonly days = new Map<string, number>();
  private readonly digits = new Map<string, number>();

  constructor(columns: Columns, side: MatchingSide, record: CsvReader, texts: Interner) {
    this.columns = columns;
    this.side = side;
    this.record = record;
    this.texts = texts;
    this.builder = new SideBuilder(Object.keys(side.keys));
  }

  /** The current record. */
  read(): void {
    const { columns, record } = this;
    const currency = columns.currency < 0 ? (this.side.currency as string) : record.repeated(columns.currency);
    const amount = this.amountOf(currency);
    const id = columns.id < 0 ? String(record.line) : record.text(columns.id);
    if (id === '') throw this.fault(columns.id, 'the id is empty');
    const keys = columns.keys.map(({ index, normalise }) => this.texts.numberOf(normalise(record.text(index))));
    this.builder.add(id, record.line, this.side.negate ? -amount : amount, this.day(), this.texts.numberOf(currency), keys);
  }

  finish(): MatchSide {
    const side = this.builder.build();
    const { file } = this.record.format;
    for (let index = 1; index < side.size; index++)
      if (side.ids[index] === side.ids[index - 1])
        throw new KontorError('ledger-file-malformed', `${file}, line ${side.lines[index]}: id ${side.ids[index]} stands on line ${side.lines[index - 1]} too.`, { place: { file, line: side.lines[index], path: this.side.id } });
    return side;
  }

  private amountOf(currency: string): bigint {
    let digits = this.digits.get(currency);
    if (digits === undefined) {
      if (!isCurrency(currency)) throw this.fault(this.columns.currency, `"${currency.slice(0, 20)}" is not an ISO 4217 currency`, 'currency-unknown');
      digits = currencyDigits(currency);
      this.digits.set(currency, digits);
    }
    const { record } = this;
    const index = this.columns.amount;
    const minor = minorUnits(record.block, record.starts[index]!, record.ends[index]!, digits);
    if (minor === 'unreadable') throw this.fault(index, `"${record.text(index).slice(0, 40)}" is not an amount such as -1234.50`);
    if (minor === 'too-precise') throw this.fault(index, `${record.text(index)} has more decimals than ${currency} allows (${digits})`, 'amount-too-precise');
    return minor;
  }

  private day(): number {
    const text = this.record.repeated(this.columns.date);
    let day = this.days.get(text);
    if (day === undefined) {
      if (!isPlainDate(text)) throw this.fault(this.columns.date, `"${text.slice(0, 20)}" is not a date YYYY-MM-DD`);
      day = toDayNumber(text);
      this.days.set(text, day);
    }
    return day;
  }

  private fault(index: number, reason: string, code: ErrorCode = 'ledger-file-malformed'): KontorError {
    const { file } = this.record.format;
    const { line, column } = this.record.place(Math.max(0, index));
    return new KontorError(code, `${file}, line ${line}, column ${column}: ${reason}.`, { place: { file, line, column } });
  }
}

function normaliser(ignore: readonly string[]): (text: string) => string {
  return (text) => {
    let result = text;
    if (ignore.includes('case')) result = result.toUpperCase();
    if (ignore.includes('spaces')) result = result.replaceAll(/\s+/g, '');
    if (ignore.includes('punctuation')) result = result.replaceAll(/[^\p{L}\p{N}]/gu, '');
    if (ignore.includes('leading-zeros')) result = result.replace(/^0+(?=.)/, '');
    return result;
  };
}
