import { z } from 'zod';
import { sql, type Db } from '../client.ts';
import { eventOf, sha256, type ChainedEvent, type ChainFault } from './chain.ts';
import { checkpointFaults, checkpointSchema, latestCheckpoint, writeCheckpoint, type Checkpoint, type CheckpointHead } from './checkpoint.ts';
import { chainedEventSchema } from './export.ts';
import { leafHash, provesInclusion } from './merkle.ts';
import { inclusionProofs } from './proofs.ts';
import type { NoteSigner, NoteVerifier } from './signed-note.ts';

/** The events of one case, each with its proof of inclusion: says nothing about other cases, and not that there are no more events. */
export const extractSchema = z
  .object({
    kontorAuditExtract: z.literal(1),
    case: z.string(),
    entity: z.string(),
    /** Absent while no checkpoint has been signed. */
    checkpoint: checkpointSchema.optional(),
    /** `proof` is absent for events that the checkpoint does not cover: such an extract does not verify. */
    events: z.array(chainedEventSchema.extend({ proof: z.array(z.string().regex(/^[0-9a-f]{64}$/)).optional() })),
  })
  .strict();
export type AuditExtract = z.infer<typeof extractSchema>;

/**
 * Signs a checkpoint and answers the events of the case up to there. Over a broken chain nothing is signed: then the fault is
 * answered beside all events, of which those after the last checkpoint have no proof.
 *
 * @throws KontorError `audit-chain-broken` when the last checkpoint in the database is not the one that was signed
 */
export async function signedExtract(db: Db, signer: NoteSigner, entity: string, caseId: string): Promise<{ extract: AuditExtract; broken?: ChainFault }> {
  const signed = await writeCheckpoint(db, signer);
  if ('fault' in signed) return { extract: await extractCase(db, entity, caseId, await latestCheckpoint(db)), broken: signed };
  const extract = await extractCase(db, entity, caseId, signed);
  const upTo = headOf(signed, entity)?.seq ?? 0;
  return { extract: { ...extract, events: extract.events.filter(({ seq }) => Number(seq) <= upTo) } };
}

async function extractCase(db: Db, entity: string, caseId: string, checkpoint: Checkpoint | undefined): Promise<AuditExtract> {
  const events = await sql<ChainedEvent>(db, `select entity, seq, hash, event from audit_events where entity = :entity and case_id = :caseId order by seq`, { entity, caseId });
  const head = checkpoint && headOf(checkpoint, entity);
  const proofs = head === undefined ? undefined : await proofsUnder(db, head, events);
  return {
    kontorAuditExtract: 1,
    case: caseId,
    entity,
    ...(checkpoint ? { checkpoint } : {}),
    events: events.map((event) => {
      const proof = proofs?.get(Number(event.seq) - 1);
      return { ...event, ...(proof ? { proof: proof.map((node) => node.toString('hex')) } : {}) };
    }),
  };
}

function proofsUnder(db: Db, { entity, seq, frontier }: CheckpointHead, events: readonly ChainedEvent[]) {
  const log = { size: seq, frontier: frontier.map((node) => Buffer.from(node, 'hex')) };
  return inclusionProofs(log, events.map((event) => Number(event.seq) - 1), async (from, to) => {
    const hashes = await sql<{ hash: string }>(db, `select hash from audit_events where entity = :entity and seq > :from and seq <= :to order by seq`, { entity, from, to }, 'audit-hashes');
    return hashes.map(({ hash }) => leafOf(hash));
  });
}

export interface ExtractVerdict {
  /** Whether the checkpoint is genuine and proves every event; there has to be one. */
  ok: boolean;
  entity: string;
  case: string;
  /** Number of the checkpoint, and the last event of the chain that it signed; absent when it is not genuine. */
  checkpoint?: number;
  signedUpTo?: number;
  events: number;
  proven: number;
  /** Whether the case has no other events up to there: nothing in an extract shows that, only the whole log does. */
  completeness: 'proven' | 'not-proven';
  faults: string[];
  /** Why the log it was held against proves nothing about it; absent where there was no log. Says nothing against the extract. */
  logFaults?: string[];
}

