/** Fields of a record in which quotation marks stand, as positions of what is between them. */
export interface QuotedRecord {
  readonly kind: 'record';
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Fields in which two marks stand for one. */
  readonly escaped: ReadonlySet<number>;
  /** Lines that it takes. */
  readonly lines: number;
  /** Position after it. */
  readonly next: number;
}

/** `open`: the quote at `at` is not closed before `limit`. */
export type QuotedAnswer = QuotedRecord | { readonly kind: 'open'; readonly at: number } | { readonly kind: 'misplaced'; readonly at: number; readonly reason: string };

const [newline, carriageReturn, quote] = [10, 13, 34];

/** Reads the record that begins at `from`: the careful way, for the few records that hold a quotation mark. */
export function scanQuoted(block: Buffer, from: number, limit: number, separator: number): QuotedAnswer {
  const starts: number[] = [];
  const ends: number[] = [];
  const escaped = new Set<number>();
  let lines = 1;
  for (let at = from; ; ) {
    if (at < limit && block[at] === quote) {
      const close = closingQuote(block, at, limit);
      if (close.at < 0) return { kind: 'open', at };
      if (close.doubled) escaped.add(starts.length);
      for (let inner = block.indexOf(newline, at); inner >= 0 && inner < close.at; inner = block.indexOf(newline, inner + 1)) lines++;
      starts.push(at + 1);
      ends.push(close.at);
      at = close.at + 1;
      if (block[at] === carriageReturn && (at + 1 >= limit || block[at + 1] === newline)) at++;
      if (at < limit && block[at] !== separator && block[at] !== newline) return { kind: 'misplaced', at, reason: 'text follows a closing quotation mark' };
    } else {
      starts.push(at);
      while (at < limit && block[at] !== separator && block[at] !== newline) {
        if (block[at] === quote) return { kind: 'misplaced', at, reason: 'a quotation mark stands inside a field that is not quoted' };
        at++;
      }
      const last = at >= limit || block[at] === newline;
      ends.push(last && at > starts.at(-1)! && block[at - 1] === carriageReturn ? at - 1 : at);
    }
    if (at >= limit || block[at] === newline) return { kind: 'record', starts, ends, escaped, lines, next: at + 1 };
    at++;
  }
}

function closingQuote(block: Buffer, opening: number, limit: number): { at: number; doubled: boolean } {
  let doubled = false;
  for (let at = block.indexOf(quote, opening + 1); at >= 0 && at < limit; at = block.indexOf(quote, at + 2)) {
    if (at + 1 >= limit || block[at + 1] !== quote) return { at, doubled };
    doubled = true;
  }
  return { at: -1, doubled };
}
