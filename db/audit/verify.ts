import type { ChainedEvent, ChainFault } from './chain.ts';
import { ChainVerifier } from './chain.ts';
import { checkpointFaults, type Checkpoint, type CheckpointHead } from './checkpoint.ts';
import { CompactRange, leafHash } from './merkle.ts';
import type { NoteVerifier } from './signed-note.ts';

/** An audit log from anywhere: the database or an exported file. Events of one entity come in ascending order. */
export interface LogSource {
  events: AsyncIterable<ChainedEvent> | Iterable<ChainedEvent>;
  checkpoints: readonly Checkpoint[];
  /** Heads as the database believes them to be; a file has none. Read after the events. */
  heads?: readonly { entity: string; seq: string; hash: string }[];
  /** Entities with events that were committed outside their chain. Read after the events. */
  unlinked?: readonly string[];
}

export interface LogVerdict {
  ok: boolean;
  chains: { entity: string; events: number; head: string }[];
  checkpoints: number;
  /** Events after the newest checkpoint: a rewrite of these alone would not be noticed yet. */
  unsigned: number;
  /** The first fault of each chain. */
  chainFaults: ChainFault[];
  checkpointFaults: string[];
}

/**
 * Verifies every chain from its first event, and every checkpoint against the events: an altered, missing, swapped or
 * relinked event, a tail that was cut off, and a past that was rewritten as a whole and hashed anew (S19).
 */
export async function verifyLog(source: LogSource, verifier: NoteVerifier | undefined): Promise<LogVerdict> {
  const chains = new Map<string, AnchoredChain>();
  const chainOf = (entity: string) => {
    const chain = chains.get(entity) ?? new AnchoredChain(entity, anchorsOf(source.checkpoints, entity));
    chains.set(entity, chain);
    return chain;
  };
  for await (const event of source.events) chainOf(event.entity).push(event);
  for (const { entity } of source.checkpoints.flatMap((checkpoint) => checkpoint.heads)) chainOf(entity);
  for (const head of source.heads ?? []) chainOf(head.entity).expectHead(Number(head.seq), head.hash);
  for (const entity of source.unlinked ?? []) chainOf(entity).findUnlinked();

  const all = [...chains.values()].sort((a, b) => (a.entity < b.entity ? -1 : 1));
  const chainFaults = all.map((chain) => chain.end()).filter((fault) => fault !== undefined);
  const signatureFaults = verifier === undefined ? [] : checkpointFaults(source.checkpoints, verifier);
  return {
    ok: chainFaults.length === 0 && signatureFaults.length === 0,
    chains: all.map((chain) => ({ entity: chain.entity, events: chain.seq, head: chain.hash })),
    checkpoints: source.checkpoints.length,
    unsigned: all.reduce((sum, chain) => sum + Math.max(0, chain.seq - chain.signedUpTo), 0),
    chainFaults,
    checkpointFaults: signatureFaults,
  };
}

interface Anchor extends CheckpointHead {
  checkpoint: number;
}

function anchorsOf(checkpoints: readonly Checkpoint[], entity: string): Anchor[] {
  return checkpoints.flatMap((checkpoint) => checkpoint.heads.filter((head) => head.entity === entity).map((head) => ({ ...head, checkpoint: checkpoint.number })));
}

/** A chain that is compared with what checkpoints said about it. */
class AnchoredChain {
  readonly entity: string;
  readonly signedUpTo: number;
  private readonly verifier: ChainVerifier;
  private readonly tree = new CompactRange();
  private readonly anchors: Anchor[];
  private fault: ChainFault | undefined;

  constructor(entity: string, anchors: Anchor[]) {
    this.entity = entity;
    this.anchors = anchors.sort((a, b) => a.seq - b.seq);
    this.signedUpTo = this.anchors.at(-1)?.seq ?? 0;
    this.verifier = new ChainVerifier(entity);
  }

  get seq(): number {
    return this.verifier.seq;
  }

  get hash(): string {
    return this.verifier.hash;
  }

  push(event: ChainedEvent): void {
    if (this.fault) return;
    this.verifier.push(event);
    this.fault = this.verifier.fault;
    if (this.fault) return;
    this.tree.append(leafHash(Buffer.from(event.hash, 'hex')));
    while (this.anchors[0] !== undefined && this.anchors[0].seq <= this.seq) this.compare(this.anchors.shift() as Anchor);
  }

  private compare(anchor: Anchor): void {
    if (anchor.hash === this.hash && anchor.tree === this.tree.root().toString('hex')) return;
    this.fault ??= {
      entity: this.entity,
      seq: anchor.seq,
      fault: 'rewritten',
      message: `event ${anchor.seq} or one before it is not the one that checkpoint ${anchor.checkpoint} signed: the past was written anew`,
    };
  }

  expectHead(seq: number, hash: string): void {
    if (this.fault || (seq === this.seq && hash === this.hash)) return;
    this.fault = seq > this.seq ? this.truncated(`the head says that event ${seq} was the last`) : this.faultAtEnd(`the head is event ${seq}, not ${this.seq}`);
  }

  findUnlinked(): void {
    this.fault ??= { entity: this.entity, seq: this.seq + 1, fault: 'unlinked', message: `events that should follow event ${this.seq} were committed outside the chain: whoever committed them had switched the linking off` };
  }

  end(): ChainFault | undefined {
    const missing = this.anchors.at(-1);
    if (!this.fault && missing) this.fault = this.truncated(`checkpoint ${missing.checkpoint} signed event ${missing.seq}`);
    return this.fault;
  }

  private truncated(message: string): ChainFault {
    return { entity: this.entity, seq: this.seq + 1, fault: 'truncated', message: `the chain ends before event ${this.seq + 1}, but ${message}` };
  }

  private faultAtEnd(message: string): ChainFault {
    return { entity: this.entity, seq: this.seq, fault: 'relinked', message };
  }
}
