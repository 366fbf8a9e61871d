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
 * Text → messages. SWIFT blocks, the dash at the end and whatever a bank writes before the first tag are only wrapping.
 * A message starts at its block, at :20:, or where :25: or an opening balance comes again.
 */
export function splitMessages(text: string): Message[] {
  const messages: Message[] = [];
  let type: string | undefined;
  let current: Message | undefined;
  let field: Field | undefined;
  const lines = text.split(/\r\n|\n|\r/);
  for (let index = 0; index < lines.length; index++) {
    // eslint-disable-next-line no-control-regex
    let line = (lines[index] as string).replace(/[\u0000-\u0008\u000b-\u001f\ufeff]/g, '');
    const block = header.exec(line);
    if (block) {
      type = /\{2:[IO](\d{3})/.exec(block[0])?.[1];
      line = line.slice(block[0].length);
      current = field = undefined;
    }
    const start = tagged.exec(line);
    if (start) {
      const tag = start[1] as string;
      if (!current || tag === '20' || (/^(25|60)/.test(tag) && has(current, tag.slice(0, 2)))) {
        current = { ...(type === undefined ? {} : { type }), fields: [] };
        messages.push(current);
      }
      field = { tag, lines: [start[2] as string], line: index + 1 };
      current.fields.push(field);
    } else if (line.startsWith('-}') || (line === '-' && endsMessage(lines[index + 1]))) field = undefined;
    else field?.lines.push(line);
  }
  return messages;
}

function has(message: Message, start: string): boolean {
  return message.fields.some((field) => field.tag.startsWith(start));
}

/** A dash ends a message only where no text follows it. */
function endsMessage(next: string | undefined): boolean {
  return next === undefined || next.trim() === '' || /^[:{\u0000-\u001f]/.test(next);
}
