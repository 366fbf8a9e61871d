import { createHash } from 'node:crypto';

/** Merkle trees as in RFC 6962: leaves and nodes are hashed under different prefixes, so neither can pose as the other. */

export type Hash = Buffer;

export function leafHash(leaf: Uint8Array): Hash {
  return createHash('sha256').update(Buffer.of(0)).update(leaf).digest();
}

function nodeHash(left: Hash, right: Hash): Hash {
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
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
    if (last === undefined) return createHash('sha256').digest();
    return earlier.reduce((right, left) => nodeHash(left, right), last);
  }

  /** What the constructor takes again later, together with the size. */
  frontier(): Hash[] {
    return [...this.nodes];
  }
}

/** The sibling hashes from a leaf up to the root. */
export function inclusionProof(leaves: readonly Hash[], index: number): Hash[] {
  if (leaves.length <= 1) return [];
  const half = largestPowerBelow(leaves.length);
  return index < half
    ? [...inclusionProof(leaves.slice(0, half), index), merkleRoot(leaves.slice(half))]
    : [...inclusionProof(leaves.slice(half), index - half), merkleRoot(leaves.slice(0, half))];
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
