import { indexTerms } from './index-terms.ts';
import type { ParsedName } from './parse-name.ts';

/** Inverted index over names: terms weighted by rarity (TF-IDF). It only chooses whom to compare; scores do not depend on it. */
export interface CandidateIndex {
  /** Positions of names by term. */
  postings: Map<string, Int32Array>;
  /** Rarity of each term. */
  rarity: Map<string, number>;
  /** Sum of the weights of each name's terms. */
  mass: Float32Array;
  size: number;
  /** Accumulators of one search, reused. */
  overlap: Float32Array;
  touched: Int32Array;
}

export interface SearchLimits {
  /** Least share of the smaller name's weight that must be found again. */
  leastShare: number;
  /** Most names to compare. */
  most: number;
}

export const searchLimits: SearchLimits = { leastShare: 0.3, most: 300 };

/** Terms in more than this share of all names say nothing about a name. */
const tooCommon = 0.2;

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
  const mass = Float32Array.from(terms, (each) => each.reduce((sum, term) => sum + term.weight * rarity.get(term.key)!, 0));
  return { postings, rarity, mass, size: names.length, overlap: new Float32Array(names.length), touched: new Int32Array(names.length) };
}

/** Positions of the names worth comparing with `name`, best first. */
export function candidates(index: CandidateIndex, name: ParsedName, limits: SearchLimits = searchLimits): number[] {
  const { overlap, touched } = index;
  const unknownRarity = Math.log(1 + index.size);
  let found = 0;
  let queryMass = 0;
  for (const { key, weight } of indexTerms(name)) {
    const value = weight * (index.rarity.get(key) ?? unknownRarity);
    queryMass += value;
    const list = index.postings.get(key);
    if (!list) continue;
    for (let i = 0; i < list.length; i++) {
      const at = list[i]!;
      if (overlap[at] === 0) touched[found++] = at;
      overlap[at]! += value;
    }
  }
  const ranked: { at: number; rank: number }[] = [];
  for (let i = 0; i < found; i++) {
    const at = touched[i]!;
    const shared = overlap[at]!;
    overlap[at] = 0;
    const smaller = Math.min(queryMass, index.mass[at]!);
    const share = shared / smaller;
    if (share >= limits.leastShare) ranked.push({ at, rank: share + 0.5 * (shared / Math.max(queryMass, index.mass[at]!)) });
  }
  ranked.sort((x, y) => y.rank - x.rank || x.at - y.at);
  return ranked.slice(0, limits.most).map((each) => each.at);
}
