import { createHash } from 'node:crypto';
import { auditEventSchema, type AuditEvent } from '../../domain/model/audit-event.ts';
import { canonicalJson } from '../../domain/rules/canonical-json.ts';

/** An event as stored or exported: the exact text and the hash it had when it was written. */
export interface ChainedEvent {
  entity: string;
  seq: string;
  hash: string;
  event: string;
}

/** The first place where a chain is not what it was. `seq` is the position of the event that is wrong or missing. */
export interface ChainFault {
  entity: string;
  seq: number;
  fault: 'missing' | 'altered' | 'misplaced' | 'relinked' | 'rewritten' | 'truncated' | 'unlinked';
  message: string;
}

export const GENESIS = '0'.repeat(64);

/** Follows one entity's chain event by event; after the first fault it looks no further. */
export class ChainVerifier {
  readonly entity: string;
  seq: number;
  hash: string;
  fault: ChainFault | undefined;

  constructor(entity: string, from: { seq: number; hash: string } = { seq: 0, hash: GENESIS }) {
    this.entity = entity;
    this.seq = from.seq;
    this.hash = from.hash;
  }

  push(stored: ChainedEvent): void {
    if (this.fault) return;
    this.fault = this.faultOf(stored);
    if (this.fault) return;
    this.seq += 1;
    this.hash = stored.hash;
  }

  private faultOf(stored: ChainedEvent): ChainFault | undefined {
    const expected = this.seq + 1;
    if (Number(stored.seq) > expected) return this.at(expected, 'missing', `event ${expected} is missing: the next one found is ${stored.seq}`);
    if (Number(stored.seq) < expected) return this.at(Number(stored.seq), 'misplaced', `event ${stored.seq} comes twice or out of order`);
    if (sha256(stored.event) !== stored.hash) return this.at(expected, 'altered', `the text of event ${expected} does not have the hash that was stored with it`);
    const event = eventOf(stored.event);
    if (event === undefined) return this.at(expected, 'altered', `event ${expected} is not an audit event in canonical form`);
    if (event.seq !== expected || event.entity !== this.entity) return this.at(expected, 'misplaced', `at position ${expected} lies event ${event.seq} of ${event.entity}`);
    if (event.prev !== this.hash) return this.at(expected, 'relinked', `event ${expected} does not follow event ${this.seq}`);
    return undefined;
  }

  private at(seq: number, fault: ChainFault['fault'], message: string): ChainFault {
    return { entity: this.entity, seq, fault, message };
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What a stored text says; undefined when it is no audit event in canonical form. */
export function eventOf(text: string): AuditEvent | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const event = auditEventSchema.safeParse(value);
    return event.success && canonicalJson(value) === text ? event.data : undefined;
  } catch {
    return undefined;
  }
}
