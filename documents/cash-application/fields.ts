import { isPlainDate } from '../../domain/calendar/plain-date.ts';
import { exact, isDecimal, minus, roundTo, type Exact } from '../../domain/rules/decimal.ts';
import { currencyDigits, isCurrency } from '../../domain/rules/money.ts';
import type { PlainDate } from '../../domain/model/dates.ts';
import { refuse, type Row, type Table } from './table.ts';

/** Reads the fields of one table by column name; every refusal names line and column. */
export class FieldReader {
  private readonly table: Table;
  private readonly positions: Map<string, number>;

  constructor(table: Table, required: readonly string[]) {
    this.table = table;
    this.positions = new Map(table.header.map((name, index) => [name, index]));
    for (const name of required) {
      if (this.positions.has(name)) continue;
      throw refuse('cash-column-missing', `Column "${name}" is missing; the header has ${table.header.map((column) => `"${column}"`).join(', ')}.`, table.file, 1, 1);
    }
  }

  has(column: string): boolean {
    return this.positions.has(column);
  }

  /** The field as text, empty when the column is absent. */
  optional(row: Row, column: string): string {
    const position = this.positions.get(column);
    return position === undefined ? '' : row.fields[position]!.trim();
  }

  /** The field exactly as it stands, blanks included. */
  verbatim(row: Row, column: string): string {
    const position = this.positions.get(column);
    return position === undefined ? '' : row.fields[position]!;
  }

  required(row: Row, column: string): string {
    const text = this.optional(row, column);
    if (text === '') throw this.refuse('cash-field-missing', `"${column}" is empty.`, row, column);
    return text;
  }

  currency(row: Row, column: string): string {
    const code = this.required(row, column);
    if (!isCurrency(code)) throw this.refuse('cash-currency-unknown', `"${code}" is no ISO 4217 currency.`, row, column);
    return code;
  }

  /** An amount in units of `unitDigits(currency)` decimals. */
  amount(row: Row, column: string, currency: string): number {
    const text = this.required(row, column);
    const units = readUnits(text, currency);
    if (units === undefined) throw this.refuse('cash-amount-malformed', `"${text.slice(0, 40)}" is no decimal with at most ${unitDigits(currency)} decimals.`, row, column);
    return units;
  }

  /** `20261120` or `2026-11-20`. */
  date(row: Row, column: string): PlainDate {
    const text = this.required(row, column);
    const date = /^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : text;
    if (!isPlainDate(date)) throw this.refuse('cash-date-malformed', `"${text.slice(0, 40)}" is no date of the calendar.`, row, column);
    return date;
  }

  /** Reads an id and refuses one that another row has. */
  uniqueId(row: Row, column: string, seen: Map<string, number>): string {
    const id = this.required(row, column);
    const earlier = seen.get(id);
    if (earlier !== undefined) throw this.refuse('cash-id-duplicate', `"${id}" stands in line ${earlier} already.`, row, column);
    seen.set(id, row.line);
    return id;
  }

  refuse(code: Parameters<typeof refuse>[0], message: string, row: Row, column: string): Error {
    return refuse(code, message, this.table.file, row.line, row.columns[this.positions.get(column) ?? 0]!);
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
