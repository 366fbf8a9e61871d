import { createHash, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompactRange, leafHash, merkleRoot } from '../../../db/audit/merkle.ts';
import { openNote, parseVerifierKey, signNote, verifierKey, type NoteVerifier } from '../../../db/audit/signed-note.ts';

const leavesOf = (count: number) => Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`leaf ${index}`)));

describe('Merkle tree (RFC 6962)', () => {
  // The test vectors of Certificate Transparency: the leaves and the roots of the first 1 … 8 of them.
  const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map((hex) => leafHash(Buffer.from(hex, 'hex')));
  it.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [4, 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
    [5, '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
    [6, '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
    [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ])('root of the first %i leaves', (count, root) => {
    expect(merkleRoot(leaves.slice(0, count)).toString('hex')).toBe(root);
  });

  it('goes on from a kept frontier as if it had never stopped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 130 }), fc.integer({ min: 0, max: 130 }), (first, more) => {
        const all = leavesOf(first + more);
        const before = all.slice(0, first).reduce((range, leaf) => range.append(leaf), new CompactRange());
        const resumed = all.slice(first).reduce((range, leaf) => range.append(leaf), new CompactRange(first, before.frontier()));
        expect(resumed.root()).toEqual(merkleRoot(all));
      }),
    );
  });
});

describe('signed notes', () => {
  const signer = (name = 'kontor-audit') => ({ name, privateKey: generateKeyPairSync('ed25519').privateKey });
  const own = signer();
  const verifier = parseVerifierKey(verifierKey(own)) as NoteVerifier;
  const note = signNote('kontor/x\n1\ncm9vdA==\n', own);

  it('opens with the key that signed it, and gives the text back', () => {
    expect(openNote(note, verifier)).toBe('kontor/x\n1\ncm9vdA==\n');
  });

  it.each([
    ['another key of the same name', note, parseVerifierKey(verifierKey(signer())) as NoteVerifier],
    ['a changed text', note.replace('\n1\n', '\n2\n'), verifier],
    ['a changed signer', note.replace('— kontor-audit', '— someone-else'), verifier],
    ['a cut signature', note.slice(0, -9), verifier],
    ['no signature', 'kontor/x\n1\ncm9vdA==\n', verifier],
  ])('stays shut with %s', (_name, text, key) => {
    expect(openNote(text, key)).toBeUndefined();
  });

  it('has the published form of a verifier key: name, id over name and key, algorithm byte and key', () => {
    const [, id, encoded] = verifierKey(own).split('+', 2).concat(verifierKey(own).split('+').slice(2).join('+'));
    const bytes = Buffer.from(encoded ?? '', 'base64');
    expect(bytes).toHaveLength(33);
    expect(bytes[0]).toBe(1);
    expect(createHash('sha256').update('kontor-audit\n').update(bytes).digest('hex').slice(0, 8)).toBe(id);
    expect(parseVerifierKey(verifierKey(own).replace(`+${id}+`, '+00000000+'))).toBeUndefined();
    expect(parseVerifierKey('not a key')).toBeUndefined();
  });
});
