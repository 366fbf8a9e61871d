import { type Postings, PostingsBuilder } from './postings.ts';

/**
 * Words by what is left of them when up to two letters are struck out. Two words that differ by up to two letters (one changed, added, left out
 * or exchanged with its neighbour each) share such a rest, so that looking up the rests of one finds the other without passing over all words.
 */
export interface Deletions {
  buckets: Postings;
  mask: number;
}

/** Letters by which words may differ and still be found. */
export const mostDeletions = 2;

/** `values` are handed back by `wordsWithin` for the texts in the same place. */
export function indexDeletions(texts: string[], values: Int32Array): Deletions {
  let size = 1024;
  while (size < texts.length * 32) size *= 2;
  const builder = new PostingsBuilder();
  const mask = size - 1;
  texts.forEach((text, at) => {
    eachRest(text, mostDeletions, (hash) => builder.add(hash & mask, values[at]!));
  });
  return { buckets: builder.build(size), mask };
}

/** Hands all values whose text may differ by up to `letters` letters to `visit`: some more than once, and some that differ by more. */
export function wordsWithin({ buckets, mask }: Deletions, text: string, letters: number, visit: (value: number) => void): void {
  eachRest(text, letters, (hash) => buckets.each(hash & mask, visit));
}

/** Number of rests that `wordsWithin` looks up for a word of so many letters. */
export function restsOf(length: number, letters: number): number {
  return 1 + (letters > 0 ? length : 0) + (letters > 1 ? (length * (length - 1)) / 2 : 0);
}

const longest = 64;
const base = 0x01000193;
const powers = new Int32Array(longest + 1);
powers[0] = 1;
for (let at = 1; at <= longest; at++) powers[at] = Math.imul(powers[at - 1]!, base);
/** Hash of the first letters of the word in hand, reused. */
const prefix = new Int32Array(longest + 1);

/** Calls `use` with a hash of the text and of each rest of it: a polynomial over the letters, so that a rest costs no pass over them. */
function eachRest(text: string, letters: number, use: (hash: number) => void): void {
  const length = Math.min(text.length, longest);
  for (let at = 0; at < length; at++) prefix[at + 1] = (Math.imul(prefix[at]!, base) + text.charCodeAt(at)) | 0;
  use(mixed(prefix[length]!));
  if (letters < 1 || length < 2) return;
  for (let first = 0; first < length; first++) {
    if (first > 0 && text.charCodeAt(first) === text.charCodeAt(first - 1)) continue; // the same rest as before
    use(mixed(joined(prefix[first]!, first + 1, length)));
    if (letters < 2 || length < 3) continue;
    for (let second = first + 1; second < length; second++) use(mixed(joined(joined(prefix[first]!, first + 1, second), second + 1, length)));
  }
}

/** Hash of a beginning followed by the letters from `from` to before `to`. */
function joined(beginning: number, from: number, to: number): number {
  const part = (prefix[to]! - Math.imul(prefix[from]!, powers[to - from]!)) | 0;
  return (Math.imul(beginning, powers[to - from]!) + part) | 0;
}

function mixed(hash: number): number {
  const spread = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return spread ^ (spread >>> 13);
}