/**
 * Verifies an extract with nothing but the public key: signature, text of each event, and its place in the signed tree. An event
 * in an extract is linked to nothing but its proof, so that one without proof is a fault. `kept` are checkpoints from elsewhere.
 */
export function verifyExtract(extract: AuditExtract, verifier: NoteVerifier, kept?: readonly Checkpoint[]): ExtractVerdict {
  const { entity, events, checkpoint } = extract;
  const faults = checkpoint ? [...checkpointFaults([checkpoint], verifier), ...keptFaults(checkpoint, kept)] : ['there is no signed checkpoint'];
  const head = checkpoint && faults.length === 0 ? headOf(checkpoint, entity) : undefined;
  if (checkpoint && faults.length === 0 && head === undefined) faults.push(`checkpoint ${checkpoint.number} signed no chain of ${entity}`);
  if (events.length === 0) faults.push('there is no event, so nothing is proven');
  let proven = 0;
  for (const [index, event] of events.entries()) {
    const fault = misplaced(event, events[index - 1]) ?? untrue(event, extract) ?? (head && unproven(event, head, checkpoint?.number));
    if (fault !== undefined) faults.push(fault);
    else if (head !== undefined) proven += 1;
  }
  return {
    ok: faults.length === 0,
    entity,
    case: extract.case,
    ...(checkpoint && head ? { checkpoint: checkpoint.number, signedUpTo: head.seq } : {}),
    events: events.length,
    proven,
    completeness: 'not-proven',
    faults,
  };
}

type ProvenEvent = AuditExtract['events'][number];

/** A checkpoint that nobody kept elsewhere may be one of a past that was written anew. */
function keptFaults({ number, note }: Checkpoint, kept: readonly Checkpoint[] | undefined): string[] {
  if (kept === undefined || kept.some((other) => other.note === note)) return [];
  return [kept.some((other) => other.number === number) ? `checkpoint ${number} is another one than was kept` : `checkpoint ${number} is not among those that were kept`];
}

function misplaced({ seq }: ProvenEvent, before: ProvenEvent | undefined): string | undefined {
  if (before === undefined || Number(seq) > Number(before.seq)) return undefined;
  return seq === before.seq ? `event ${seq} comes twice` : `event ${seq} comes after event ${before.seq}`;
}

/** The text itself has to name the case, the company and the position that the extract claims for it. */
function untrue({ seq, hash, event, entity }: ProvenEvent, extract: AuditExtract): string | undefined {
  const stated = sha256(event) === hash ? eventOf(event) : undefined;
  if (stated === undefined) return `event ${seq} was altered: its text does not have the hash beside it, or is no audit event`;
  if (stated.entity !== extract.entity || entity !== extract.entity) return `event ${seq} belongs to another company`;
  if (stated.case !== extract.case) return `event ${seq} belongs to another case`;
  return String(stated.seq) === seq ? undefined : `event ${seq} was altered: its text says that it is event ${stated.seq}`;
}

function unproven({ seq, hash, proof }: ProvenEvent, head: CheckpointHead, number: number | undefined): string | undefined {
  if (Number(seq) > head.seq) return `event ${seq} lies beyond event ${head.seq}, the last one that checkpoint ${number} signed: nothing proves it`;
  if (proof === undefined) return `event ${seq} has no proof that checkpoint ${number} signed it`;
  const nodes = proof.map((node) => Buffer.from(node, 'hex'));
  return provesInclusion(leafOf(hash), Number(seq) - 1, head.seq, nodes, Buffer.from(head.tree, 'hex')) ? undefined : `event ${seq} is not part of what checkpoint ${number} signed`;
}

export function headOf(checkpoint: Checkpoint, entity: string): CheckpointHead | undefined {
  return checkpoint.heads.find((head) => head.entity === entity);
}

function leafOf(hash: string): Buffer {
  return leafHash(Buffer.from(hash, 'hex'));
}
