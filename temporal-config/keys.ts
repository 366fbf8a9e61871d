import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What an installation signs: log-in tokens of the development login, decisions of people, checkpoints of the audit chain. */
export type KeyPurpose = 'login' | 'decisions' | 'audit-checkpoints';

export interface SigningKey {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/**
 * The Ed25519 key of a purpose from `<state>/keys`, made at first use with mode 0600. Several processes may ask at once:
 * the first whole file wins, the others read it.
 */
export function signingKey(stateDir: string, purpose: KeyPurpose): SigningKey {
  const folder = join(stateDir, 'keys');
  const file = join(folder, `${purpose}.pem`);
  const pem = readIfThere(file) ?? makeKey(folder, file);
  const privateKey = createPrivateKey(pem);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

export function signText(key: SigningKey, text: string): string {
  return sign(null, Buffer.from(text), key.privateKey).toString('base64url');
}

export function verifyText(key: Pick<SigningKey, 'publicKey'>, text: string, signature: string): boolean {
  return verify(null, Buffer.from(text), key.publicKey, Buffer.from(signature, 'base64url'));
}

function makeKey(folder: string, file: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, pem, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return pem;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFileSync(file, 'utf8');
  } finally {
    unlinkSync(draft);
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
