/**
 * Where a number occurs in a text, allowing one slip of the pen: a character lost, added, changed, or two neighbours swapped.
 * The search is the bit-parallel one of Myers with Hyyrö's term for swapped neighbours: one step a character of the text.
 */
export type Slip = 'none' | 'lost' | 'added' | 'swapped' | 'changed';

export interface Occurrence {
  readonly start: number;
  readonly end: number;
  readonly slip: Slip;
}

const longestPattern = 31; // one machine integer
const masks = new Int32Array(128);

/** Places where `number` ends in `text` with at most one slip, in text order; exact places are found with `indexOf` beforehand. */
export function nearMisses(number: string, text: string): Occurrence[] {
  const found: Occurrence[] = [];
  const m = number.length;
  if (m < 4 || m > longestPattern || text.length < m - 1) return found;
  for (let i = 0; i < m; i++) masks[number.charCodeAt(i)]! |= 1 << i;
  const top = 1 << (m - 1);
  let vertical = -1;
  let verticalNegative = 0;
  let diagonal = 0;
  let previousMask = 0;
  let score = m;
  for (let at = 0; at < text.length; at++) {
    const mask = masks[text.charCodeAt(at)]!;
    const swapped = ((~diagonal & mask) << 1) & previousMask;
    diagonal = (((mask & vertical) + vertical) ^ vertical) | mask | verticalNegative | swapped;
    const horizontal = verticalNegative | ~(diagonal | vertical);
    const horizontalNegative = diagonal & vertical;
    if (horizontal & top) score++;
    else if (horizontalNegative & top) score--;
    const shifted = horizontal << 1; // a match may start anywhere: nothing is carried in
    vertical = (horizontalNegative << 1) | ~(diagonal | shifted);
    verticalNegative = shifted & diagonal;
    previousMask = mask;
    if (score <= 1) pushOccurrences(found, number, text, at + 1);
  }
  for (let i = 0; i < m; i++) masks[number.charCodeAt(i)] = 0;
  return found;
}

function pushOccurrences(found: Occurrence[], number: string, text: string, end: number): void {
  for (const length of [number.length, number.length - 1, number.length + 1]) {
    const start = end - length;
    if (start < 0) continue;
    const slip = slipBetween(number, text.slice(start, end));
    if (slip && slip !== 'none') found.push({ start, end, slip });
  }
}

/** How `written` differs from `number`, or undefined when by more than one slip. */
export function slipBetween(number: string, written: string): Slip | undefined {
  const shorter = Math.min(number.length, written.length);
  let head = 0;
  while (head < shorter && number[head] === written[head]) head++;
  if (number.length === written.length) {
    if (head === shorter) return 'none';
    if (number.slice(head + 1) === written.slice(head + 1)) return 'changed';
    const swap = number[head] === written[head + 1] && number[head + 1] === written[head];
    return swap && number.slice(head + 2) === written.slice(head + 2) ? 'swapped' : undefined;
  }
  if (number.length === written.length + 1) return number.slice(head + 1) === written.slice(head) ? 'lost' : undefined;
  if (number.length + 1 === written.length) return number.slice(head) === written.slice(head + 1) ? 'added' : undefined;
  return undefined;
}
