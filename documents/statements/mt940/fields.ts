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

/** With a letter any tag is one; without it, two digits between colons may be a time of day in a text that runs over lines. */
const tagged = /^:(13|20|21|25|28|60|61|62|64|65|86|\d{2}[A-Z]|NS):(.*)$/;
/** Some banks announce each message by its type. */
const announced = /^:?94[0-9]:?\s*$/;
const block = /^\{[1-4]:/;

/**
 * Text → messages, one at a time: only the entries that are made of them are kept. SWIFT blocks, the dash at the end and whatever a
 * bank writes before the first tag are only wrapping; blocks may stand on one line or on several. A message starts at its block, at :20:,
 * or where :25: or an opening balance comes again.
 */
export function* splitMessages(text: string): Generator<Message> {
  let type: string | undefined;
  let current: Message | undefined;
  let field: Field | undefined;
  for (const { text: raw, number, next } of linesOf(text)) {
    let line = withoutControls(raw);
    if (line.startsWith('-}')) {
      // The next message may begin on the line that the one before ends on.
      type = field = undefined;
      const next = line.indexOf('{1:');
      if (next < 0) continue;
      line = line.slice(next);
    }
    if (block.test(line)) {
      type = /\{2:[IO](\d{3})/.exec(line)?.[1] ?? type;
      if (current) yield current;
      current = field = undefined;
      const text = line.indexOf('{4:');
      if (text < 0) continue;
      line = line.slice(text + 3);
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
    } else if ((line === '-' && endsMessage(next)) || (announced.test(line) && next?.startsWith(':20:'))) field = undefined;
    else field?.lines.push(line);
  }
  if (current) yield current;
}

/** Lines with their numbers and what follows them; they end with CR, LF or both, or where the file was made for it with `@@`. */
function* linesOf(text: string): Generator<{ text: string; number: number; next: string | undefined }> {
  const lines = /^\s*@@:/.test(text) ? text.replace(/@@(?:\r?\n)?/g, '\n') : text;
  const whole = /\r(?!\n)/.test(lines) ? lines.replace(/\r\n?/g, '\n') : lines;
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
