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

/** Calls `use` with a hash of the text and of each rest of it. */
function eachRest(text: string, letters: number, use: (hash: number) => void): void {
  const length = text.length;
  use(hashWithout(text, -1, -1));
  if (letters < 1 || length < 2) return;
  for (let first = 0; first < length; first++) {
    if (first > 0 && text.charCodeAt(first) === text.charCodeAt(first - 1)) continue; // the same rest as before
    use(hashWithout(text, first, -1));
    if (letters < 2 || length < 3) continue;
    for (let second = first + 1; second < length; second++) use(hashWithout(text, first, second));
  }
}

function hashWithout(text: string, first: number, second: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) if (at !== first && at !== second) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}
