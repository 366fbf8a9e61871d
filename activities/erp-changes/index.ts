import type { ErpChange, ErpPort } from '../../adapters/ports/erp.ts';
import { inTransaction, type Db, type Trx } from '../../db/client.ts';
import { erpSource, lastReadAt, readCursor, recordInbound } from '../../db/repositories/inbound.ts';
import type { LegalEntity } from '../../domain/model/legal-entity.ts';
import { activity, type Call } from '../activity.ts';
import { mayPass, recognise } from '../errors.ts';
import { requiredEntity } from '../lookup.ts';
import { tellCasesOfOrders } from '../waiting-for-orders.ts';
import { closeSilence, openSilence, openUnread } from './erp-case.ts';

export interface ErpChangeActivities {
  /** Takes what changed at the company's ERP since the last look into the inbox and tells the cases that wait for it. */
  pollErpChanges(command: { entity: string }): Promise<{ taken: number }>;
}

export interface ErpChangeParts {
  db: Db;
  erpOf(entity: LegalEntity): { port: ErpPort };
  now(): Date;
}

export function createErpChangeActivities(parts: ErpChangeParts): ErpChangeActivities {
  return { pollErpChanges: activity(({ entity }, call) => pollErpChanges(parts, entity, call)) };
}

/** Looks fail now and then; so long after the last one that went well a person has to know. */
const patienceMs = 15 * 60_000;

/** One look at the ERP's changes. One that fails is left to the next; when that lasts, it has an owner until a look goes well. */
export async function pollErpChanges(parts: ErpChangeParts, entityId: string, { attempt }: Pick<Call, 'attempt'>): Promise<{ taken: number }> {
  const entity = await requiredEntity(parts.db, entityId);
  try {
    return await takeChanges(parts, entity);
  } catch (error) {
    const isTriedAgain = attempt === 1 && mayPass(error);
    if (!isTriedAgain) await ownWhenLasting(parts, entityId, error).catch(() => undefined); // what failed is more than that it could not be told
    throw error;
  }
}

/**
 * Events, cursor and messages to the waiting cases are written in one transaction, so that nothing is lost and nothing is told
 * twice: the inbox knows each event, the outbox each message. The cursor moves also past what concerns nobody, and where it does
 * not move it says when the last look went well.
 */
async function takeChanges({ db, erpOf, now }: ErpChangeParts, company: LegalEntity): Promise<{ taken: number }> {
  const { id: entity } = company;
  const source = erpSource(entity);
  const { changes, unread, cursor } = await erpOf(company).port.changesSince(entity, await readCursor(db, source), { correlationId: `poll-${entity}` });
  return inTransaction(db, async (trx) => {
    const events = changes.map(({ id, kind, orderNumber, at }) => ({ id, kind, payload: { orderNumber, at } }));
    const fresh = new Set((await recordInbound(trx, { source, entity, events, cursor })).map(({ id }) => id));
    for (const change of changes.filter(({ id }) => fresh.has(id))) await tell(trx, entity, source, change);
    if (unread.length > 0) await openUnread(trx, entity, unread, now());
    await closeSilence(trx, entity);
    return { taken: fresh.size };
  });
}

/** A case that was accepted this long after a change has read it itself; the margin covers clocks that disagree. */
const clockMarginMs = 10 * 60_000;

async function tell(trx: Trx, entity: string, source: string, { id, orderNumber, at }: ErpChange): Promise<void> {
  await tellCasesOfOrders(trx, { entity, orderNumbers: [orderNumber], source, eventId: id }, ({ acceptedAt }) => Date.parse(acceptedAt) <= Date.parse(at) + clockMarginMs);
}

async function ownWhenLasting({ db, now }: ErpChangeParts, entity: string, error: unknown): Promise<void> {
  const readAt = await lastReadAt(db, erpSource(entity), entity);
  if (readAt === undefined || now().getTime() - Date.parse(readAt) < patienceMs) return;
  await inTransaction(db, (trx) => openSilence(trx, entity, recognise(error), now()));
}
