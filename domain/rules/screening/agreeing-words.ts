import { bitCount, letterMaskOf } from './token-keys.ts';
import { compareTokens } from './token-similarity.ts';
import type { ParsedName, Token } from './parse-name.ts';

/**
 * The words of all names, once each, with the names that hold them. Names built of common words rank low in an index by rarity;
 * here every name is found that agrees in most words, however common they are.
 */
export interface Vocabulary {
  words: Token[];
  lengths: Uint8Array;
  masks: Int32Array;
  /** Positions of names by word. */
  names: Int32Array[];
  /** One bit for each word of the query that a name agrees in; reused. */
  agreed: Int32Array;
}

const leastSimilarity = 0.7;
/** Share of the asked name's words, at least two, that must agree. */
const leastShare = 0.6;
const mostWords = 16;

export function buildVocabulary(names: ParsedName[]): Vocabulary {
  const holders = new Map<Token, number[]>();
  names.forEach((name, at) => {
    for (const token of new Set(name.tokens)) {
      if (token.role === 'number' || token.role === 'initial') continue;
      const known = holders.get(token);
      if (known) known.push(at);
      else holders.set(token, [at]);
    }
  });
  const words = [...holders.keys()];
  return {
    words,
    lengths: Uint8Array.from(words, (word) => word.text.length),
    masks: Int32Array.from(words, letterMaskOf),
    names: words.map((word) => Int32Array.from(holders.get(word)!)),
    agreed: new Int32Array(names.length),
  };
}

/** Positions of all names that agree with `name` in most words, at least two; `alsoNames` adds the names found under other keys of a word. */
export function namesAgreeingInMostWords(vocabulary: Vocabulary, name: ParsedName, alsoNames: (word: Token) => Iterable<Int32Array>): number[] {
  const { agreed, names } = vocabulary;
  const touched: number[] = [];
  const mark = (positions: Int32Array, bit: number): void => {
    for (let i = 0; i < positions.length; i++) {
      const at = positions[i]!;
      if (agreed[at] === 0) touched.push(at);
      agreed[at]! |= bit;
    }
  };
  const words = name.tokens.filter((token) => token.role === 'word' || token.role === 'title' || token.text === 'abd' || token.text === 'abu').slice(0, mostWords);
  words.forEach((word, at) => {
    for (const position of similarWords(vocabulary, word)) mark(names[position]!, 1 << at);
    for (const positions of alsoNames(word)) mark(positions, 1 << at);
  });
  const enough = Math.max(2, Math.ceil(words.length * leastShare));
  const found = touched.filter((at) => bitCount(agreed[at]!) >= enough);
  for (const at of touched) agreed[at] = 0;
  return found;
}

function similarWords({ words, lengths, masks }: Vocabulary, word: Token): number[] {
  const found: number[] = [];
  const mask = letterMaskOf(word);
  const length = word.text.length;
  for (let at = 0; at < words.length; at++) {
    const longest = Math.max(lengths[at]!, length);
    const letters = longest >= 6 ? 2 : longest >= 4 ? 1 : 0;
    const difference = lengths[at]! - length;
    if (difference > letters || difference < -letters) continue;
    const other = masks[at]!;
    if (bitCount(mask & ~other) > letters || bitCount(other & ~mask) > letters) continue;
    const match = compareTokens(word, words[at]!);
    if (match.how !== 'different' && match.similarity >= leastSimilarity) found.push(at);
  }
  return found;
}
