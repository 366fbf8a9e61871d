import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Db } from '../../db/client.ts';
import { proposeDecision, readDecision, type NewDecision } from '../../db/repositories/decisions.ts';
import { KontorError } from '../../domain/errors.ts';
import type { Decision } from '../../domain/model/decision.ts';
import { canonicalJson } from '../../domain/rules/canonical-json.ts';
import { signStatement } from '../../temporal-config/decision-envelope.ts';
import type { SigningKey } from '../../temporal-config/keys.ts';
import { problemAnswer } from '../middleware/problem.ts';
import { replayMarker } from '../middleware/idempotency.ts';
import type { Answer, Call } from '../operation.ts';
import { carry, type Carried } from './carry.ts';
import { receiptOf } from './receipt.ts';
import { requireStepUp } from './step-up.ts';

export interface DecisionParts {
  db: Db;
  client: Client;
  decisionKey: SigningKey;
  /** How long a person waits to hear whether the decision counted; after that the relay repeats the update. */
  patienceMs: number;
}

/** What a person says, about which version of what. */
export type Said = Pick<Decision, 'entity' | 'case' | 'workflowId' | 'approval' | 'exception' | 'update' | 'decision' | 'reasonCode' | 'payload' | 'onBehalfOf' | 'documentHash' | 'decisionHash' | 'policyVersion'>;

type AnyCall = Call<unknown, unknown, unknown>;
type Told = Exclude<Answer, 'streaming'>;

export interface Asking {
  /** Looks at the version and at what was decided so far: throws, or answers the same decision if it was made before. */
  atDoor(): Promise<Decision | undefined>;
  /** Tells the items of one request apart. */
  item?: string;
  /** When waiting ends at the latest, in milliseconds since 1970. */
  deadline?: number;
}

/**
 * Takes a person's decision: row, signed envelope and message to the process are committed, then the process is asked. 200 when it
 * accepted, its problem when it refused, 202 when nobody answered: then the relay goes on and `GET /v1/decisions/{id}` tells.
 * The id follows from the caller's Idempotency-Key, so that a repeat after a crash meets the same row and not a second one (F7).
 */
export async function decideOnce(parts: DecisionParts, call: AnyCall, said: Said, asking: Asking): Promise<Told> {
  const id = decisionId(call, asking.item ?? '');
  const repeated = await readDecision(parts.db, id);
  if (repeated && !saysSame(repeated, said)) throw new KontorError('idempotency-key-reused', 'This Idempotency-Key was used for another decision.');
  if (repeated) return marked(await settle(parts, call, repeated, asking));
  const before = await asking.atDoor();
  if (before) return settle(parts, call, before, asking);
  await requireStepUp(parts.db, call, said);
  return settle(parts, call, await propose(parts, call, id, said), asking);
}

/** The same words about the same thing: nothing new, whichever request carries them. */
export function saysSame(earlier: Decision, said: Said): boolean {
  const words = ({ approval, exception, update, decision, reasonCode, payload, onBehalfOf, documentHash, decisionHash }: Said) =>
    canonicalJson({ approval: approval ?? null, exception: exception ?? null, update, decision, reasonCode: reasonCode ?? null, payload, onBehalfOf: onBehalfOf ?? null, documentHash, decisionHash });
  return words(earlier) === words(said);
}

function decisionId({ claim }: AnyCall, item: string): string {
  if (!claim) throw new RangeError('a decision needs an Idempotency-Key');
  return `d-${sha256(canonicalJson([claim.principal, claim.method, claim.route, claim.key, item])).slice(0, 32)}`;
}

async function propose({ db, decisionKey, patienceMs }: DecisionParts, call: AnyCall, id: string, said: Said): Promise<Decision> {
  const { case: caseId, approval, exception, payload, ...words } = said;
  const envelope = await signStatement(
    {
      ...words,
      decisionId: id,
      caseId,
      ...(approval === undefined ? {} : { task: approval }),
      ...(exception === undefined ? {} : { exception }),
      payloadHash: sha256(canonicalJson(payload)),
      person: call.caller.personId,
      issuer: call.caller.issuer,
      authenticatedAt: call.caller.authenticatedAt,
      decidedAt: call.at.toISOString(),
    },
    decisionKey,
  );
  const decision: NewDecision = { ...said, id, person: call.caller.personId, envelope, correlationId: call.correlationId };
  await proposeDecision(db, decision, { relayAfterMs: patienceMs + 1_000 });
  const kept = await readDecision(db, id);
  if (!kept) throw new Error('a proposed decision is not there');
  return kept;
}

async function settle({ db, client, patienceMs }: DecisionParts, call: AnyCall, decision: Decision, { deadline = Infinity }: Asking): Promise<Told> {
  const heard: Carried = decision.state === 'proposed' ? await carry(db, client, decision, Math.min(deadline, Date.now() + patienceMs)) : settledAs(decision);
  const now = (await readDecision(db, decision.id)) ?? decision;
  // The row outranks what the process said: it may have recorded the decision and ended before the question came again.
  const carried = heard.state !== 'accepted' && now.state !== 'proposed' ? settledAs(now) : heard;
  if (carried.state === 'refused') return problemAnswer(carried.code, carried.message, call.correlationId);
  const location = { Location: `/v1/decisions/${decision.id}` };
  if (carried.state === 'unanswered') return { status: 202, body: receiptOf(now), headers: location };
  return { status: 200, body: receiptOf(now, carried.effect), headers: location };
}

function settledAs(decision: Decision): Carried {
  if (decision.state === 'accepted') return { state: 'accepted', effect: 'recorded' };
  const { code, message } = decision.refusal ?? { code: 'already-decided', message: 'This was decided in the meantime.' };
  return { state: 'refused', code: code as Extract<Carried, { state: 'refused' }>['code'], message };
}

function marked(answer: Told): Told {
  return { ...answer, headers: { ...answer.headers, [replayMarker]: 'true' } };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
