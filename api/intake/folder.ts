import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { listEntities } from '../../db/repositories/directory.ts';
import { problem, type Problem } from '../../domain/errors.ts';
import { isMail, takeInMail } from './mail.ts';
import { intakeQueue } from './queue.ts';
import { maximumBytes, refuseDelivery, takeIn, type IntakeParts, type TakenIn } from './take-in.ts';

export interface FolderParts extends IntakeParts {
  /** `<state>/inbox`: one folder a company, and `any` for documents whose buyer tells. */
  root: string;
  logger: Logger;
  lookEveryMs?: number;
}

export interface FolderWatch {
  stop(): Promise<void>;
}

const anyCompany = 'any';
const states = { taking: '.taking', done: 'done', refused: 'refused' };
/** A mail carries its attachments in base64. */
const largestFile = 2 * maximumBytes;
/** Taken by a process that died meanwhile. */
const abandonedMs = 60_000;
const unfinished = /^\.|\.(part|tmp|crdownload|filepart)$/i;

/**
 * Watches the inbox folder. A file that has not changed between two looks is taken by renaming it, so that of several processes one
 * has it; afterwards it lies in `done` or, with what was wrong beside it, in `refused`. A refused file is a row in the intake queue.
 */
export function watchFolder(parts: FolderParts): FolderWatch {
  const seen = new Map<string, string>();
  const stopping = new AbortController();
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await look(parts, seen).catch((error: unknown) => parts.logger.warn({ err: error }, 'inbox folder: cannot look; trying again'));
      await sleep(parts.lookEveryMs ?? 1_000, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

async function look(parts: FolderParts, seen: Map<string, string>): Promise<void> {
  const companies = (await listEntities(parts.db)).map(({ id }) => id);
  for (const company of [anyCompany, ...companies]) {
    const folder = join(parts.root, company);
    for (const state of Object.values(states)) await mkdir(join(folder, state), { recursive: true });
    await giveBackAbandoned(folder);
    for (const name of await steadyFiles(folder, seen)) await take(parts, folder, name, company === anyCompany ? undefined : company);
  }
}

/** Whole files only: size and time have to be those of the look before. */
async function steadyFiles(folder: string, seen: Map<string, string>): Promise<string[]> {
  const steady: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const file = join(folder, name);
    const found = unfinished.test(name) ? undefined : await lstat(file).catch(() => undefined);
    if (!found?.isFile()) continue;
    const mark = `${found.size} ${found.mtimeMs}`;
    if (seen.get(file) === mark) {
      seen.delete(file);
      steady.push(name);
    } else seen.set(file, mark);
  }
  return steady;
}

async function take(parts: FolderParts, folder: string, name: string, entity: string | undefined): Promise<void> {
  const taking = join(folder, states.taking, name);
  if (existsSync(taking)) return; // the one before it with this name is still being taken
  const mine = await rename(join(folder, name), taking).then(() => true, () => false);
  if (!mine) return;
  try {
    const answers = await deliver(parts, taking, name, entity);
    const refused = answers.flatMap((answer) => (answer.ok ? [] : [{ ...answer.problem, ...(answer.message ? { interchange: answer.message } : {}) }]));
    await file(folder, name, taking, refused);
    parts.logger.info({ company: entity ?? anyCompany, accepted: answers.length - refused.length, refused: refused.map(({ code }) => code) }, 'inbox folder: a file was taken in');
  } catch (error) {
    await rename(taking, join(folder, name)).catch(() => undefined);
    throw error;
  }
}

async function deliver(parts: FolderParts, path: string, name: string, entity: string | undefined): Promise<TakenIn[]> {
  const queue = () => intakeQueue(parts.db, entity, new Date());
  const correlationId = randomUUID();
  const delivery = { channel: 'folder', submitter: 'system:folder', correlationId, mediaType: 'application/octet-stream', ...(entity === undefined ? {} : { entity }) };
  if ((await lstat(path)).size > largestFile) return [await refuseDelivery(parts, { ...delivery, messageId: name.slice(0, 190) }, problem('document-too-large', 'The file has more than 20 MB.'), queue)];
  const bytes = await readFile(path);
  if (isMail(bytes)) return takeInMail(parts, { bytes, correlationId, queue, ...(entity === undefined ? {} : { entity }) });
  return takeIn(parts, { ...delivery, messageId: messageIdOf(name, bytes), bytes, attachments: [] }, { mayEnter: () => true, queue });
}

/** The name alone would swallow next month's `invoice.xml`; with its content it names the same delivery whenever it comes again. */
function messageIdOf(name: string, bytes: Buffer): string {
  return `${name.slice(0, 150)}#${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
}

async function file(folder: string, name: string, taking: string, refused: Problem[]): Promise<void> {
  const state = refused.length > 0 ? states.refused : states.done;
  const target = existsSync(join(folder, state, name)) ? `${name.slice(0, name.length - extname(name).length)}.${randomUUID().slice(0, 8)}${extname(name)}` : name;
  if (refused.length > 0) await writeFile(join(folder, state, `${target}.problem.json`), `${JSON.stringify(refused, null, 2)}\n`);
  await rename(taking, join(folder, state, target));
}

/** Renaming sets the change time, so that it tells since when somebody has a file. */
async function giveBackAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(join(folder, states.taking))) {
    const path = join(folder, states.taking, name);
    const found = await lstat(path).catch(() => undefined);
    if (found && Date.now() - found.ctimeMs > abandonedMs) await rename(path, join(folder, name)).catch(() => undefined);
  }
}
