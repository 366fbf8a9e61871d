import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isDatabaseUnavailable } from '../../db/client.ts';
import { listEntities } from '../../db/repositories/directory.ts';
import { KontorError, problem, problemOf } from '../../domain/errors.ts';
import { fileAway, originalName, putBack } from './filing.ts';
import { isMail, takeInMail } from './mail.ts';
import { intakeQueue } from './queue.ts';
import { maximumMailBytes, refuseDelivery, takeIn, type IntakeParts, type QueueOf, type TakenIn } from './take-in.ts';

export interface FolderParts extends IntakeParts {
  /** `<state>/inbox`: one folder a company, and `any` for documents whose buyer tells. */
  root: string;
  logger: Logger;
  now?: () => Date;
  lookEveryMs?: number;
  /** How long a file may be taken before whoever took it counts as dead. */
  abandonedMs?: number;
}

export interface FolderWatch {
  stop(): Promise<void>;
}

const anyCompany = 'any';
const states = { taking: '.taking', done: 'done', refused: 'refused' };
/** Two that take the same file make one case: its content has one. */
const abandonedMs = 20_000;
/** How often a file may fail before it is refused. */
const attempts = 3;
const lookEveryMs = 1_000;
/** After each failure a file waits twice as long, up to this. */
const longestPauseMs = 10 * 60_000;
const unfinished = /^\.|\.(part|tmp|crdownload|filepart)$/i;

/** What one look leaves to the next: files as they were, what is known of those that were tried in that state, and those that lie in `.taking` for good. */
interface Memory {
  seen: Map<string, string>;
  tried: Map<string, Tried>;
  stuck: Set<string>;
}

/** `answers`: what became of its documents, once that is settled; then the file has only to be filed. */
interface Tried {
  /** One for all that is said of the file, however often it is tried. */
  correlationId: string;
  failures: number;
  last?: unknown;
  answers?: TakenIn[];
  /** In milliseconds since 1970. */
  notBefore: number;
}

/** A whole file, and the mark by which it is the same in the next look, also under another name. */
interface SteadyFile {
  name: string;
  mark: string;
}

/** A file that is ours for the moment, where it lies in `.taking`. */
interface TakenFile {
  path: string;
  name: string;
  correlationId: string;
  /** The company whose folder it came to; undefined where its buyer tells. */
  entity: string | undefined;
}

/**
 * Watches the inbox folder. A file that has not changed between two looks is taken by renaming it, so that of several processes one
 * has it; afterwards it lies in `done` or, with what was wrong beside it, in `refused`. A refused file is a row in the intake queue, and so
 * is one that could not be taken in three times, whatever the reason; the other files never wait for it. A file that was taken in and cannot
 * be filed is not taken in again: only its filing is tried, less and less often.
 */
