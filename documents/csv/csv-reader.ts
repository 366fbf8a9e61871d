import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { KontorError, type ErrorCode } from '../../domain/errors.ts';
import { encodingFault } from './encoding.ts';
import { scanQuoted } from './quoted-record.ts';

/** What a kind of file allows, and the codes of what is wrong with it. */
export interface CsvFormat {
  /** Name of the file, for messages. */
  readonly file: string;
  /** Those that may part fields; the first that the header holds is meant. */
  readonly separators: readonly string[];
  readonly malformed: ErrorCode;
  readonly encoding: ErrorCode;
}

/** Where something stands: lines and columns count from 1, columns in characters. */
export interface CsvPlace {
  readonly line: number;
  readonly column: number;
}

/** A record this long is no record: it stops a file with an unclosed quote from being read whole into memory. */
const longestRecord = 1_000_000;
const [newline, carriageReturn, quote] = [10, 13, 34];
/** Slots of recently seen texts for each column. */
const cacheSize = 1_024;

/**
 * Reads separated values strictly, one record at a time (RFC 4180; UTF-8, or UTF-16 with a byte order mark): every record
 * has as many fields as the header, quotes are closed. Bytes are pushed in pieces cut anywhere; memory does not grow.
 *
 * The reader works on bytes and keeps only positions of the current record: a field that nobody asks for is never
 * made a string, one that repeats is made once, and an amount is read without one. Decoding and splitting lines
 * takes three times as long. Throws a KontorError with line and column.
 */
export class CsvReader {
  readonly format: CsvFormat;
  /** Names in the header, trimmed; empty until the first record was read. */
  columns: readonly string[] = [];
  /** Line on which the current record begins. */
  line = 0;
  /** Bytes in which the fields of the current record stand, from `starts` to before `ends`. */
  block: Buffer = Buffer.alloc(0);
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  private width = 0;
  /** Fields in which doubled quotes stand for one; empty for nearly every record. */
  private escaped: ReadonlySet<number> = new Set();
  private position = 0;
  /** Where the current record begins. */
  private recordStart = 0;
  /** End of the complete lines of the block; those are known to be UTF-8. */
  private limit = 0;
  private nextLine = 1;
  private ended = false;
  private ascii = true;
  private separator = 0;
  private utf16: TextDecoder | undefined;
  private started = false;
  private readonly caches: string[][] = [];

  constructor(format: CsvFormat) {
    this.format = format;
  }

  /** Adds bytes; call it when `next` has returned false. */
  push(chunk: Uint8Array): void {
    const more = this.utf16 ? Buffer.from(this.utf16.decode(chunk, { stream: true })) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const rest = this.block.length - this.position;
    const checked = this.limit - this.position;
    this.block = rest === 0 ? more : Buffer.concat([this.block.subarray(this.position), more]);
    this.position = 0;
    if (!this.started) this.begin();
    this.limit = this.started ? this.block.lastIndexOf(newline) + 1 : 0;
    this.check(checked);
    if (this.limit === 0 && this.block.length > longestRecord) throw this.fault(this.nextLine, 1, `a line of more than ${longestRecord} bytes`);
  }

  /** No more bytes will come: what is left is the last record. */
  finish(): void {
    const checked = this.limit - this.position;
    this.block = this.block.subarray(this.position);
    this.position = 0;
    this.ended = true;
    if (!this.started) this.begin();
    this.limit = this.block.length;
    this.check(checked);
  }

  /** Goes to the next record; false when the bytes pushed hold no further one. Empty lines are passed over. */
  next(): boolean {
    while (this.position < this.limit) {
      if (!this.scan()) return false;
      if (this.width === 1 && this.starts[0] === this.ends[0]) continue;
      if (this.columns.length === 0) this.columns = Array.from({ length: this.width }, (_, index) => this.text(index).trim());
      else if (this.width !== this.columns.length) throw this.widthFault();
      return true;
    }
    return false;
  }

  /** A field of the current record. */
  text(index: number): string {
    const [start, end] = [this.starts[index]!, this.ends[index]!];
    if (start === end) return '';
    const text = this.block.toString(this.ascii ? 'latin1' : 'utf8', start, end);
    return this.escaped.has(index) ? text.replaceAll('""', '"') : text;
  }

  /** The same for fields whose values come again and again: equal values are one string, made once. */
  repeated(index: number): string {
    const { block } = this;
    const [start, end] = [this.starts[index]!, this.ends[index]!];
    if (start === end) return '';
    // The end of a text tells more than its beginning: days, account and entry numbers.
    let hash = end - start;
    for (let at = Math.max(start, end - 5); at < end; at++) hash = (Math.imul(hash, 31) + block[at]!) | 0;
    const cache = (this.caches[index] ??= new Array<string>(cacheSize).fill(''));
    const slot = (hash ^ (hash >>> 10)) & (cacheSize - 1);
    const known = cache[slot]!;
    if (isText(known, block, start, end) && !this.escaped.has(index)) return known;
    return (cache[slot] = this.text(index));
  }

