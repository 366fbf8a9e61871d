import { KontorError, type ErrorCode } from '../../domain/errors.ts';

/** A field with the place of its first character, so that every refusal can point at it. */
export interface Row {
  readonly line: number;
  readonly fields: readonly string[];
  /** Position (from 1) in the line where each field begins. */
  readonly columns: readonly number[];
}

export interface Table {
  readonly file: string;
  readonly header: readonly string[];
  /** Read one at a time, so that memory holds the text and the facts but never all fields at once. */
  readonly rows: Iterable<Row>;
}

const separators = [',', ';', '\t'];

/**
 * Reads separated values strictly (RFC 4180; comma, semicolon or tab as the header shows): every row has as many fields as the
 * header, quotes are closed, the text is one encoding throughout. Throws a KontorError with line and column.
 */
export function readTable(bytes: Uint8Array, file: string): Table {
  const text = decode(bytes, file);
  const headerEnd = text.search(/\r|\n/);
  const headerLine = headerEnd < 0 ? text : text.slice(0, headerEnd);
  if (headerLine.trim() === '') throw refuse('cash-file-malformed', 'The file has no header.', file, 1, 1);
  const separator = separators.find((candidate) => headerLine.includes(candidate)) ?? ',';
  const rows = readRows(text, separator, file);
  const first = rows.next().value as Row;
  const header = first.fields.map((name) => name.trim());
  const repeated = header.findIndex((name, index) => header.indexOf(name) !== index);
  if (repeated >= 0) throw refuse('cash-file-malformed', `Column "${header[repeated]}" occurs twice.`, file, 1, first.columns[repeated]!);
  return { file, header, rows: sameWidth(rows, header.length, file) };
}

function* sameWidth(rows: Iterable<Row>, width: number, file: string): Generator<Row> {
  for (const row of rows) {
    if (row.fields.length !== width) {
      const message = `The row has ${row.fields.length} fields, the header ${width}.`;
      throw refuse('cash-file-malformed', message, file, row.line, row.columns[Math.min(row.fields.length, width) - 1]!);
    }
    yield row;
  }
}

export function refuse(code: ErrorCode, message: string, file: string, line: number, column: number): KontorError {
  return new KontorError(code, message, { place: { file, line, column } });
}

function decode(bytes: Uint8Array, file: string): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le', { fatal: true }).decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be', { fatal: true }).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw encodingError(bytes, file);
  }
}

/** Finds the first byte that is not UTF-8: the longest head that still decodes ends before it. */
function encodingError(bytes: Uint8Array, file: string): KontorError {
  let line = 1;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(10, start);
    const part = bytes.subarray(start, end < 0 ? bytes.length : end);
    const column = firstBadColumn(part);
    if (column !== undefined) {
      const message = `Byte 0x${part[badOffset(part)]!.toString(16).toUpperCase()} is not UTF-8; the file mixes encodings or was saved in another one.`;
      return refuse('cash-file-encoding', message, file, line, column);
    }
    line++;
    start = end + 1;
  }
}

function firstBadColumn(line: Uint8Array): number | undefined {
  const offset = badOffset(line);
  return offset < line.length ? new TextDecoder().decode(line.subarray(0, offset)).length + 1 : undefined;
}

function badOffset(line: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let good = 0;
  for (let end = 1; end <= line.length; end++) {
    try {
      decoder.decode(line.subarray(good, end));
      good = end;
    } catch {
      if (end - good >= 4) return good;
    }
  }
  return good;
}

function* readRows(text: string, separator: string, file: string): Generator<Row> {
  let line = 1;
  let lineStart = 0;
  let at = 0;
  while (at < text.length) {
    const row = { line, fields: [] as string[], columns: [] as number[] };
    for (;;) {
      row.columns.push(at - lineStart + 1);
      if (text[at] === '"') {
        const opened = { line, column: at - lineStart + 1 };
        let value = '';
        for (at++; ; at++) {
          const quote = text.indexOf('"', at);
          if (quote < 0) throw refuse('cash-file-malformed', 'The quotes that open here are never closed.', file, opened.line, opened.column);
          value += text.slice(at, quote);
          at = quote + 1;
          if (text[at] !== '"') break;
          value += '"';
        }
        for (let index = value.indexOf('\n'); index >= 0; index = value.indexOf('\n', index + 1)) line++;
        if (value.includes('\n')) lineStart = text.lastIndexOf('\n', at - 1) + 1;
        if (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r')
          throw refuse('cash-file-malformed', 'Text follows closing quotes.', file, line, at - lineStart + 1);
        row.fields.push(value);
      } else {
        const start = at;
        while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') {
          if (text[at] === '"') throw refuse('cash-file-malformed', 'A quote stands inside a field that is not quoted.', file, line, at - lineStart + 1);
          at++;
        }
        row.fields.push(text.slice(start, at));
      }
      if (text[at] !== separator) break;
      at++;
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    line++;
    lineStart = at;
    const isBlank = row.fields.length === 1 && row.fields[0] === '';
    if (!isBlank) yield row;
  }
}