export function watchFolder(parts: FolderParts): FolderWatch {
  const memory: Memory = { seen: new Map(), tried: new Map(), stuck: new Set() };
  const stopping = new AbortController();
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await look(parts, memory).catch((error: unknown) => parts.logger.warn({ err: error }, 'inbox folder: cannot look; trying again'));
      await sleep(parts.lookEveryMs ?? lookEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

async function look(parts: FolderParts, memory: Memory): Promise<void> {
  const companies = (await listEntities(parts.db)).map(({ id }) => id);
  for (const company of [anyCompany, ...companies]) {
    await lookInto(parts, company, memory).catch((error: unknown) => {
      if (isDatabaseUnavailable(error)) throw error;
      parts.logger.error({ err: error, company }, 'inbox folder: one company was left out');
    });
  }
}

async function lookInto(parts: FolderParts, company: string, memory: Memory): Promise<void> {
  const folder = join(parts.root, company);
  for (const state of Object.values(states)) await mkdir(join(folder, state), { recursive: true });
  await giveBackAbandoned(parts, memory, folder);
  for (const file of await steadyFiles(folder, memory.seen)) await take(parts, memory, folder, file, company === anyCompany ? undefined : company);
}

/** Whole files only: size and time have to be those of the look before. */
async function steadyFiles(folder: string, seen: Memory['seen']): Promise<SteadyFile[]> {
  const steady: SteadyFile[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    const found = unfinished.test(name) ? undefined : await lstat(path).catch(() => undefined);
    if (!found?.isFile()) continue;
    const mark = `${folder} ${found.ino} ${found.size} ${found.mtimeMs}`;
    if (seen.get(path) === mark) {
      seen.delete(path);
      steady.push({ name, mark });
    } else seen.set(path, mark);
  }
  return steady;
}

/** A failure that is not the file's own ends the look and counts for nothing; any other lets the next file have its turn. */
async function take(parts: FolderParts, memory: Memory, folder: string, { name, mark }: SteadyFile, entity: string | undefined): Promise<void> {
  const tried: Tried = memory.tried.get(mark) ?? { correlationId: randomUUID(), failures: 0, notBefore: 0 };
  const taking = join(folder, states.taking, name);
  if (Date.now() < tried.notBefore || existsSync(taking)) return; // it waits, or the one before it with this name is still being taken
  const mine = await rename(join(folder, name), taking).then(() => true, () => false);
  if (!mine) return;
  memory.tried.set(mark, tried);
  const { correlationId } = tried;
  const company = entity ?? anyCompany;
  const file = { path: taking, name, correlationId, entity };
  try {
    tried.answers ??= tried.failures < attempts ? await deliver(parts, file) : [await giveUp(parts, file, tried.last)];
    const refused = tried.answers.flatMap((answer) => (answer.ok ? [] : [{ ...answer.problem, ...(answer.message ? { interchange: answer.message } : {}) }]));
    await fileAway(taking, join(folder, refused.length > 0 ? states.refused : states.done), name, refused);
    memory.tried.delete(mark);
    parts.logger.info({ company, correlationId, accepted: tried.answers.length - refused.length, refused: refused.map(({ code }) => code) }, 'inbox folder: a file was taken in');
  } catch (error) {
    await giveBack(parts, memory, taking, folder, name);
    if (isOfTheHouse(error)) throw error;
    Object.assign(tried, { failures: tried.failures + 1, last: error, notBefore: Date.now() + pauseAfter(tried.failures + 1, parts.lookEveryMs) });
    parts.logger.error({ err: error, company, correlationId, attempt: tried.failures }, tried.answers ? 'inbox folder: a file was taken in and cannot be filed' : 'inbox folder: a file could not be taken in');
  }
}

function pauseAfter(failures: number, shortestMs = lookEveryMs): number {
  return Math.min(shortestMs * 2 ** failures, longestPauseMs);
}

/** Database away, disk full, too many open files: it passes, and every file would fail alike. */
function isOfTheHouse(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return isDatabaseUnavailable(error) || (typeof code === 'string' && ['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(code));
}

async function deliver(parts: FolderParts, file: TakenFile): Promise<TakenIn[]> {
  const { path, name, entity } = file;
  const delivery = deliveryOf(file);
  const queue = queueOf(parts, entity);
  if ((await lstat(path)).size > maximumMailBytes) return [await refuseDelivery(parts, { ...delivery, messageId: originalName(name) }, problem('document-too-large', 'The file has more than 20 MB.'), queue)];
  const bytes = await readFile(path);
  const options = { mayEnter: () => true, queue };
  if (isMail(bytes)) return takeInMail(parts, { bytes, submitter: 'system:mail', correlationId: delivery.correlationId, ...(entity === undefined ? {} : { entity }) }, options);
  return takeIn(parts, { ...delivery, messageId: messageIdOf(name, bytes), bytes, attachments: [] }, options);
}

/** What of a file can be kept goes to the intake queue with the last thing that was said about it. */
async function giveUp(parts: FolderParts, file: TakenFile, last: unknown): Promise<TakenIn> {
  const { path, name, entity } = file;
  const readable = (await lstat(path)).size <= maximumMailBytes;
  const bytes = readable ? await readFile(path).catch(() => undefined) : undefined;
  const delivery = { ...deliveryOf(file), ...(bytes ? { bytes, messageId: messageIdOf(name, bytes), ...(isMail(bytes) ? { mediaType: 'message/rfc822' } : {}) } : { messageId: originalName(name) }) };
  const why = last instanceof KontorError ? problemOf(last) : problem('delivery-failed', `The file failed ${attempts} times (${last instanceof Error ? last.name : typeof last}); the log has the rest under ${delivery.correlationId}.`);
  parts.logger.error({ err: last, correlationId: delivery.correlationId }, 'inbox folder: a file was given up');
  return refuseDelivery(parts, delivery, why, queueOf(parts, entity));
}

function deliveryOf({ correlationId, entity }: TakenFile) {
  return { channel: 'folder', submitter: 'system:folder', correlationId, mediaType: 'application/octet-stream', ...(entity === undefined ? {} : { entity }) };
}

function queueOf({ db, now = () => new Date() }: FolderParts, entity: string | undefined): QueueOf {
  return () => intakeQueue(db, entity, now());
}

/** The name alone would swallow next month's `invoice.xml`; with its content it names the same delivery whenever it comes again. */
function messageIdOf(name: string, bytes: Buffer): string {
  return `${originalName(name).slice(0, 150)}#${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
}

/** Renaming sets the change time, so that it tells since when somebody has a file. */
async function giveBackAbandoned(parts: FolderParts, memory: Memory, folder: string): Promise<void> {
  for (const name of await readdir(join(folder, states.taking))) {
    const path = join(folder, states.taking, name);
    const found = await lstat(path).catch(() => undefined);
    if (found && Date.now() - found.ctimeMs > (parts.abandonedMs ?? abandonedMs)) await giveBack(parts, memory, path, folder, name);
  }
}

/** One that cannot be given back is tried again as an abandoned one, and told once. */
async function giveBack({ logger }: FolderParts, { stuck }: Memory, taking: string, folder: string, name: string): Promise<void> {
  try {
    await putBack(taking, folder, name);
    stuck.delete(taking);
  } catch (error) {
    if (!stuck.has(taking)) logger.error({ err: error }, 'inbox folder: a file cannot be put back and stays in .taking; trying again');
    stuck.add(taking);
  }
}