  isEmpty(index: number): boolean {
    return this.starts[index] === this.ends[index];
  }

  /** Where a field of the current record begins, its quotation mark included. */
  place(index: number): CsvPlace {
    const start = this.starts[index]!;
    return this.placeOf(this.block[start - 1] === quote ? start - 1 : start);
  }

  fault(line: number, column: number, reason: string): KontorError {
    const { file, malformed } = this.format;
    return new KontorError(malformed, `${reason}.`, { place: { file, line, column } });
  }

  /** Finds the fields of the record at the current position; false when its end is not there yet. */
  private scan(): boolean {
    const { block, limit } = this;
    const separator = this.separator || this.findSeparator();
    const [starts, ends] = [this.starts, this.ends];
    const begin = (this.recordStart = this.position);
    let [at, start, width] = [begin, begin, 0];
    for (;;) {
      const byte = at < limit ? block[at]! : newline;
      if (byte !== separator && byte !== newline) {
        if (byte === quote) return this.scanWithQuotes(begin);
        at++;
        continue;
      }
      if (width === starts.length) {
        this.widen();
        return this.scan();
      }
      starts[width] = start;
      if (byte === newline) break;
      ends[width++] = at;
      start = ++at;
    }
    ends[width++] = at > start && block[at - 1] === carriageReturn ? at - 1 : at;
    this.width = width;
    if (this.escaped.size > 0) this.escaped = new Set();
    this.line = this.nextLine++;
    this.position = at + 1;
    return true;
  }

  private scanWithQuotes(begin: number): boolean {
    this.line = this.nextLine;
    const found = scanQuoted(this.block, begin, this.limit, this.separator);
    if (found.kind === 'open') {
      if (!this.ended && this.block.length - begin <= longestRecord) return false;
      throw this.faultAt(found.at, 'a quotation mark is opened and never closed');
    }
    if (found.kind === 'misplaced') throw this.faultAt(found.at, found.reason);
    while (found.starts.length > this.starts.length) this.widen();
    this.starts.set(found.starts);
    this.ends.set(found.ends);
    this.width = found.starts.length;
    this.escaped = found.escaped;
    this.nextLine += found.lines;
    this.position = found.next;
    return true;
  }

  private begin(): void {
    if (this.block.length < 3 && !this.ended) return;
    this.started = true;
    const label = this.block[0] === 0xff && this.block[1] === 0xfe ? 'utf-16le' : this.block[0] === 0xfe && this.block[1] === 0xff ? 'utf-16be' : undefined;
    if (label) {
      this.utf16 = new TextDecoder(label);
      this.block = Buffer.from(this.utf16.decode(this.block, { stream: !this.ended }));
    } else if (this.block[0] === 0xef && this.block[1] === 0xbb && this.block[2] === 0xbf) this.block = this.block.subarray(3);
  }

  /** Complete lines are UTF-8 as a whole; `from` is how far that is known already. */
  private check(from: number): void {
    const fresh = this.block.subarray(from, this.limit);
    if (!isUtf8(fresh)) throw encodingFault(this.block.subarray(0, this.limit), this.nextLine, this.format);
    this.ascii = isAscii(fresh) && (from === 0 || isAscii(this.block.subarray(0, from)));
  }

  private findSeparator(): number {
    const end = this.block.indexOf(newline, this.position);
    const header = this.block.subarray(this.position, end < 0 ? this.limit : end);
    const found = this.format.separators.find((separator) => header.includes(separator)) ?? this.format.separators[0]!;
    return (this.separator = found.charCodeAt(0));
  }

  private widen(): void {
    const [starts, ends] = [new Int32Array(this.starts.length * 2), new Int32Array(this.starts.length * 2)];
    starts.set(this.starts);
    ends.set(this.ends);
    [this.starts, this.ends] = [starts, ends];
  }

  private widthFault(): KontorError {
    const missing = this.width < this.columns.length;
    const { line, column } = missing ? this.placeOf(this.ends[this.width - 1]!) : this.place(this.columns.length);
    return this.fault(line, column, `${this.width} fields where the header has ${this.columns.length}`);
  }

  private faultAt(position: number, reason: string): KontorError {
    const { line, column } = this.placeOf(position);
    return this.fault(line, column, reason);
  }

  /** Counts from the beginning of the current record, which always begins a line. */
  private placeOf(position: number): CsvPlace {
    let [line, lineStart] = [this.line, this.recordStart];
    for (let at = this.block.indexOf(newline, lineStart); at >= 0 && at < position; at = this.block.indexOf(newline, lineStart)) {
      line++;
      lineStart = at + 1;
    }
    return { line, column: this.block.toString('utf8', lineStart, position).length + 1 };
  }
}

/** Are these bytes that text? Only ASCII is compared; other bytes equal nothing. */
function isText(text: string, block: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = start; at < end; at++) {
    const byte = block[at]!;
    if (byte > 127 || text.charCodeAt(at - start) !== byte) return false;
  }
  return true;
}
