import { KontorError } from '../../../domain/errors.ts';
import { shown } from '../amounts.ts';

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
      const joint = before.code === '16' ? ' ' : before.body === '' || before.body.endsWith(',') ? '' : ',';
      before.body += `${joint}${body.replace(/\r?\n/g, ' ')}`;
      before.parts++;
    }
  }
  return records;
}
