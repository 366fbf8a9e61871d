import { createHash } from 'node:crypto';
import type { Db } from '../../db/client.ts';
import { inTransaction } from '../../db/client.ts';
import { beginRequest, completeRequest, releaseRequest, type RequestHandle } from '../../db/repositories/requests.ts';
import { KontorError } from '../../domain/errors.ts';
import type { Answer, Call, Operation } from '../operation.ts';

/** Where outcomes of writes are kept. */
export interface IdempotencyStore {
  db: Db;
}

/** A process that dies while it answers blocks the key no longer than this. */
const leaseMs = 10_000;
const wellFormed = /^[\x21-\x7e]{8,200}$/;
export const replayMarker = 'Idempotency-Replayed';

/**
 * Carries a write out once per caller, route and key. A repeat gets the stored answer with a marker; the same key with another
 * body is refused (422); a repeat while the first is under way is asked to wait (409). Handlers that change state store
 * the answer in their own transaction through `call.complete`, so that a crash in between cannot separate the two (F7).
 */
export async function answerOnce(store: IdempotencyStore, operation: Operation, call: Call<unknown, unknown, unknown>, run: (call: Call<unknown, unknown, unknown>) => Promise<Answer>): Promise<Answer> {
  const key = call.header('idempotency-key');
  if (key === undefined || !wellFormed.test(key)) throw new KontorError('idempotency-key-missing', 'A write needs an Idempotency-Key of 8 to 200 visible ASCII characters.');
  const scope = { principal: `${call.caller.issuer}|${call.caller.personId}`, method: operation.method, route: routeOf(operation, call), key };
  const state = await beginRequest(store.db, scope, { entity: '*', bodyHash: bodyHash(call), leaseMs });
  switch (state.state) {
    case 'mismatch':
      throw new KontorError('idempotency-key-reused', 'This Idempotency-Key was used for a request with another body.');
    case 'in-flight':
      throw new KontorError('idempotency-in-flight', 'The first request with this key has not been answered yet.', { retryAfterMs: state.retryAfterMs });
    case 'replay':
      return { ...state.outcome, headers: { ...state.outcome.headers, [replayMarker]: 'true' } };
    case 'fresh':
      return carryOut(store, state.handle, call, run);
  }
}

async function carryOut(store: IdempotencyStore, handle: RequestHandle, call: Call<unknown, unknown, unknown>, run: (call: Call<unknown, unknown, unknown>) => Promise<Answer>): Promise<Answer> {
  let stored = false;
  const complete: Call<unknown, unknown, unknown>['complete'] = async (trx, answer) => {
    const ours = await completeRequest(trx, handle, { status: answer.status, headers: answer.headers ?? {}, body: answer.body ?? null });
    if (!ours) throw new KontorError('idempotency-in-flight', 'Another attempt of this request has taken over.', { retryAfterMs: 1000 });
    stored = true;
  };
  try {
    const answer = await run({ ...call, complete });
    if (!stored && answer !== 'streaming') await inTransaction(store.db, (trx) => complete(trx, answer));
    return answer;
  } catch (error) {
    if (!stored) await releaseRequest(store.db, handle).catch(() => undefined);
    throw error;
  }
}

/** The path with its parameters: the same key may serve two different resources. */
function routeOf(operation: Operation, call: Call<unknown, unknown, unknown>): string {
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String((call.params as Record<string, unknown>)[name])));
}

function bodyHash(call: Call<unknown, unknown, unknown>): string {
  const hash = createHash('sha256').update(call.mediaType.split(';', 1)[0] ?? '');
  return hash.update(call.bytes.length > 0 ? call.bytes : JSON.stringify(call.body ?? null)).digest('hex');
}
