import { KontorError } from '../../../domain/errors.ts';
import { shown } from '../amounts.ts';
import { textBegan } from './funds.ts';

/** A record with its continuations (88) taken in. `parts` counts the physical records, which the trailers count. */
export interface Bai2Record {
  code: string;
  body: string;
  line: number;
  parts: number;
}

const boundary = /[ \t]*\/[ \t]*(?:\r?\n[ \t]*)*(?=(?:01|02|03|16|49|88|98|99),|\s*$)|(?:\r?\n[ \t]*)+(?=(?:01|02|03|16|49|88|98|99),)/g;

/**
 * Text → records. A record ends at the slash before the next record code, or at the end of a line where the next one begins with a
 * code: several may stand on one line, and text may run over lines and hold slashes.
 */
export function splitRecords(text: string): Bai2Record[] {
  const records: Bai2Record[] = [];
  let from = 0;
  let line = 1;
  let slashed = false;
  for (const end of [...[...text.matchAll(boundary)].map((found) => [found.index, found.index + found[0].length] as const), [text.length, text.length] as const]) {
    const raw = text.slice(from, end[0]);
    const at = line + (/^\s*/.exec(raw)?.[0].split('\n').length ?? 1) - 1;
    line += text.slice(from, end[1]).split('\n').length - 1;
    from = end[1];
    const content = raw.trim();
    if (content === '') continue;
    const parts = /^(\d\d),([^]*)$/.exec(content);
    if (!parts) throw new KontorError('statement-malformed', `Line ${at}: ${shown(content)} begins with no record code.`, { place: { line: at } });
    const [, code = '', body = ''] = parts;
    const before = records.at(-1);
    if (code !== '88') records.push({ code, body: body.replace(/\r?\n/g, ' '), line: at, parts: 1 });
    else if (!before) throw new KontorError('statement-malformed', `Line ${at}: a continuation (88) continues nothing.`, { place: { line: at } });
    else {
      before.body += `${jointOf(before, slashed)}${body.replace(/\r?\n/g, ' ')}`;
      before.parts++;
    }
    slashed = text.slice(end[0], end[1]).includes('/');
  }
  return records;
}

/** A continuation goes on with the text that has begun, else with the next field; a comma before the slash has left a field empty. */
function jointOf({ code, body }: Bai2Record, slashed: boolean): string {
  if (code === '16' && textBegan(body)) return ' ';
  return body === '' || (body.endsWith(',') && !slashed) ? '' : ',';
}
