import { isPlainDate } from '../../domain/calendar/plain-date.ts';
import { exact, isDecimal, minus, roundTo, type Exact } from '../../domain/rules/decimal.ts';
import { currencyDigits, isCurrency } from '../../domain/rules/money.ts';
import type { PlainDate } from '../../domain/model/dates.ts';
import { KontorError, type ErrorCode } from '../../domain/errors.ts';
import type { CsvReader } from '../csv/csv-reader.ts';

/** Reads the fields of one table by column name; every refusal names line and column. */
export class FieldReader {
  private readonly file: string;
  private readonly positions: Map<string, number>;

  constructor(table: CsvReader, required: readonly string[]) {
    this.file = table.format.file;
    this.positions = new Map(table.columns.map((name, index) => [name, index]));
    for (const name of required) {
      if (this.positions.has(name)) continue;
      throw this.refuseAt('cash-column-missing', `Column "${name}" is missing; the header has ${table.columns.map((column) => `"${column}"`).join(', ')}.`, 1, 1);
    }
  }

  has(column: string): boolean {
    return this.positions.has(column);
  }

  /** The field as text, empty when the column is absent. */
  optional(row: CsvReader, column: string): string {
    const position = this.positions.get(column);
    return position === undefined ? '' : row.text(position).trim();
  }

  /** The field exactly as it stands, blanks included. */
  verbatim(row: CsvReader, column: string): string {
    const position = this.positions.get(column);
    return position === undefined ? '' : row.text(position);
  }

  required(row: CsvReader, column: string): string {
    const text = this.optional(row, column);
    if (text === '') throw this.refuse('cash-field-missing', `"${column}" is empty.`, row, column);
    return text;
  }

  currency(row: CsvReader, column: string): string {
    const code = this.required(row, column);
    if (!isCurrency(code)) throw this.refuse('cash-currency-unknown', `"${code}" is no ISO 4217 currency.`, row, column);
    return code;
  }

  /** An amount in units of `unitDigits(currency)` decimals. */
  amount(row: CsvReader, column: string, currency: string): number {
    const text = this.required(row, column);
    const units = readUnits(text, currency);
    if (units === undefined) throw this.refuse('cash-amount-malformed', `"${text.slice(0, 40)}" is no decimal with at most ${unitDigits(currency)} decimals.`, row, column);
    return units;
  }

  /** `20261120` or `2026-11-20`. */
  date(row: CsvReader, column: string): PlainDate {
    const text = this.required(row, column);
    const date = /^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : text;
    if (!isPlainDate(date)) throw this.refuse('cash-date-malformed', `"${text.slice(0, 40)}" is no date of the calendar.`, row, column);
    return date;
  }

  /** Reads an id and refuses one that another row has. */
  uniqueId(row: CsvReader, column: string, seen: Map<string, number>): string {
    const id = this.required(row, column);
    const earlier = seen.get(id);
    if (earlier !== undefined) throw this.refuse('cash-id-duplicate', `"${id}" stands in line ${earlier} already.`, row, column);
    seen.set(id, row.line);
    return id;
  }

  refuse(code: ErrorCode, message: string, row: CsvReader, column: string): KontorError {
    const place = row.place(this.positions.get(column) ?? 0);
    return this.refuseAt(code, message, place.line, place.column);
  }

  refuseAt(code: ErrorCode, message: string, line: number, column: number): KontorError {
    return new KontorError(code, message, { place: { file: this.file, line, column } });
  }
}

/** Decimals that amounts in these files may have: those of the currency, but at least two, since sub-ledgers keep hundredths even of yen. */
export function unitDigits(currency: string): number {
  return Math.max(2, currencyDigits(currency));
}

const mostUnits = Number.MAX_SAFE_INTEGER / 1024; // so that any sum the matcher forms stays exact
const residue: Exact = { unscaled: 1n, scale: 3 };

/**
 * Reads a decimal into units. Files written by programs that calculate in binary show 31270.609999999997 for 31270.61; such a
 * residue, less than a thousandth of a unit, is dropped. Anything else that does not fit the decimals is refused.
 */
export function readUnits(text: string, currency: string): number | undefined {
  if (!isDecimal(text) || text.length > 40) return undefined;
  const digits = unitDigits(currency);
  const value = exact(text);
  const rounded = roundTo(value, digits);
  if (value.scale > digits) {
    const difference = minus(value, rounded).unscaled;
    const size = difference < 0n ? -difference : difference;
    // size / 10^scale must be below residue × 10^-digits
    if (size * 10n ** BigInt(residue.scale + digits) >= residue.unscaled * 10n ** BigInt(value.scale)) return undefined;
  }
  const units = Number(rounded.unscaled);
  return Math.abs(units) <= mostUnits ? units : undefined;
}
