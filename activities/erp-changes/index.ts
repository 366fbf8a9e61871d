import type { ErpChange, ErpPort } from '../../adapters/ports/erp.ts';
import { inTransaction, type Db, type Trx } from '../../db/client.ts';
import { casesOfOrders } from '../../db/repositories/cases.ts';
import { readEntity } from '../../db/repositories/directory.ts';
import { erpSource, readCursor, recordInbound } from '../../db/repositories/inbound.ts';
import { enqueue } from '../../db/repositories/outbox.ts';
import { KontorError } from '../../domain/errors.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import { activity } from '../activity.ts';

export interface ErpChangeActivities {
  /** Takes what changed at the company's ERP since the last look into the inbox and tells the cases that wait for it. */
  pollErpChanges(command: { entity: string }): Promise<{ taken: number }>;
}

export interface ErpChangeParts {
  db: Db;
  erpOf(entity: LegalEntity): { port: ErpPort };
}

export function createErpChangeActivities(parts: ErpChangeParts): ErpChangeActivities {
  return { pollErpChanges: activity(({ entity }) => pollErpChanges(parts, entity)) };
}

/**
 * One look at the ERP's changes. Events, cursor and messages to the waiting cases are written in one transaction, so that
 * nothing is lost and nothing is told twice: the inbox knows each event, the outbox each message.
 */
export async function pollErpChanges({ db, erpOf }: ErpChangeParts, entityId: string): Promise<{ taken: number }> {
  const entity = await readEntity(db, entityId);
  if (!entity) throw new KontorError('unknown-resource', `The legal entity ${entityId} is not there.`);
  const source = erpSource(entityId);
  const { changes, cursor } = await erpOf(entity).port.changesSince(entityId, await readCursor(db, source), { correlationId: `poll-${entityId}` });
  if (changes.length === 0) return { taken: 0 };
  const taken = await inTransaction(db, async (trx) => {
    const events = changes.map(({ id, kind, orderNumber, at }) => ({ id, kind, payload: { orderNumber, at } }));
    const fresh = new Set((await recordInbound(trx, { source, entity: entityId, events, cursor })).map(({ id }) => id));
    for (const change of changes.filter(({ id }) => fresh.has(id))) await tell(trx, entityId, source, change);
    return fresh.size;
  });
  return { taken };
}

/** A case that was accepted this long after a change has read it itself; the margin covers clocks that disagree. */
const clockMarginMs = 10 * 60_000;

async function tell(trx: Trx, entity: string, source: string, change: ErpChange): Promise<void> {
  for (const waiting of await casesOfOrders(trx, entity, [change.orderNumber])) {
    if (Date.parse(waiting.acceptedAt) > Date.parse(change.at) + clockMarginMs) continue;
    await enqueue(trx, {
      entity,
      caseId: waiting.id,
      kind: 'signal-workflow',
      key: `${source}/${change.id}/${waiting.id}`,
      workflowId: waiting.workflowId,
      payload: { signal: 'goodsReceived', input: { eventId: change.id } },
      correlationId: waiting.correlationId,
    });
  }
}
