import { setImmediate } from 'node:timers/promises';
import { nodeHash, widthsOf, type Hash } from './merkle.ts';

/** A log of so many leaves, with the roots of its perfect subtrees, largest first. */
export interface SizedLog {
  size: number;
  frontier: readonly Hash[];
}

/** Answers the leaf hashes from position `from` up to, not including, `to`; fewer where the log no longer holds them. */
export type LeafReader = (from: number, to: number) => Promise<readonly Hash[]>;

/** So few that hashing them holds up nobody else on the event loop. */
const BATCH = 1_000;

/**
 * The inclusion proofs (RFC 6962, leaf to root) of the leaves at `indices`. Only the perfect subtrees that hold one of them are
 * read, once for all proofs together; of the others the frontier knows the root. A leaf gets none where a node beside its path can no longer be read.
 */
export async function inclusionProofs(log: SizedLog, indices: readonly number[], readLeaves: LeafReader): Promise<Map<number, Hash[]>> {
  const proofs = new Map<number, Hash[]>();
  let end = 0;
  for (const [at, width] of widthsOf(log.size).entries()) {
    const start = end;
    end += width;
    const wanted = indices.filter((index) => index >= start && index < end).map((index) => index - start);
    if (wanted.length === 0) continue;
    const nodes = await siblingsIn(width, wanted, (from, to) => readLeaves(start + from, start + to));
    for (const index of wanted) {
      const siblings = siblingsOf(index, width).map((place) => nodes.get(place));
      if (siblings.every((node) => node !== undefined)) proofs.set(start + index, [...siblings, ...aboveSubtree(log.frontier, at)]);
    }
  }
  return proofs;
}

/**
 * The nodes beside the paths of the wanted leaves in one perfect subtree, found while it is built leaf by leaf. Places count as in
 * a heap: the root is 1, the children of n are 2n and 2n + 1, the first leaf is at `width`.
 */
async function siblingsIn(width: number, wanted: readonly number[], readLeaves: LeafReader): Promise<Map<number, Hash>> {
  const needed = new Set(wanted.flatMap((index) => siblingsOf(index, width)));
  const found = new Map<number, Hash>();
  const waiting: Hash[] = [];
  for (let from = 0; from < width; from += BATCH) {
    const to = Math.min(from + BATCH, width);
    const leaves = await readLeaves(from, to);
    for (const [offset, leaf] of leaves.entries()) {
      let [node, place] = [leaf, width + from + offset];
      if (needed.has(place)) found.set(place, node);
      while (place % 2 === 1 && place > 1) {
        node = nodeHash(waiting.pop() as Hash, node);
        place = (place - 1) / 2;
        if (needed.has(place)) found.set(place, node);
      }
      waiting.push(node);
    }
    if (leaves.length < to - from) break;
    await setImmediate();
  }
  return found;
}

/** The places beside the path from a leaf of a perfect subtree to its root, leaf first. */
function siblingsOf(index: number, width: number): number[] {
  const siblings: number[] = [];
  for (let place = width + index; place > 1; place = Math.floor(place / 2)) siblings.push(place % 2 === 0 ? place + 1 : place - 1);
  return siblings;
}

/** From the subtree's root up: all smaller subtrees to its right as one node, then the larger ones to its left, nearest first. */
function aboveSubtree(frontier: readonly Hash[], at: number): Hash[] {
  const smaller = frontier.slice(at + 1);
  return [...(smaller.length > 0 ? [smaller.reduceRight((right, left) => nodeHash(left, right))] : []), ...frontier.slice(0, at).reverse()];
}
