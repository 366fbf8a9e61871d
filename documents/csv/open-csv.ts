import { CsvReader, type CsvFormat } from './csv-reader.ts';

/** Columns that must be in the header and, where `known` lists them, the only ones that may be. */
export interface CsvHeader {
  readonly required: readonly string[];
  readonly known?: readonly string[];
}

/** A file whose header was read. `records` yields the reader whenever bytes are there: take its records with `next`. */
export interface OpenCsv {
  readonly reader: CsvReader;
  readonly records: AsyncGenerator<CsvReader>;
}

/** Opens a stream of bytes; throws where the header is not as expected. */
export async function openCsv(chunks: AsyncIterable<Uint8Array>, format: CsvFormat, header: CsvHeader): Promise<OpenCsv> {
  const reader = new CsvReader(format);
  const pieces = chunks[Symbol.asyncIterator]();
  let more = true;
  while (!reader.next() && more) more = await feed(reader, pieces);
  checkHeader(reader, header);
  return { reader, records: batches(reader, pieces, more) };
}

/** The same for a file that is in memory: every record is the reader itself, at another place. */
export function readCsv(bytes: Uint8Array, format: CsvFormat, header: CsvHeader): { readonly reader: CsvReader; readonly records: Iterable<CsvReader> } {
  const reader = new CsvReader(format);
  reader.push(bytes);
  const complete = reader.next();
  if (!complete) reader.finish();
  if (!complete) reader.next();
  checkHeader(reader, header);
  return { reader, records: remaining(reader, complete) };
}

function* remaining(reader: CsvReader, unfinished: boolean): Generator<CsvReader> {
  while (reader.next()) yield reader;
  if (unfinished) reader.finish();
  while (reader.next()) yield reader;
}

async function* batches(reader: CsvReader, pieces: AsyncIterator<Uint8Array>, more: boolean): AsyncGenerator<CsvReader> {
  yield reader;
  while (more) {
    more = await feed(reader, pieces);
    yield reader;
  }
}

/** False when that was the end. */
async function feed(reader: CsvReader, pieces: AsyncIterator<Uint8Array>): Promise<boolean> {
  const piece = await pieces.next();
  if (piece.done) reader.finish();
  else reader.push(piece.value);
  return !piece.done;
}

function checkHeader(reader: CsvReader, { required, known }: CsvHeader): void {
  const { columns } = reader;
  if (columns.length === 0) throw reader.fault(1, 1, 'the file is empty; a header with column names is expected');
  for (const [index, name] of columns.entries()) {
    const { line, column } = reader.place(index);
    if (known && !known.includes(name)) throw reader.fault(line, column, `unknown column "${name}"; known are ${known.join(', ')}`);
    if (columns.indexOf(name) !== index) throw reader.fault(line, column, `column "${name}" appears twice`);
  }
  const missing = required.filter((name) => !columns.includes(name));
  if (missing.length) throw reader.fault(1, 1, `column ${missing.map((name) => `"${name}"`).join(', ')} is missing`);
}
