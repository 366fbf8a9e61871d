import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/**
 * Signed notes in the form of C2SP `signed-note`: a text, an empty line, and signature lines. A verifier key is one line of
 * text, `name+id+key`, that an auditor can be given on paper.
 */

const ED25519 = 1;
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export interface NoteSigner {
  name: string;
  privateKey: KeyObject;
}

export interface NoteVerifier {
  name: string;
  id: string;
  publicKey: KeyObject;
}

/** `text` has to end with a line feed. */
export function signNote(text: string, signer: NoteSigner): string {
  if (!text.endsWith('\n')) throw new RangeError('a note ends with a line feed');
  const key = rawPublicKey(createPublicKey(signer.privateKey));
  const signature = sign(null, Buffer.from(text), signer.privateKey);
  return `${text}\n— ${signer.name} ${Buffer.concat([keyId(signer.name, key), signature]).toString('base64')}\n`;
}

/** The note's text if the verifier's key signed it, else undefined. */
export function openNote(note: string, verifier: NoteVerifier): string | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end < 0) return undefined;
  const text = note.slice(0, end + 1);
  for (const line of note.slice(end + 2).split('\n')) {
    const [dash, name, encoded] = line.split(' ');
    if (dash !== '—' || name !== verifier.name || encoded === undefined) continue;
    const bytes = Buffer.from(encoded, 'base64');
    if (bytes.subarray(0, 4).toString('hex') === verifier.id && verify(null, Buffer.from(text), verifier.publicKey, bytes.subarray(4))) return text;
  }
  return undefined;
}

/** The line to hand out. */
export function verifierKey(signer: NoteSigner): string {
  const key = rawPublicKey(createPublicKey(signer.privateKey));
  return `${signer.name}+${keyId(signer.name, key).toString('hex')}+${Buffer.concat([Buffer.of(ED25519), key]).toString('base64')}`;
}

/** Reads such a line; undefined when it is none, or when its id does not belong to its key. */
export function parseVerifierKey(line: string): NoteVerifier | undefined {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(line.trim()) ?? [];
  if (name === undefined || id === undefined || encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  const key = bytes.subarray(1);
  if (bytes[0] !== ED25519 || key.length !== 32 || keyId(name, key).toString('hex') !== id) return undefined;
  return { name, id, publicKey: createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key]), format: 'der', type: 'spki' }) };
}

function keyId(name: string, key: Buffer): Buffer {
  return createHash('sha256').update(`${name}\n`).update(Buffer.of(ED25519)).update(key).digest().subarray(0, 4);
}

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(-32);
}
