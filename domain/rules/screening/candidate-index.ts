import { indexTerms } from './index-terms.ts';
import type { ParsedName } from './parse-name.ts';

/** Inverted index over names: terms weighted by rarity (TF-IDF). It only chooses whom to compare; scores do not depend on it. */
export interface CandidateIndex {
  /** Positions of names by term. */
  postings: Map<string, Int32Array>;
  /** Rarity of each term. */
  rarity: Map<string, number>;
  /** Root of the sum of the weights of each name's terms. */
  norm: Float32Array;
  /** Accumulators of one search, reused. */
  overlap: Float32Array;
  touched: Int32Array;
}

/** Names that are compared in full, at most. */
export const mostCandidates = 200;

/** Terms in more than this share of all names say nothing about a name. */
const tooCommon = 0.2;
const bins = 2048;

export function buildIndex(names: ParsedName[]): CandidateIndex {
  const lists = new Map<string, number[]>();
  const terms = names.map(indexTerms);
  terms.forEach((each, at) => {
    for (const { key } of each) {
      const list = lists.get(key);
      if (list) list.push(at);
      else lists.set(key, [at]);
    }
  });
  const rarity = new Map<string, number>();
  const postings = new Map<string, Int32Array>();
  for (const [key, list] of lists) {
    rarity.set(key, Math.log(1 + names.length / list.length));
    if (list.length <= Math.max(50, names.length * tooCommon)) postings.set(key, Int32Array.from(list));
  }
  const norm = Float32Array.from(terms, (each) => Math.sqrt(each.reduce((sum, term) => sum + term.weight * rarity.get(term.key)!, 0)));
  return { postings, rarity, norm, overlap: new Float32Array(names.length), touched: new Int32Array(names.length) };
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

/** Adds up the weights of shared terms by name; returns how many names were touched. */
function accumulate({ postings, rarity, overlap, touched }: CandidateIndex, name: ParsedName): number {
  let found = 0;
  for (const { key, weight } of indexTerms(name)) {
    const list = postings.get(key);
    if (!list) continue;
    const value = weight * rarity.get(key)!;
    for (let i = 0; i < list.length; i++) {
      const at = list[i]!;
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
