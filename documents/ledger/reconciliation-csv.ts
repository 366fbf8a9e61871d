import { isPlainDate, toDayNumber } from '../../domain/calendar/plain-date.ts';
import { KontorError, type ErrorCode } from '../../domain/errors.ts';
import type { MatchingSide } from '../../domain/policy/close.ts';
import { SideBuilder, type Interner, type MatchSide } from '../../domain/rules/reconciliation/side.ts';
import { currencyDigits, isCurrency } from '../../domain/rules/money.ts';
import { minorUnits } from './amount.ts';
import { columnOf, readCsv, type CsvRecord } from './csv.ts';

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
  const table = await readCsv(chunks, file, undefined, required);
  const at = (name: string | undefined): number => (name === undefined ? -1 : table.columns.indexOf(name));
  const columns: Columns = { id: at(side.id), date: at(side.date), amount: at(side.amount), currency: at(currencyColumn[0]), keys: keys.map((key) => ({ index: at(key.column), normalise: normaliser(key.ignore) })) };
  const reader = new ItemReader(columns, side, file, texts);
  for await (const batch of table.batches) for (const record of batch) reader.read(record);
  return reader.finish();
}

class ItemReader {
  private readonly columns: Columns;
  private readonly side: MatchingSide;
  private readonly file: string;
  private readonly texts: Interner;
  private readonly builder: SideBuilder;
  private readonly days = new Map<string, number>();
  private readonly digits = new Map<string, number>();

  constructor(columns: Columns, side: MatchingSide, file: string, texts: Interner) {
    this.columns = columns;
    this.side = side;
    this.file = file;
    this.texts = texts;
    this.builder = new SideBuilder(Object.keys(side.keys));
  }

  read(record: CsvRecord): void {
    const { fields, line } = record;
    const currency = this.columns.currency < 0 ? (this.side.currency as string) : fields[this.columns.currency]!;
    const amount = this.amountOf(record, currency);
    const id = this.columns.id < 0 ? String(line) : fields[this.columns.id]!;
    if (id === '') throw this.fault(record, this.columns.id, 'the id is empty');
    const keys = this.columns.keys.map(({ index, normalise }) => this.texts.numberOf(own(normalise(fields[index]!))));
    this.builder.add(own(id), line, this.side.negate ? -amount : amount, this.dayOf(record), this.texts.numberOf(currency), keys);
  }

  finish(): MatchSide {
    const side = this.builder.build();
    for (let index = 1; index < side.size; index++)
      if (side.ids[index] === side.ids[index - 1])
        throw new KontorError('ledger-file-malformed', `${this.file}, line ${side.lines[index]}: id ${side.ids[index]} stands on line ${side.lines[index - 1]} too.`, { place: { file: this.file, line: side.lines[index], path: this.side.id } });
    return side;
  }

  private amountOf(record: CsvRecord, currency: string): bigint {
    let digits = this.digits.get(currency);
    if (digits === undefined) {
      if (!isCurrency(currency)) throw this.fault(record, this.columns.currency, `"${currency.slice(0, 20)}" is not an ISO 4217 currency`, 'currency-unknown');
      digits = currencyDigits(currency);
      this.digits.set(own(currency), digits);
    }
    const text = record.fields[this.columns.amount]!;
    const minor = minorUnits(text, digits);
    if (minor === 'unreadable') throw this.fault(record, this.columns.amount, `"${text.slice(0, 40)}" is not an amount such as -1234.50`);
    if (minor === 'too-precise') throw this.fault(record, this.columns.amount, `${text} has more decimals than ${currency} allows (${digits})`, 'amount-too-precise');
    return minor;
  }

  private dayOf(record: CsvRecord): number {
    const text = record.fields[this.columns.date]!;
    let day = this.days.get(text);
    if (day === undefined) {
      if (!isPlainDate(text)) throw this.fault(record, this.columns.date, `"${text.slice(0, 20)}" is not a date YYYY-MM-DD`);
      day = toDayNumber(text);
      this.days.set(own(text), day);
    }
    return day;
  }

  private fault(record: CsvRecord, index: number, reason: string, code: ErrorCode = 'ledger-file-malformed'): KontorError {
    const column = columnOf(record, Math.max(0, index));
    return new KontorError(code, `${this.file}, line ${record.line}, column ${column}: ${reason}.`, { place: { file: this.file, line: record.line, column } });
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

/** A copy of its own: a slice of a line would keep the whole chunk of the file in memory. */
function own(text: string): string {
  return text.length < 13 ? text : Buffer.from(text).toString();
}
