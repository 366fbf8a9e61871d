/** One token of JSON (RFC 8259) after white space. */
const token = /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

/** What may come next: a value, a member name, a colon, or what follows a value. */
type Expectation = 'value' | 'value-or-end' | 'name' | 'name-or-end' | 'colon' | 'separator';

/** Offset of the first character that cannot belong to any JSON text; the platform's own message does not always tell. */
export function jsonFaultAt(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expectation = 'value';
  let at = 0;
  for (;;) {
    token.lastIndex = at;
    const match = token.exec(text);
    const found = match?.[1] ?? match?.[2] ?? '';
    const start = match ? token.lastIndex - found.length : at + (/^[ \t\r\n]*/.exec(text.slice(at))?.[0].length ?? 0);
    const next: Expectation | undefined = match ? following(found, expected, open) : undefined;
    if (!next) return start;
    expected = next;
    at = token.lastIndex;
  }
}

function following(found: string, expected: Expectation, open: ('{' | '[')[]): Expectation | undefined {
  const isValue = expected === 'value' || expected === 'value-or-end';
  const isName = expected === 'name' || expected === 'name-or-end';
  if (found === '{' || found === '[') {
    if (!isValue) return undefined;
    open.push(found);
    return found === '{' ? 'name-or-end' : 'value-or-end';
  }
  if (found === '}' || found === ']') {
    const closes = open.at(-1) === (found === '}' ? '{' : '[') && ['separator', 'name-or-end', 'value-or-end'].includes(expected);
    if (closes) open.pop();
    return closes ? 'separator' : undefined;
  }
  if (found === ',') return expected === 'separator' && open.length > 0 ? (open.at(-1) === '{' ? 'name' : 'value') : undefined;
  if (found === ':') return expected === 'colon' ? 'value' : undefined;
  if (isName) return found.startsWith('"') ? 'colon' : undefined;
  return isValue ? 'separator' : undefined;
}
