import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { KontorError } from '../domain/errors.ts';

/** The keys of the payload codec, as they lie in one file that only its owner may read. */
const instant = z.iso.datetime();
const keySchema = z.object({ id: z.string().regex(/^[a-z0-9-]{1,40}$/), createdAt: instant, encryptsFrom: instant, key: z.base64().length(44) }).strict();
const keyRingSchema = z.object({ schema: z.literal(1), switchedOnAt: instant, keys: z.array(keySchema).min(1) }).strict();

export interface PayloadKey {
  id: string;
  createdAt: string;
  /** It decrypts at once and encrypts from this instant on, so that it can be handed to every machine before. */
  encryptsFrom: string;
  /** 256 bits. */
  key: Buffer;
}

export interface KeyRing {
  /** Runs that started from this instant on carry no plaintext. */
  switchedOnAt: string;
  /** Oldest first. */
  keys: PayloadKey[];
}

/** @returns undefined when there is no file; @throws KontorError `payload-keys-unreadable` for anything but a key ring that only its owner can read */
export function readKeyRing(file: string): KeyRing | undefined {
  const text = textOf(file);
  if (text === undefined) return undefined;
  if ((statSync(file).mode & 0o077) !== 0) throw new KontorError('payload-keys-unreadable', `${file} can be read by others than its owner: chmod 600.`, { place: { file } });
  try {
    const { switchedOnAt, keys } = keyRingSchema.parse(JSON.parse(text));
    return { switchedOnAt, keys: keys.map((entry) => ({ ...entry, key: Buffer.from(entry.key, 'base64') })) };
  } catch {
    // The cause would quote the file, and with it the keys.
    throw new KontorError('payload-keys-unreadable', `${file} is not a key ring as \`kontor keys create\` writes it.`, { place: { file } });
  }
}

/** Switches the codec on: a first key, and the instant from which runs carry no plaintext. */
export function createKeyRing(file: string, { now, switchedOnAt }: { now: Date; switchedOnAt: Date }): KeyRing {
  const ring: KeyRing = { switchedOnAt: switchedOnAt.toISOString(), keys: [makeKey(now, now)] };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = writeDraft(file, ring);
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new KontorError('payload-keys-exist', `${file} is there already.`, { place: { file } });
  } finally {
    unlinkSync(draft);
  }
  return ring;
}

/** Adds a key that encrypts from an instant on; the earlier ones go on decrypting. */
export function rotateKeyRing(file: string, { now, encryptsFrom }: { now: Date; encryptsFrom: Date }): KeyRing {
  const ring = readKeyRing(file);
  if (!ring) throw new KontorError('payload-keys-unreadable', `There is no key ring at ${file}: make one with \`kontor keys create\`.`, { place: { file } });
  const rotated = { ...ring, keys: [...ring.keys, makeKey(now, encryptsFrom)] };
  renameSync(writeDraft(file, rotated), file);
  return rotated;
}

/** The newest key whose time has come. */
export function encryptingKey({ keys }: KeyRing, now: Date): PayloadKey {
  const due = keys.filter(({ encryptsFrom }) => Date.parse(encryptsFrom) <= now.getTime());
  const newest = due.sort((a, b) => Date.parse(a.encryptsFrom) - Date.parse(b.encryptsFrom)).at(-1);
  if (!newest) throw new KontorError('payload-key-unknown', 'No key of the key ring may encrypt yet.');
  return newest;
}

/**
 * The key ring of a running process. It looks at the file's state each time, which costs microseconds: a rotation counts at once
 * and needs no restart. A ring that was there and is gone is an error, never a return to plaintext.
 */
export class KeyRingFile {
  private readonly file: string;
  private ring: KeyRing | undefined;
  private version = '';

  constructor(file: string) {
    this.file = file;
    this.current();
  }

  current(): KeyRing | undefined {
    const version = versionOf(this.file);
    if (version === this.version) return this.ring;
    const ring = readKeyRing(this.file);
    if (!ring && this.ring) throw new KontorError('payload-keys-unreadable', `The key ring ${this.file} has disappeared.`, { place: { file: this.file } });
    this.ring = ring;
    this.version = version;
    return ring;
  }
}

function versionOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.ino}/${found.size}/${found.mtimeMs}/${found.ctimeMs}` : '';
}

function makeKey(now: Date, encryptsFrom: Date): PayloadKey {
  return { id: `payload-${randomBytes(6).toString('hex')}`, createdAt: now.toISOString(), encryptsFrom: encryptsFrom.toISOString(), key: randomBytes(32) };
}

function writeDraft(file: string, { switchedOnAt, keys }: KeyRing): string {
  const draft = `${file}.${process.pid}.draft`;
  const content = { schema: 1, switchedOnAt, keys: keys.map((entry) => ({ ...entry, key: entry.key.toString('base64') })) };
  writeFileSync(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return draft;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KontorError('payload-keys-unreadable', `${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`, { place: { file } });
  }
}
