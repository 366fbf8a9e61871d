import { z } from 'zod';
import { KontorError } from '../../domain/errors.ts';
import { canonicalJson } from '../../domain/rules/canonical-json.ts';
import { inTransaction, json, sql, sqlOne, type Db, type Trx } from '../client.ts';
import { lockKeys } from '../locks.ts';
import { chainHeads, eventsAfter } from '../repositories/audit.ts';
import { ChainVerifier, GENESIS, sha256, type ChainFault } from './chain.ts';
import { CompactRange, leafHash, merkleRoot, widthsOf } from './merkle.ts';
import { openNote, parseVerifierKey, signNote, verifierKey, type NoteSigner, type NoteVerifier } from './signed-note.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);

/** Where one chain stood: its last event, and the Merkle root over the hashes of all its events up to there. */
const checkpointHeadSchema = z.object({ entity: z.string(), seq: z.number().int().positive(), hash: hex, tree: hex, frontier: z.array(hex) }).strict();
export type CheckpointHead = z.infer<typeof checkpointHeadSchema>;

/** A signed statement of all heads at one moment. The note alone, kept elsewhere, exposes a rewritten past. */
export const checkpointSchema = z.object({ number: z.number().int().positive(), note: z.string(), heads: z.array(checkpointHeadSchema) }).strict();
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** What the note says, line by line. */
interface Statement {
  origin: string;
  size: number;
  root: string;
  number: number;
  previous: string;
}

/** So few that verifying them holds up nobody else on the event loop. */
const BATCH = 500;

/**
 * Verifies every chain from the last checkpoint on and signs where they stand. Nothing is signed over a broken chain: then
 * the fault is answered instead. Without new events the last checkpoint is answered again. One that another key signed is not
 * built upon: every chain is then verified from its first event.
 *
 * @throws KontorError `audit-chain-broken` when the last checkpoint in the database is not the one that was signed
 */
export async function writeCheckpoint(db: Db, signer: NoteSigner): Promise<Checkpoint | ChainFault> {
  return inTransaction(db, async (trx) => {
    await lockKeys(trx, ['audit-checkpoint']);
    const previous = await latestCheckpoint(trx);
    const known = previous && trustedHeads(previous, signer);
    const heads: CheckpointHead[] = [];
    for (const { entity } of await chainHeads(trx)) {
      const head = await advance(trx, entity, known?.find((earlier) => earlier.entity === entity));
      if (head !== undefined && 'fault' in head) return head;
      if (head !== undefined) heads.push(head);
    }
    if (previous && known && canonicalJson(known) === canonicalJson(heads)) return previous;
    const number = (previous?.number ?? 0) + 1;
    const { id } = await sqlOne<{ id: string }>(trx, `select id from installation`);
    const note = signNote(statementText({ origin: `kontor/${id}`, size: heads.length, root: headsRoot(heads), number, previous: previous ? sha256(previous.note) : GENESIS }), signer);
    await sql(trx, `insert into audit_checkpoints (number, note, heads) values (:number, :note, :heads)`, { number, note, heads: json(heads) });
    return { number, note, heads };
  });
}

/** What may be built upon; nothing of another key. Without this check, heads edited in the database would get the next signature. */
function trustedHeads(checkpoint: Checkpoint, signer: NoteSigner): CheckpointHead[] | undefined {
  const verifier = parseVerifierKey(verifierKey(signer));
  if (verifier === undefined || openNote(checkpoint.note, verifier) === undefined) return undefined;
  const [fault] = checkpointFaults([checkpoint], verifier);
  if (fault !== undefined) throw new KontorError('audit-chain-broken', `In the database, ${fault}; nothing is signed after it.`);
  return checkpoint.heads;
}

async function advance(trx: Trx, entity: string, from: CheckpointHead | undefined): Promise<CheckpointHead | ChainFault | undefined> {
  const chain = new ChainVerifier(entity, from);
  const tree = new CompactRange(from?.seq ?? 0, (from?.frontier ?? []).map((node) => Buffer.from(node, 'hex')));
  for (let batch = await eventsAfter(trx, entity, String(chain.seq), BATCH); batch.length > 0; batch = await eventsAfter(trx, entity, String(chain.seq), BATCH)) {
    for (const event of batch) {
      chain.push(event);
      if (chain.fault) return chain.fault;
      tree.append(leafHash(Buffer.from(event.hash, 'hex')));
    }
  }
  if (chain.seq === 0) return undefined;
  return { entity, seq: chain.seq, hash: chain.hash, tree: tree.root().toString('hex'), frontier: tree.frontier().map((node) => node.toString('hex')) };
}

