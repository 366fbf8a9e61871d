import { buildVocabulary, namesAgreeingInMostWords, type Vocabulary } from './agreeing-words.ts';
import { indexTerms, wordKeys } from './index-terms.ts';
import type { ParsedName, Token } from './parse-name.ts';

/** Inverted index over names: terms weighted by rarity (TF-IDF). It only chooses whom to compare; scores do not depend on it. */
export interface CandidateIndex {
  terms: Map<string, number>;
  /** Where the names of a term begin in `postings`; the next term's beginning ends them. */
  starts: Int32Array;
  postings: Int32Array;
  /** Rarity of each term; 0 for terms so common that they say nothing. */
  rarity: Float32Array;
  /** Root of the sum of the weights of each name's terms. */
  norm: Float32Array;
  /** Accumulators of one search, reused. */
  overlap: Float32Array;
  touched: Int32Array;
  vocabulary: Vocabulary;
}

/** Names that are offered for comparison, at most. */
const mostCandidates = 600;

/** Terms in more than this share of all names say nothing about a name. */
const tooCommon = 0.2;
const bins = 2048;

export function buildIndex(names: ParsedName[]): CandidateIndex {
  const terms = new Map<string, number>();
  const termOf: number[] = [];
  const weightOf: number[] = [];
  const endOf = new Int32Array(names.length);
  names.forEach((name, at) => {
    for (const { key, weight } of indexTerms(name)) {
      const known = terms.get(key);
      if (known === undefined) terms.set(key, terms.size);
      termOf.push(known ?? terms.size - 1);
      weightOf.push(weight);
    }
    endOf[at] = termOf.length;
  });
  const starts = startsOf(termOf, terms.size);
  const rarity = Float32Array.from({ length: terms.size }, (_, term) => rarityOf(starts[term + 1]! - starts[term]!, names.length));
  const postings = new Int32Array(termOf.length);
  const norm = new Float32Array(names.length);
  const filled = starts.slice(0, terms.size);
  for (let name = 0, at = 0; name < names.length; name++) {
    for (; at < endOf[name]!; at++) {
      const term = termOf[at]!;
      postings[filled[term]!++] = name;
      norm[name]! += weightOf[at]! * rarity[term]!;
    }
    norm[name] = Math.sqrt(norm[name]! || 1);
  }
  return { terms, starts, postings, rarity, norm, overlap: new Float32Array(names.length), touched: new Int32Array(names.length), vocabulary: buildVocabulary(names) };
}

function startsOf(termOf: number[], terms: number): Int32Array {
  const starts = new Int32Array(terms + 1);
  for (const term of termOf) starts[term + 1]!++;
  for (let term = 0; term < terms; term++) starts[term + 1]! += starts[term]!;
  return starts;
}

function rarityOf(count: number, names: number): number {
  return count > Math.max(50, names * tooCommon) ? 0 : Math.log(1 + names / count);
}

/** Positions of the names worth comparing with `name`, best first; `fits` leaves names of another kind out before they take a place. */
export function candidates(index: CandidateIndex, name: ParsedName, fits: (at: number) => boolean, most = mostCandidates): number[] {
  const found = accumulate(index, name);
  const { overlap, touched, norm } = index;
  const ranked: { at: number; rank: number }[] = [];
  let top = 0;
  for (let i = 0; i < found; i++) {
    const at = touched[i]!;
    overlap[at]! /= norm[at]!;
    if (overlap[at]! > top) top = overlap[at]!;
  }
  const cut = lowestRank(index, found, top, most);
  for (let i = 0; i < found; i++) {
    const at = touched[i]!;
    const rank = overlap[at]!;
    overlap[at] = 0;
    if (rank >= cut && fits(at)) ranked.push({ at, rank });
  }
  ranked.sort((x, y) => y.rank - x.rank || x.at - y.at);
  return ranked.slice(0, most).map((each) => each.at);
}

/** Positions of all names that agree in most words of `name`, in no order and without a limit. */
export function agreeingNames(index: CandidateIndex, name: ParsedName): number[] {
  return namesAgreeingInMostWords(index.vocabulary, name, (word) => namesByKey(index, word));
}

function* namesByKey({ terms, starts, postings }: CandidateIndex, word: Token): Iterable<Int32Array> {
  for (const key of wordKeys(word)) {
    const term = terms.get(key);
    if (term !== undefined) yield postings.subarray(starts[term]!, starts[term + 1]!);
  }
}

/** Adds up the weights of shared terms by name; returns how many names were touched. */
function accumulate({ terms, starts, postings, rarity, overlap, touched }: CandidateIndex, name: ParsedName): number {
  let found = 0;
  for (const { key, weight } of indexTerms(name)) {
    const term = terms.get(key);
    const value = term === undefined ? 0 : weight * rarity[term]!;
    if (value === 0) continue;
    for (let i = starts[term!]!, end = starts[term! + 1]!; i < end; i++) {
      const at = postings[i]!;
      if (overlap[at] === 0) touched[found++] = at;
      overlap[at]! += value;
    }
  }
  return found;
}

/** A rank that about three times `most` names reach, by counting in bins: sorting all touched names would cost more than comparing the best. */
function lowestRank({ overlap, touched }: CandidateIndex, found: number, top: number, most: number): number {
  if (found <= most * 3) return 0;
  const counts = new Int32Array(bins + 1);
  for (let i = 0; i < found; i++) counts[Math.floor((overlap[touched[i]!]! / top) * bins)]!++;
  let kept = 0;
  let bin = bins;
  while (bin > 0 && kept < most * 3) kept += counts[bin--]!;
  return ((bin + 1) / bins) * top;
}
