import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompactRange, leafHash, merkleRoot, nodeHash, provesInclusion, type Hash } from '../../../db/audit/merkle.ts';
import { inclusionProofs } from '../../../db/audit/proofs.ts';

const leavesOf = (count: number) => Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`leaf ${index}`)));
const treeOf = (leaves: readonly Hash[]) => ({ size: leaves.length, frontier: leaves.reduce((range, leaf) => range.append(leaf), new CompactRange()).frontier() });
/** Answers at once, without a turn of the event loop, as a database never would. */
const readFrom = (leaves: readonly Hash[]) => (from: number, to: number) => Promise.resolve(leaves.slice(from, to));

/** The path as RFC 6962 defines it, level by level over all leaves. */
function pathOf(leaves: readonly Hash[], index: number): Hash[] {
  if (leaves.length <= 1) return [];
  const half = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return index < half ? [...pathOf(left, index), merkleRoot(right)] : [...pathOf(right, index - half), merkleRoot(left)];
}

describe('inclusion proofs (RFC 6962)', () => {
  it('are the paths of the definition, for any leaves of any tree', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 140 }), fc.array(fc.nat(), { maxLength: 6 }), async (size, some) => {
        const leaves = leavesOf(size);
        const indices = some.map((at) => at % size);
        const proofs = await inclusionProofs(treeOf(leaves), indices, readFrom(leaves));
        expect([...proofs.keys()].sort((a, b) => a - b)).toEqual([...new Set(indices)].sort((a, b) => a - b));
        for (const [index, proof] of proofs) expect(proof).toEqual(pathOf(leaves, index));
      }),
    );
  });

  it('prove every leaf at its place, and no other leaf, place, size or proof', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 70 }), fc.nat(), fc.nat(), async (size, at, other) => {
        const leaves = leavesOf(size);
        const index = at % size;
        const proof = (await inclusionProofs(treeOf(leaves), [index], readFrom(leaves))).get(index) as Hash[];
        const root = merkleRoot(leaves);
        const leaf = leaves[index] as Buffer;
        expect(provesInclusion(leaf, index, size, proof, root)).toBe(true);
        const elsewhere = (index + 1 + (other % (size - 1))) % size;
        expect(provesInclusion(leaves[elsewhere] as Buffer, index, size, proof, root)).toBe(false);
        expect(provesInclusion(leaf, elsewhere, size, proof, root)).toBe(false);
        expect(provesInclusion(leaf, index, size, proof.slice(1), root)).toBe(false);
        expect(provesInclusion(leaf, index, size, [...proof, leaf], root)).toBe(false);
        expect(provesInclusion(leaf, size, size, proof, root)).toBe(false);
      }),
    );
  });

  it('read each leaf at most once, and only under the roots that hold a wanted one', async () => {
    const leaves = leavesOf(4096 + 512 + 3);
    const read: number[] = [];
    const counting = (from: number, to: number) => {
      for (let index = from; index < to; index += 1) read.push(index);
      return readFrom(leaves)(from, to);
    };
    await inclusionProofs(treeOf(leaves), [4100, 4600, 4611 - 1], counting);
    expect(read).toEqual([...Array.from({ length: 512 }, (_, index) => 4096 + index), 4610]);
  });

  it('are left out where a node beside the path can no longer be read', async () => {
    const leaves = leavesOf(7);
    const proofs = await inclusionProofs(treeOf(leaves), [0, 3, 5], readFrom(leaves.slice(0, 3)));
    expect([...proofs.keys()]).toEqual([3]);
  });

  it('let the event loop go on, even where every read answers at once', async () => {
    const leaves = Array<Hash>(40_000).fill(leafHash(Buffer.from('same')));
    const tree = treeOf(leaves);
    const wanted = [0, 39_999];
    let [turns, reads, ended] = [0, 0, false];
    const turn = () => {
      turns += 1;
      if (!ended) setImmediate(turn);
    };
    setImmediate(turn);
    await inclusionProofs(tree, wanted, (from, to) => {
      reads += 1;
      return readFrom(leaves)(from, to);
    });
    ended = true;
    expect(reads).toBeGreaterThan(10);
    expect(turns).toBeGreaterThanOrEqual(reads);
  });

  it('have nodes that no leaf can pose as', () => {
    const [left, right] = leavesOf(2) as [Hash, Hash];
    expect(nodeHash(left, right)).not.toEqual(leafHash(Buffer.concat([left, right])));
  });
});