/** All checkpoints in the database, oldest first. */
export async function readCheckpoints(db: Db): Promise<Checkpoint[]> {
  return (await sql<CheckpointRow>(db, `select number, note, heads from audit_checkpoints order by number`)).map(checkpointOf);
}

/** The newest one; undefined while nothing was signed. */
export async function latestCheckpoint(db: Db): Promise<Checkpoint | undefined> {
  return (await sql<CheckpointRow>(db, `select number, note, heads from audit_checkpoints order by number desc limit 1`)).map(checkpointOf)[0];
}

/** Checkpoints from several places; two that contradict each other both stay and show as a fault. */
export function togetherInOrder(own: readonly Checkpoint[], kept: readonly Checkpoint[]): Checkpoint[] {
  const byNote = new Map([...own, ...kept].map((checkpoint) => [checkpoint.note, checkpoint]));
  return [...byNote.values()].sort((a, b) => a.number - b.number);
}

interface CheckpointRow {
  number: string;
  note: string;
  heads: unknown;
}

function checkpointOf(row: CheckpointRow): Checkpoint {
  return checkpointSchema.parse({ ...row, number: Number(row.number) });
}

function headsRoot(heads: readonly CheckpointHead[]): string {
  return merkleRoot(heads.map(({ entity, seq, hash, tree }) => leafHash(Buffer.from(canonicalJson({ entity, seq, hash, tree }))))).toString('hex');
}

/** The frontier is not part of what is signed; its tree is. */
function frontierFits({ seq, tree, frontier }: CheckpointHead): boolean {
  const nodes = frontier.map((node) => Buffer.from(node, 'hex'));
  return nodes.length === widthsOf(seq).length && new CompactRange(seq, nodes).root().toString('hex') === tree;
}

/** Origin, tree size and root as C2SP checkpoints have them, then our own lines. */
function statementText({ origin, size, root, number, previous }: Statement): string {
  return `${origin}\n${size}\n${Buffer.from(root, 'hex').toString('base64')}\nnumber ${number}\nprevious ${previous}\n`;
}

function statementOf(text: string): Statement | undefined {
  const [, origin, size, root, number, previous] = /^([^\n]+)\n(\d+)\n([A-Za-z0-9+/=]+)\nnumber (\d+)\nprevious ([0-9a-f]{64})\n$/.exec(text) ?? [];
  if (origin === undefined || size === undefined || root === undefined || number === undefined || previous === undefined) return undefined;
  return { origin, size: Number(size), root: Buffer.from(root, 'base64').toString('hex'), number: Number(number), previous };
}

/** What is wrong with a row of checkpoints: signatures, numbering, links, and heads that are not the signed ones. */
export function checkpointFaults(checkpoints: readonly Checkpoint[], verifier: NoteVerifier): string[] {
  const faults: string[] = [];
  checkpoints.forEach((checkpoint, index) => {
    const name = `checkpoint ${checkpoint.number}`;
    const text = openNote(checkpoint.note, verifier);
    const statement = text === undefined ? undefined : statementOf(text);
    const previous = checkpoints[index - 1];
    if (text === undefined) faults.push(`${name} is not signed by this key`);
    else if (statement === undefined || statement.number !== checkpoint.number) faults.push(`${name} carries another statement`);
    else if (statement.root !== headsRoot(checkpoint.heads) || statement.size !== checkpoint.heads.length || !checkpoint.heads.every(frontierFits)) faults.push(`${name} lists other heads than it signed`);
    else if (previous === undefined ? checkpoint.number === 1 && statement.previous !== GENESIS : checkpoint.number !== previous.number + 1 || statement.previous !== sha256(previous.note))
      faults.push(`${name} does not follow ${previous ? `checkpoint ${previous.number}` : 'the beginning'}`);
  });
  return faults;
}
