/**
 * A remittance text made comparable: upper case letters and digits only, with the gaps remembered.
 * Blanks are both an error inside a number and the separator to the next one, so they are kept as marks, not as characters.
 */
export interface Memo {
  /** The characters A-Z and 0-9 of the text, run together. */
  readonly compact: string;
  /** For each position of `compact`, and one past its end: what stood before that character. */
  readonly gaps: readonly Gap[];
  /** Runs without a gap, split where letters follow digits. */
  readonly tokens: readonly Token[];
}

export type Gap = 0 | 1 | 2;
export const NO_GAP = 0;
export const BLANK = 1;
export const SEPARATOR = 2;

export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const combiningMarks = /\p{M}/gu;

export function readMemo(text: string): Memo {
  const plain = text.normalize('NFKD').replace(combiningMarks, '').toUpperCase();
  let compact = '';
  const gaps: Gap[] = [];
  let gap: Gap = SEPARATOR;
  for (const character of plain) {
    if (isDigit(character) || isLetter(character)) {
      compact += character;
      gaps.push(gap);
      gap = NO_GAP;
    } else if (character === ' ' || character === '\t' || character === '\n') {
      if (gap === NO_GAP) gap = BLANK;
    } else gap = SEPARATOR;
  }
  gaps.push(SEPARATOR);
  return { compact, gaps, tokens: tokensOf(compact, gaps) };
}

/** An item's number in the same alphabet as the memo. */
export function compactNumber(text: string): string {
  return text.normalize('NFKD').toUpperCase().replace(/[^A-Z0-9]/g, '');
}

function tokensOf(compact: string, gaps: readonly Gap[]): Token[] {
  const tokens: Token[] = [];
  let start = 0;
  for (let at = 1; at <= compact.length; at++) {
    const cut = at === compact.length || gaps[at] !== NO_GAP || (isLetter(compact[at]!) && isDigit(compact[at - 1]!));
    if (!cut) continue;
    tokens.push({ text: compact.slice(start, at), start, end: at });
    start = at;
  }
  return tokens;
}

/** Whether a number may begin or end here: at a gap, or where letters and digits meet. */
export function isBoundary(memo: Memo, at: number): boolean {
  if (at <= 0 || at >= memo.compact.length || memo.gaps[at] !== NO_GAP) return true;
  return isDigit(memo.compact[at]!) !== isDigit(memo.compact[at - 1]!);
}

export function gapsInside(memo: Memo, start: number, end: number): { blanks: number; separators: number } {
  let blanks = 0;
  let separators = 0;
  for (let at = start + 1; at < end; at++) {
    if (memo.gaps[at] === BLANK) blanks++;
    else if (memo.gaps[at] === SEPARATOR) separators++;
  }
  return { blanks, separators };
}

export function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function isLetter(character: string): boolean {
  return character >= 'A' && character <= 'Z';
}
