import type { Db } from '../../db/client.ts';
import { inTransaction } from '../../db/client.ts';
import { appendAudit, INSTALLATION } from '../../db/repositories/audit.ts';
import { beginRequest, completeRequest, releaseRequest, type RequestHandle } from '../../db/repositories/requests.ts';
import { KontorError } from '../../domain/errors.ts';
import type { Answer, Call, Operation } from '../operation.ts';
import { contentHash, earlierContentHash } from './content-hash.ts';

type AnyCall = Call<unknown, unknown, unknown>;

/** A process that dies while it answers blocks the key no longer than this. */
const leaseMs = 10_000;
const wellFormed = /^[\x21-\x7e]{8,200}$/;
export const replayMarker = 'Idempotency-Replayed';

/**
 * Carries a write out once per caller, route and key. A repeat gets the stored answer with a marker; the same key with another
 * body or query is refused (422); a repeat while the first is under way is asked to wait (409). Handlers that change state store
 * the answer in their own transaction by `call.claim`, so that a crash in between cannot separate the two (F7).
 */
export async function answerOnce(db: Db, operation: Operation, call: AnyCall, run: (call: AnyCall) => Promise<Answer>): Promise<Answer> {
  const key = call.header('idempotency-key');
  if (key === undefined || !wellFormed.test(key)) throw new KontorError('idempotency-key-missing', 'A write needs an Idempotency-Key of 8 to 200 visible ASCII characters.');
  const scope = { principal: `${call.caller.issuer}|${call.caller.personId}`, method: operation.method, route: routeOf(operation, call), key };
  const state = await beginRequest(db, scope, { entity: '*', bodyHash: contentHash(call), earlierHash: earlierContentHash(call), leaseMs });
  switch (state.state) {
    case 'mismatch':
      await tellOfMismatch(db, operation, call);
      throw new KontorError('idempotency-key-reused', 'This Idempotency-Key was used for a request with another body or query.');
    case 'in-flight':
      throw new KontorError('idempotency-in-flight', 'The first request with this key has not been answered yet.', { retryAfterMs: state.retryAfterMs });
    case 'replay':
      return { ...state.outcome, headers: { ...state.outcome.headers, [replayMarker]: 'true' } };
    case 'fresh':
      return carryOut(db, state.handle, call, run);
  }
}

async function carryOut(db: Db, claim: RequestHandle, call: AnyCall, run: (call: AnyCall) => Promise<Answer>): Promise<Answer> {
  try {
    const answer = await run({ ...call, claim });
    // Without effect where the handler stored its answer already, in the transaction of what it did.
    if (answer !== 'streaming' && !claim.stored) await completeRequest(db, claim, { status: answer.status, headers: answer.headers ?? {}, body: answer.body ?? null });
    return answer;
  } catch (error) {
    await releaseRequest(db, claim).catch(() => undefined);
    throw error;
  }
}

/** A caller that mixes up keys may have lost track of what it has sent: the chain keeps it (F9). */
async function tellOfMismatch(db: Db, operation: Operation, call: AnyCall): Promise<void> {
  await inTransaction(db, async (trx) => {
    await appendAudit(trx, INSTALLATION, [{ action: 'request.key-reused', actor: `person:${call.caller.personId}`, correlationId: call.correlationId, data: { operation: operation.id } }]);
  });
}

/** The path with its parameters: the same key may serve two different resources. */
function routeOf(operation: Operation, call: AnyCall): string {
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String((call.params as Record<string, unknown>)[name])));
}
