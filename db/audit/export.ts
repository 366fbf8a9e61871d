import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { KontorError } from '../../domain/errors.ts';
import { auditEventSchema } from '../../domain/model/audit-event.ts';
import { sql, type Db } from '../client.ts';
import { chainHeads, eventsAfter, unlinkedEntities, type ChainHead } from '../repositories/audit.ts';
import type { ChainedEvent } from './chain.ts';
import { sha256 } from './chain.ts';
import { checkpointFaults, checkpointSchema, readCheckpoints, type Checkpoint } from './checkpoint.ts';
import { inclusionProof, leafHash, provesInclusion } from './merkle.ts';
import type { NoteVerifier } from './signed-note.ts';
import type { LogSource } from './verify.ts';

const eventSchema = z.object({ entity: z.string(), seq: z.string().regex(/^\d+$/), hash: z.string(), event: z.string() }).strict();
const lineSchema = z.union([
  z.object({ kontorAuditLog: z.literal(1) }).strict(),
  z.object({ checkpoint: checkpointSchema }).strict(),
  z.object({ event: eventSchema }).strict(),
]);

const BATCH = 2_000;

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

/** The events of one case with their proofs: an evidence pack that says nothing about other cases. */
export const extractSchema = z
  .object({
    kontorAuditExtract: z.literal(1),
    case: z.string(),
    entity: z.string(),
    /** Absent while no checkpoint has been signed. */
    checkpoint: checkpointSchema.optional(),
    /** `proof` is absent for events younger than the checkpoint. */
    events: z.array(eventSchema.extend({ proof: z.array(z.string()).optional() })),
  })
  .strict();
export type AuditExtract = z.infer<typeof extractSchema>;

export async function extractCase(db: Db, entity: string, caseId: string): Promise<AuditExtract> {
  const events = await sql<ChainedEvent>(db, `select entity, seq, hash, event from audit_events where entity = :entity and case_id = :caseId order by seq`, { entity, caseId });
  const checkpoint = (await readCheckpoints(db)).at(-1);
  const size = checkpoint?.heads.find((head) => head.entity === entity)?.seq ?? 0;
  const hashes = await sql<{ hash: string }>(db, `select hash from audit_events where entity = :entity and seq <= :size order by seq`, { entity, size });
  const leaves = hashes.map(({ hash }) => leafHash(Buffer.from(hash, 'hex')));
  return {
    kontorAuditExtract: 1,
    case: caseId,
    entity,
    ...(checkpoint ? { checkpoint } : {}),
    events: events.map((event) => ({
      ...event,
      ...(Number(event.seq) <= size ? { proof: inclusionProof(leaves, Number(event.seq) - 1).map((node) => node.toString('hex')) } : {}),
    })),
  };
}

export interface ExtractVerdict {
  ok: boolean;
  events: number;
  proven: number;
  faults: string[];
}

/** Verifies an extract with nothing but the public key: signature, text of each event, and its place in the signed tree. */
export function verifyExtract(extract: AuditExtract, verifier: NoteVerifier): ExtractVerdict {
  const { checkpoint } = extract;
  const head = checkpoint?.heads.find((candidate) => candidate.entity === extract.entity);
  const faults = checkpoint ? signedAlone(checkpoint, verifier) : ['there is no signed checkpoint'];
  let proven = 0;
  for (const { seq, hash, event, proof } of extract.events) {
    if (sha256(event) !== hash || !belongs(event, extract, seq)) faults.push(`event ${seq} was altered`);
    else if (proof === undefined) continue;
    else if (head && provesInclusion(leafHash(Buffer.from(hash, 'hex')), Number(seq) - 1, head.seq, proof.map((node) => Buffer.from(node, 'hex')), Buffer.from(head.tree, 'hex'))) proven += 1;
    else faults.push(`event ${seq} is not part of what checkpoint ${checkpoint?.number} signed`);
  }
  return { ok: faults.length === 0, events: extract.events.length, proven, faults };
}

/** The text itself has to name the case and the position that the extract claims for it. */
function belongs(event: string, extract: AuditExtract, seq: string): boolean {
  const stated = auditEventSchema.safeParse(parsed(event));
  return stated.success && stated.data.case === extract.case && stated.data.entity === extract.entity && String(stated.data.seq) === seq;
}

/** A checkpoint by itself has no predecessor to be compared with. */
function signedAlone(checkpoint: Checkpoint, verifier: NoteVerifier): string[] {
  return checkpointFaults([checkpoint], verifier);
}
