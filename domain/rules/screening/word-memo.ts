import { identityOf } from './token-keys.ts';
import type { Token } from './parse-name.ts';
import type { ScoreBound } from './score-bound.ts';

/** Listed words that one word can stand for, with what each loses at least. */
export interface SimilarWords {
  words: Int32Array;
  losses: Float64Array;
}

/** Words kept for each bound. */
const mostWords = 2000;

/**
 * Searches of single words that were made before: given names and surnames repeat from query to query. What is kept depends on the word,
 * the bound and the lists alone, so that it changes no answer. The oldest words give way.
 */
export class WordMemo {
  private readonly ofBound = new WeakMap<ScoreBound, Map<string, SimilarWords>>();

  get(bound: ScoreBound, asked: Token, search: () => SimilarWords): SimilarWords {
    const found = this.ofBound.get(bound) ?? new Map<string, SimilarWords>();
    this.ofBound.set(bound, found);
    const key = identityOf(asked);
    const known = found.get(key);
    if (known) return known;
    const made = search();
    if (found.size >= mostWords) found.delete(found.keys().next().value!);
    found.set(key, made);
    return made;
  }
}
