import { CsvError, parse } from 'csv-parse/sync';
import { KontorError } from '../../domain/errors.ts';
import { decode, type SourceFile } from './source.ts';

export interface CsvRow {
  fields: string[];
  line: number;
}

export interface CsvText {
  rows: CsvRow[];
  /** The end-of-file mark that OFAC writes was there. */
  endMark: boolean;
}

/**
 * Rows of a delimited file with their line. Throws list-cut when a quote is left open or the last row ends early,
 * list-unreadable when another row has the wrong number of fields.
 */
export function readCsv(file: SourceFile, columns?: number): CsvText {
  const text = decode(file.bytes);
  const endMark = /\x1a\s*$/.test(text);
  const rows = parseRows(file, endMark ? text.replace(/\x1a\s*$/, '') : text);
  if (rows.length === 0) throw new KontorError('list-empty', `${file.path} holds no row`, { place: { file: file.path } });
  const width = columns ?? rows[0]!.fields.length;
  rows.forEach((row, at) => {
    if (row.fields.length === width) return;
    const last = at === rows.length - 1;
    throw new KontorError(last ? 'list-cut' : 'list-unreadable', `${file.path} line ${row.line} has ${row.fields.length} fields instead of ${width}${last ? ': the file ends early' : ''}`, { place: { file: file.path, line: row.line } });
  });
  return { rows, endMark };
}

function parseRows(file: SourceFile, text: string): CsvRow[] {
  try {
    const records = parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true, trim: true, info: true }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ fields: record, line: info.lines }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number((error as unknown as { lines?: number }).lines ?? 0) || undefined;
    const cut = error.code === 'CSV_QUOTE_NOT_CLOSED';
    throw new KontorError(cut ? 'list-cut' : 'list-unreadable', `${file.path}${line ? ` line ${line}` : ''}: ${cut ? 'the file ends inside a quoted field' : error.message}`, { place: { file: file.path, ...(line ? { line } : {}) }, cause: error });
  }
}

/** Rows as records by the names in the first row (compared without case and punctuation). */
export function byHeader(file: SourceFile, { rows }: CsvText, headerAt = 0): { get: (row: CsvRow, ...names: string[]) => string; rows: CsvRow[]; has: (name: string) => boolean } {
  const header = rows[headerAt]!.fields.map(plain);
  const position = new Map(header.map((name, at) => [name, at]));
  const get = (row: CsvRow, ...names: string[]): string => {
    for (const name of names) {
      const at = position.get(plain(name));
      if (at !== undefined && row.fields[at]) return row.fields[at]!.trim();
    }
    return '';
  };
  return { get, rows: rows.slice(headerAt + 1), has: (name) => position.has(plain(name)) };
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
