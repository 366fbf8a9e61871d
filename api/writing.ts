import { inTransaction, type Db, type Trx } from '../db/client.ts';
import { appendAudit } from '../db/repositories/audit.ts';
import { completeRequest } from '../db/repositories/requests.ts';
import { KontorError } from '../domain/errors.ts';
import type { AuditEntry } from '../domain/model/audit-event.ts';
import type { Answer, Call } from './operation.ts';

/** What a small write of the API did. */
export interface Written {
  entity: string;
  answer: Exclude<Answer, 'streaming'>;
  /** Empty where nothing changed, because it was so already. */
  events: Omit<AuditEntry, 'actor' | 'correlationId'>[];
}

/**
 * Carries a small write out: the change, the stored answer of its Idempotency-Key (F7) and the audit events in one
 * transaction. Actor and correlation id are the call's.
 */
export async function writeOnce(db: Db, call: Call<unknown, unknown, unknown>, write: (trx: Trx) => Promise<Written>): Promise<Answer> {
  return inTransaction(db, async (trx) => {
    const { entity, answer, events } = await write(trx);
    const stored = { status: answer.status, headers: answer.headers ?? {}, body: answer.body ?? null };
    if (call.claim && !(await completeRequest(trx, call.claim, stored))) throw new KontorError('idempotency-in-flight', 'Another attempt of this request has taken over.');
    if (events.length > 0) await appendAudit(trx, entity, events.map((event) => ({ ...event, actor: `person:${call.caller.personId}`, correlationId: call.correlationId })));
    return answer;
  });
}
