import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { KontorError } from '../../domain/errors.ts';
import { sql, type Db } from '../client.ts';
import { chainHeads, eventsAfter, unlinkedEntities, type ChainHead } from '../repositories/audit.ts';
import type { ChainedEvent } from './chain.ts';
import { checkpointSchema, readCheckpoints, type Checkpoint } from './checkpoint.ts';
import type { LogSource } from './verify.ts';

export const chainedEventSchema = z.object({ entity: z.string(), seq: z.string().regex(/^\d+$/), hash: z.string(), event: z.string() }).strict();
const lineSchema = z.union([
  z.object({ kontorAuditLog: z.literal(1) }).strict(),
  z.object({ checkpoint: checkpointSchema }).strict(),
  z.object({ event: chainedEventSchema }).strict(),
]);

/** So few that verifying them holds up nobody else on the event loop. */
const BATCH = 500;

/** The log as the database has it when the events are first asked for, whatever is appended meanwhile; `heads` and `unlinked` are known then. */
export async function databaseLog(db: Db): Promise<LogSource> {
  const [heads, unlinked]: [ChainHead[], string[]] = [[], []];
  const events = inSnapshot(db, async function* (snapshot) {
    heads.push(...(await chainHeads(snapshot)));
    unlinked.push(...(await unlinkedEntities(snapshot)));
    yield* eventsOfAll(snapshot);
  });
  return { events, checkpoints: await readCheckpoints(db), heads, unlinked };
}

/** One state of the database for many statements: events and heads that are read apart would seem to contradict each other. */
async function* inSnapshot<Item>(db: Db, read: (snapshot: Db) => AsyncGenerator<Item>): AsyncGenerator<Item> {
  const snapshot = await db.transaction({ isolationLevel: 'repeatable read', readOnly: true });
  try {
    yield* read(snapshot);
  } finally {
    await snapshot.commit();
  }
}

async function* eventsOfAll(db: Db): AsyncGenerator<ChainedEvent> {
  const entities = await sql<{ entity: string }>(db, `select distinct entity from audit_events order by entity`);
  for (const { entity } of entities) {
    let batch = await eventsAfter(db, entity, '0', BATCH);
    while (batch.length > 0) {
      yield* batch;
      batch = await eventsAfter(db, entity, batch.at(-1)?.seq ?? '0', BATCH);
    }
  }
}

/** Writes the whole log as JSON lines: a header, the checkpoints, the events. Enough to verify without us. */
export async function exportLog(db: Db, write: (line: string) => Promise<void> | void): Promise<void> {
  await write(JSON.stringify({ kontorAuditLog: 1 }));
  for (const checkpoint of await readCheckpoints(db)) await write(JSON.stringify({ checkpoint }));
  for await (const event of inSnapshot(db, eventsOfAll)) await write(JSON.stringify({ event }));
}

/** An exported log; the checkpoints are read at once, the events as they are asked for. */
export async function fileLog(file: string): Promise<LogSource> {
  const checkpoints: Checkpoint[] = [];
  for await (const line of linesOf(file)) {
    if ('event' in line) break;
    if ('checkpoint' in line) checkpoints.push(line.checkpoint);
  }
  return { events: eventsOf(file), checkpoints };
}

/** Checkpoints that were kept elsewhere: the lines that `kontor audit checkpoint` prints. */
export async function fileCheckpoints(file: string): Promise<Checkpoint[]> {
  const checkpoints: Checkpoint[] = [];
  for await (const line of linesOf(file, false)) if ('checkpoint' in line) checkpoints.push(line.checkpoint);
  return checkpoints;
}

async function* eventsOf(file: string): AsyncGenerator<ChainedEvent> {
  for await (const line of linesOf(file)) if ('event' in line) yield line.event;
}

async function* linesOf(file: string, withHeader = true): AsyncGenerator<z.infer<typeof lineSchema>> {
  let number = 0;
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  for await (const text of lines) {
    number += 1;
    if (text.trim() === '') continue;
    const line = lineSchema.safeParse(parsed(text));
    if (!line.success || (withHeader && number === 1) !== 'kontorAuditLog' in line.data)
      throw new KontorError('audit-file-unreadable', `Line ${number} of ${file} is not a line of an exported audit log.`, { place: { file, line: number } });
    yield line.data;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
