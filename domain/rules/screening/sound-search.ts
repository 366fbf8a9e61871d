import { arabicLetterGap, latinGap, soundCost } from './arabic.ts';

/**
 * Words as sounds in alphabetical order, packed. Neighbours share their beginnings, so that a search works out each beginning once and
 * leaves all words aside whose beginning is too far from the word asked for.
 */
export interface SortedSounds {
  /** What to hand back for each word. */
  values: Int32Array;
  bytes: Uint8Array;
  starts: Int32Array;
  /** Letters that a word shares with the one before it. */
  shared: Uint8Array;
}

const longest = 96;
const beyondAscii = 127;

export function sortSounds(words: string[], values: ArrayLike<number>): SortedSounds {
  const order = words.map((_, at) => at).sort((x, y) => (words[x]! < words[y]! ? -1 : words[x]! > words[y]! ? 1 : x - y));
  const starts = new Int32Array(words.length + 1);
  order.forEach((word, at) => (starts[at + 1] = starts[at]! + Math.min(longest, words[word]!.length)));
  const bytes = new Uint8Array(starts[words.length]!);
  const shared = new Uint8Array(words.length);
  order.forEach((word, at) => {
    const from = starts[at]!;
    const length = starts[at + 1]! - from;
    for (let i = 0; i < length; i++) bytes[from + i] = byteOf(words[word]!, i);
    let same = 0;
    if (at > 0) while (same < length && starts[at - 1]! + same < from && bytes[starts[at - 1]! + same] === bytes[from + same]) same++;
    shared[at] = same;
  });
  return { values: Int32Array.from(order, (word) => values[word]!), bytes, starts, shared };
}

function byteOf(word: string, at: number): number {
  return Math.min(beyondAscii, word.charCodeAt(at));
}

/** One row of the dynamic programme for each letter of the word in hand, reused. */
const rows = new Float64Array((longest + 1) * (longest + 1));
const lastRow = new Float64Array(longest + 1);
const askedBytes = new Uint8Array(longest);
const askedGaps = new Float64Array(longest);

/** Hands the value of every word to `visit` whose `arabicDistance` from `asked` is at most `limit`; of `asked` and the words, one side is in Arabic script. */
export function soundsWithin({ values, bytes, starts, shared }: SortedSounds, asked: string, askedIsArabic: boolean, limit: number, visit: (value: number) => void): void {
  const columns = Math.min(longest, asked.length);
  if (columns === 0) return;
  for (let j = 0; j < columns; j++) {
    askedBytes[j] = byteOf(asked, j);
    askedGaps[j] = askedIsArabic ? arabicLetterGap(askedBytes[j]!, j === asked.length - 1) : latinGap(askedBytes[j]!);
  }
  rows[0] = 0;
  for (let j = 0; j < columns; j++) rows[j + 1] = rows[j]! + askedGaps[j]!;
  // Rows up to this many letters hold for the word in hand; `dead` when the last of them is beyond the limit.
  let valid = 0;
  let dead = false;
  for (let word = 0; word < values.length; word++) {
    const from = starts[word]!;
    const length = starts[word + 1]! - from;
    if (shared[word]! < valid) {
      valid = shared[word]!;
      dead = false;
    }
    if (dead || length === 0) continue;
    while (valid < length - 1 && !dead) {
      dead = nextRow(rows, valid * (longest + 1), rows, (valid + 1) * (longest + 1), columns, bytes[from + valid]!, false, askedIsArabic) > limit;
      valid++;
    }
    if (dead) continue;
    nextRow(rows, valid * (longest + 1), lastRow, 0, columns, bytes[from + length - 1]!, true, askedIsArabic);
    if (lastRow[columns]! <= limit) visit(values[word]!);
  }
}

/** Fills the row after one more letter of the word; returns its least cost. */
function nextRow(above: Float64Array, aboveAt: number, row: Float64Array, rowAt: number, columns: number, letter: number, isLast: boolean, askedIsArabic: boolean): number {
  const gap = askedIsArabic ? latinGap(letter) : arabicLetterGap(letter, isLast);
  let best = (row[rowAt] = above[aboveAt]! + gap);
  for (let j = 0; j < columns; j++) {
    let cost = above[aboveAt + j]! + (askedIsArabic ? soundCost(askedBytes[j]!, letter) : soundCost(letter, askedBytes[j]!));
    const dropped = above[aboveAt + j + 1]! + gap;
    if (dropped < cost) cost = dropped;
    const added = row[rowAt + j]! + askedGaps[j]!;
    if (added < cost) cost = added;
    row[rowAt + j + 1] = cost;
    if (cost < best) best = cost;
  }
  return best;
}
