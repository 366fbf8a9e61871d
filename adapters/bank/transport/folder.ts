import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { KontorError } from '../../../domain/errors.ts';
import type { BankMessage } from '../../ports/bank.ts';
import type { BankTransport } from '../../ports/bank-transport.ts';
import type { AdapterTools } from '../../ports/definition.ts';
import type { FolderTransportConfig } from './config.ts';
import { safeName } from './names.ts';

/** Own notes inside the outbox, on the same disk, so that a rename is one step: `NAME.part` not handed over yet, `NAME.sent` its hash. */
const notes = '.kontor';
/** A file that changed this recently may still be written to; it also keeps the order stable where clocks tick coarsely. */
const restMs = 1_000;
/** Clocks are set back, too: whatever came in the hours before the last message is looked at once more, and what was fetched is known by its name. */
const lookBackMs = 6 * 3_600_000;
const mostMessages = 100;
const largestMessage = 100 * 1024 * 1024;

const cursorSchema = z.object({ after: z.string().regex(/^\d+$/), seen: z.array(z.string()) });

/**
 * Files handed over by one rename into `outbox`; messages read from `inbox` and left there. Whoever empties the outbox may do so at
 * once: a hand-over is proved by our own note, not by the file still lying there.
 */
export function createFolderTransport(config: FolderTransportConfig, tools: AdapterTools, arrivedAt: (path: string) => Promise<bigint> = changeTimeOf): BankTransport {
  return {
    async put(file) {
      const [part, sent] = [noteOf(file.messageId, 'part'), noteOf(file.messageId, 'sent')];
      try {
        await mkdir(join(config.outbox, notes), { recursive: true });
        const earlier = (await exists(part)) ? undefined : await textOf(sent);
        if (earlier !== undefined) return earlier === hash(file.text) ? received(file.messageId) : { outcome: 'refused', code: 'DUPL', message: 'another file of this message id was handed over before' };
        await writeDurably(part, file.text);
        await writeDurably(sent, hash(file.text));
      } catch (error) {
        throw unreachable('send payment file', error);
      }
      await rename(part, join(config.outbox, file.fileName)).catch((error: unknown) => {
        throw new KontorError('outcome-unknown', `send payment file: the file could not be put in place (${systemCode(error)})`);
      });
      return received(file.messageId);
    },

    async find(messageId) {
      try {
        const handedOver = (await exists(noteOf(messageId, 'sent'))) && !(await exists(noteOf(messageId, 'part')));
        return handedOver ? received(messageId) : undefined;
      } catch (error) {
        throw unreachable('find payment file', error);
      }
    },

    async fetch(cursor) {
      try {
        const now = tools.now().getTime();
        const { after, seen } = placeOf(cursor);
        // A clock that was far ahead when it last looked says nothing of what came since: the whole folder is looked at anew.
        const known = after > nanoseconds(now + lookBackMs / 2) ? 0n : after;
        const waiting = (await arrivals(config.inbox, nanoseconds(now - restMs), arrivedAt)).filter(({ at, mark }) => at > known - nanoseconds(lookBackMs) && !seen.has(mark)).slice(0, mostMessages);
        const last = waiting.at(-1);
        if (last === undefined) return { messages: [], cursor: cursor ?? '' };
        const messages: BankMessage[] = [];
        for (const { name } of waiting) messages.push(await messageOf(config.inbox, name));
        return { messages, cursor: cursorOf(last.at > known ? last.at : known, [...seen, ...waiting.map(({ mark }) => mark)]) };
      } catch (error) {
        throw unreachable('fetch bank messages', error);
      }
    },
  };

  function noteOf(messageId: string, kind: 'part' | 'sent'): string {
    return join(config.outbox, notes, `${safeName(messageId)}.${kind}`);
  }
}

function received(messageId: string) {
  return { outcome: 'received', reference: messageId } as const;
}

interface Arrival {
  name: string;
  /** The moment, in nanoseconds, at which the file came into this folder by the system's own clock, which no sender can set. */
  at: bigint;
  /** Moment and name in short: what a cursor remembers. */
  mark: string;
}

/** In the order in which they came. A file that is touched again comes again under the same id. */
async function arrivals(inbox: string, until: bigint, arrivedAt: (path: string) => Promise<bigint>): Promise<Arrival[]> {
  const found: Arrival[] = [];
  for (const entry of await readdir(inbox, { withFileTypes: true })) {
    const { name } = entry;
    if (!entry.isFile() || name.startsWith('.') || /\.(tmp|part|filepart)$/i.test(name)) continue;
    const at = await arrivedAt(join(inbox, name));
    if (at <= until) found.push({ name, at, mark: `${at}-${hash(name).slice(0, 12)}` });
  }
  return found.sort((a, b) => (a.at === b.at ? (a.name < b.name ? -1 : 1) : a.at < b.at ? -1 : 1));
}

async function changeTimeOf(path: string): Promise<bigint> {
  return (await stat(path, { bigint: true })).ctimeNs;
}

/** How far it has come, and what it has fetched of the hours before. Cursors of earlier versions are a moment in twenty digits and a name. */
function placeOf(cursor: string | undefined): { after: bigint; seen: Set<string> } {
  if (!cursor?.startsWith('{')) return { after: BigInt(cursor?.slice(0, 20) ?? 0), seen: new Set() };
  const { after, seen } = cursorSchema.parse(JSON.parse(cursor));
  return { after: BigInt(after), seen: new Set(seen) };
}

function cursorOf(after: bigint, seen: readonly string[]): string {
  const from = after - nanoseconds(lookBackMs);
  return JSON.stringify({ after: String(after), seen: seen.filter((mark) => BigInt(mark.slice(0, mark.indexOf('-'))) > from) });
}

function nanoseconds(ms: number): bigint {
  return BigInt(ms) * 1_000_000n;
}

async function messageOf(inbox: string, name: string): Promise<BankMessage> {
  const path = join(inbox, name);
  const { size } = await stat(path);
  // An error would keep every later message waiting; an empty text is refused where messages are read.
  if (size > largestMessage) return { id: `${safeName(name)}:${size}`, kind: 'too large', text: '' };
  const bytes = await readFile(path);
  return { id: `${safeName(name)}:${hash(bytes).slice(0, 16)}`, kind: 'file', text: decoded(bytes) };
}

/** UTF-8 where the bytes are, otherwise one character a byte: nothing is lost before the content is looked at. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(() => true, (error: unknown) => !mustBeAbsent(error));
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => (mustBeAbsent(error), undefined));
}

/** Throws every error but "there is no such file". */
function mustBeAbsent(error: unknown): true {
  if (systemCode(error) !== 'ENOENT') throw error;
  return true;
}

function hash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function unreachable(purpose: string, error: unknown): KontorError {
  return error instanceof KontorError ? error : new KontorError('counterpart-unavailable', `${purpose}: the folder cannot be used (${systemCode(error)})`);
}

function systemCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
}
