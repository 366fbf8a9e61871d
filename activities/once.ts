import { createHash } from 'node:crypto';
import { inTransaction, type Db, type Trx } from '../db/client.ts';
import { beginEffect, markNotSent, markSent, markUnknown, recordOutcome, type EffectHandle, type EffectState } from '../db/repositories/once.ts';
import { KontorError } from '../domain/errors.ts';
import { canonicalJson } from '../domain/rules/canonical-json.ts';

/** How soon another attempt looks again whether the one that is under way has its answer; its lease may end later. */
const lookAgainMs = 2_000;

/** An effect outside, described so that it happens once per key whatever crashes. `Outcome` is JSON and becomes the permanent record. */
export interface Effect<Answer, Outcome> {
  key: string;
  entity: string;
  caseId: string;
  system: string;
  /** What is asked; the same key never stands for two requests. */
  request: unknown;
  /** How long after a send the counterpart may still commit it. Before that, "not found" proves nothing. */
  settleWindowMs: number;
  /** How long the effect belongs to its attempt; see `leaseFor`. */
  leaseMs: number;
  /** The counterpart's own record of the key, if it has one by now. */
  enquire(): Promise<Answer | undefined>;
  send(): Promise<Answer>;
  /** The outcome that a repeat will return; `undefined` for a refusal, which leaves the key free for a corrected request. */
  outcomeOf(answer: Answer): Outcome | undefined;
  /** Our state, read model, audit and outbox, in the transaction that records the outcome. */
  write(trx: Trx, answer: Answer): Promise<void>;
}

export interface OnceTools {
  db: Db;
  /** Attempt of the activity, from 1. */
  attempt: number;
  /** The database's epoch when this process started. */
  processEpoch: string;
}

/**
 * Carries an effect out once per key: recorded → its record; sent before and unsure → enquire first, and send again only
 * when the counterpart has had its settle window and knows nothing; otherwise send. Throws `outcome-unknown` while nobody
 * can say, `effect-key-conflict` when the key stands for another request.
 */
export async function once<Answer, Outcome>(tools: OnceTools, effect: Effect<Answer, Outcome>): Promise<Outcome | Answer> {
  const since = performance.now();
  const state = await beginEffect(tools.db, {
    key: effect.key,
    entity: effect.entity,
    caseId: effect.caseId,
    system: effect.system,
    requestHash: createHash('sha256').update(canonicalJson(effect.request)).digest('hex'),
    attempt: tools.attempt,
    leaseMs: effect.leaseMs,
    processEpoch: tools.processEpoch,
  });
  const handle = { key: effect.key, fencing: state.fencing };
  switch (state.state) {
    case 'recorded':
      return state.recorded as Outcome;
    case 'conflict':
      throw new KontorError('effect-key-conflict', `The key ${effect.key} already stands for another request.`);
    case 'held':
      throw new KontorError('effect-in-progress', 'Another attempt is under way.', { retryAfterMs: Math.min(lookAgainMs, millisecondsBetween(state.now, state.leaseUntil)) });
    case 'enquire':
      return record(tools, effect, handle, (await foundByEnquiry(tools, effect, handle, state)) ?? (await resend(tools, effect, handle)));
    case 'fresh':
      return record(tools, effect, handle, await send(tools, effect, handle, { leaseMs: effect.leaseMs, since }));
  }
}

async function foundByEnquiry<Answer>(tools: OnceTools, effect: Effect<Answer, unknown>, handle: EffectHandle, state: EffectState): Promise<Answer | undefined> {
  const found = await effect.enquire().catch(async (error: unknown) => {
    await markUnknown(tools.db, handle);
    throw error;
  });
  if (found !== undefined) return found;
  const remainingMs = effect.settleWindowMs - millisecondsBetween(state.lastSentAt ?? state.now, state.now);
  if (remainingMs <= 0) return undefined;
  await markUnknown(tools.db, handle);
  throw new KontorError('outcome-unknown', `${effect.system} does not know ${effect.key} yet, and may still carry it out; it is asked again.`, {
    retryAfterMs: remainingMs + 1,
  });
}

async function resend<Answer>(tools: OnceTools, effect: Effect<Answer, unknown>, handle: EffectHandle): Promise<Answer> {
  const since = performance.now();
  await markSent(tools.db, handle, effect.leaseMs);
  return send(tools, effect, handle, { leaseMs: effect.leaseMs, since });
}

/** What a process that stood still for longer than its lease would send, another attempt may have sent meanwhile: it sends nothing. */
async function send<Answer>(tools: OnceTools, effect: Effect<Answer, unknown>, handle: EffectHandle, lease: { leaseMs: number; since: number }): Promise<Answer> {
  if (performance.now() - lease.since > lease.leaseMs) throw new KontorError('effect-in-progress', 'The time in which this attempt could send has run out; the next one asks first.');
  const sentAt = performance.now();
  try {
    return await effect.send();
  } catch (error) {
    const sentMsAgo = performance.now() - sentAt;
    // Whoever stood still for longer than a lease cannot say when it sent.
    await (wasNotSent(error) ? markNotSent(tools.db, handle) : markUnknown(tools.db, handle, sentMsAgo > lease.leaseMs ? 0 : sentMsAgo));
    throw error;
  }
}

async function record<Answer, Outcome>(tools: OnceTools, effect: Effect<Answer, Outcome>, handle: EffectHandle, answer: Answer): Promise<Outcome | Answer> {
  const outcome = effect.outcomeOf(answer);
  await inTransaction(tools.db, async (trx) => {
    await (outcome === undefined ? markNotSent(trx, handle) : recordOutcome(trx, handle, outcome));
    await effect.write(trx, answer);
  });
  return outcome ?? answer;
}

/** Only these say for certain that the counterpart processed nothing; everything else leaves the outcome open. */
export function wasNotSent(error: unknown): boolean {
  return error instanceof KontorError && (error.category === 'upstream-throttled' || error.category === 'upstream-unavailable');
}

function millisecondsBetween(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}

/** The lease of an effect at a counterpart: longer than one call may take, so that a slow answer still belongs to its own attempt. */
export function leaseFor({ longestCallMs }: { longestCallMs: number }): number {
  return longestCallMs + 2_000;
}
