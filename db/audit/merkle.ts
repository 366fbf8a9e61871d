import { hash } from 'node:crypto';

/** Merkle trees as in RFC 6962: leaves and nodes are hashed under different prefixes, so neither can pose as the other. */

export type Hash = Buffer;

const ofLeaf = Buffer.of(0);
const ofNode = Buffer.of(1);

export function leafHash(leaf: Uint8Array): Hash {
  return hash('sha256', Buffer.concat([ofLeaf, leaf]), 'buffer');
}

export function nodeHash(left: Hash, right: Hash): Hash {
  return hash('sha256', Buffer.concat([ofNode, left, right]), 'buffer');
}

/** Root of the given leaf hashes; of none, the hash of nothing. */
export function merkleRoot(leaves: readonly Hash[]): Hash {
  return leaves.reduce((range, leaf) => range.append(leaf), new CompactRange()).root();
}

/**
 * The roots of the perfect subtrees of a growing log, largest first: all that is needed to go on appending.
 * A log of n leaves has as many as n has binary ones.
 */
export class CompactRange {
  private size: number;
  private readonly nodes: Hash[];

  constructor(size = 0, nodes: readonly Hash[] = []) {
    this.size = size;
    this.nodes = [...nodes];
  }

  append(leaf: Hash): this {
    let merged = leaf;
    for (let rest = this.size; rest % 2 === 1; rest = Math.floor(rest / 2)) merged = nodeHash(this.nodes.pop() as Hash, merged);
    this.nodes.push(merged);
    this.size += 1;
    return this;
  }

  root(): Hash {
    const [last, ...earlier] = [...this.nodes].reverse();
    if (last === undefined) return hash('sha256', '', 'buffer');
    return earlier.reduce((right, left) => nodeHash(left, right), last);
  }

  /** What the constructor takes again later, together with the size. */
  frontier(): Hash[] {
    return [...this.nodes];
  }
}

/** Leaves of the perfect subtrees that a log of `size` leaves consists of, largest first: its binary ones. */
export function widthsOf(size: number): number[] {
  const digits = size.toString(2);
  return [...digits].flatMap((digit, at) => (digit === '1' ? [2 ** (digits.length - 1 - at)] : []));
}

/** Whether the leaf at `index` of a log of `size` leaves is part of the tree with this root. */
export function provesInclusion(leaf: Hash, index: number, size: number, proof: readonly Hash[], root: Hash): boolean {
  if (index < 0 || index >= size) return false;
  const climbed = climb(leaf, index, size, [...proof]);
  return climbed !== undefined && climbed.equals(root);
}

function climb(leaf: Hash, index: number, size: number, proof: Hash[]): Hash | undefined {
  if (size === 1) return proof.length === 0 ? leaf : undefined;
  const sibling = proof.pop();
  if (sibling === undefined) return undefined;
  const half = largestPowerBelow(size);
  const below = index < half ? climb(leaf, index, half, proof) : climb(leaf, index - half, size - half, proof);
  if (below === undefined) return undefined;
  return index < half ? nodeHash(below, sibling) : nodeHash(sibling, below);
}

function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
