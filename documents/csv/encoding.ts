import { TextDecoder } from 'node:util';
import { KontorError } from '../../domain/errors.ts';
import type { CsvFormat } from './csv-reader.ts';

const newline = 10;

/** Points at the first byte that is not UTF-8. `bytes` begin with the line of the given number. */
export function encodingFault(bytes: Buffer, firstLine: number, { file, encoding }: CsvFormat): KontorError {
  let [line, start] = [firstLine, 0];
  for (;;) {
    const end = bytes.indexOf(newline, start);
    const text = bytes.subarray(start, end < 0 ? bytes.length : end);
    const bad = firstBadByte(text);
    if (bad < text.length) {
      const column = text.toString('utf8', 0, bad).length + 1;
      const message = `Byte 0x${text[bad]!.toString(16).toUpperCase()} is not UTF-8; the file mixes encodings or was saved in another one.`;
      return new KontorError(encoding, message, { place: { file, line, column } });
    }
    if (end < 0) throw new RangeError('the text is UTF-8');
    line++;
    start = end + 1;
  }
}

/** The longest head that decodes ends before it: characters take at most four bytes. */
function firstBadByte(line: Buffer): number {
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
