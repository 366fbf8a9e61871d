/** One tagged field of a message: `:61:` with its lines, and the line of the file it starts on. */
export interface Field {
  tag: string;
  lines: string[];
  line: number;
}

/** The fields of one message, and the type that its SWIFT header states (`940`, `942`), where it has one. */
export interface Message {
  type?: string;
  fields: Field[];
}

const tagged = /^:(13[CD]?|20|21|25P?|28C?|34F|60[FM]?|61|62[FM]?|64|65|86|90[CD]|NS):(.*)$/;
const header = /^\{1:.*?\{4:|^\{4:/;

/**
 * Text → messages, one at a time: only the entries that are made of them are kept. SWIFT blocks, the dash at the end and whatever a
 * bank writes before the first tag are only wrapping. A message starts at its block, at :20:, or where :25: or an opening balance
 * comes again.
 */
export function* splitMessages(text: string): Generator<Message> {
  let type: string | undefined;
  let current: Message | undefined;
  let field: Field | undefined;
  for (const { text: raw, number, next } of linesOf(text)) {
    let line = withoutControls(raw);
    const block = line.startsWith('{') ? header.exec(line) : null;
    if (block) {
      type = /\{2:[IO](\d{3})/.exec(block[0])?.[1];
      line = line.slice(block[0].length);
      if (current) yield current;
      current = field = undefined;
    }
    const start = line.startsWith(':') ? tagged.exec(line) : null;
    if (start) {
      const tag = start[1] as string;
      if (!current || tag === '20' || (/^(25|60)/.test(tag) && has(current, tag.slice(0, 2)))) {
        if (current) yield current;
        current = { ...(type === undefined ? {} : { type }), fields: [] };
      }
      field = { tag, lines: [start[2] as string], line: number };
      current.fields.push(field);
    } else if (line.startsWith('-}') || (line === '-' && endsMessage(next))) field = undefined;
    else field?.lines.push(line);
  }
  if (current) yield current;
}

/** Lines with their numbers and what follows them; they end with CR, LF or both. */
function* linesOf(text: string): Generator<{ text: string; number: number; next: string | undefined }> {
  const whole = /\r(?!\n)/.test(text) ? text.replace(/\r\n?/g, '\n') : text;
  let from = 0;
  const take = (): string | undefined => {
    if (from > whole.length) return undefined;
    const end = whole.indexOf('\n', from);
    const to = end < 0 ? whole.length : end;
    const line = whole.slice(from, to > from && whole.charCodeAt(to - 1) === 13 ? to - 1 : to);
    from = to + 1;
    return line;
  };
  let line = take();
  for (let number = 1; line !== undefined; number++) {
    const next = take();
    yield { text: line, number, next };
    line = next;
  }
}

// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000b-\u001f\ufeff]/;
const controls = new RegExp(control, 'g');

function withoutControls(line: string): string {
  return control.test(line) ? line.replace(controls, '') : line;
}

function has(message: Message, start: string): boolean {
  return message.fields.some((field) => field.tag.startsWith(start));
}

/** A dash ends a message only where no text follows it. */
function endsMessage(next: string | undefined): boolean {
  return next === undefined || next.trim() === '' || /^[:{\u0000-\u001f]/.test(next);
}
