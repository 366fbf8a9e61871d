import type { Trx } from '../db/client.ts';
import { casesOfOrders } from '../db/repositories/cases.ts';
import { enqueueAll, type Message } from '../db/repositories/outbox.ts';

/** Something that changes what documents of these orders may bill; `eventId` is unique within its source. */
export interface OrderNews {
  entity: string;
  orderNumbers: readonly string[];
  source: string;
  eventId: string;
}

type Waiting = Awaited<ReturnType<typeof casesOfOrders>>[number];

/** Has the open cases of these orders match again, each told once of one event; `concerns` leaves out who knows it already. */
export async function tellCasesOfOrders(trx: Trx, { entity, orderNumbers, source, eventId }: OrderNews, concerns: (waiting: Waiting) => boolean): Promise<void> {
  const waiting = (await casesOfOrders(trx, entity, orderNumbers)).filter(concerns);
  await enqueueAll(trx, waiting.map(({ id, workflowId, correlationId }): Message => ({
    entity,
    caseId: id,
    kind: 'signal-workflow',
    key: `${source}/${eventId}/${id}`,
    workflowId,
    payload: { signal: 'goodsReceived', input: { eventId } },
    correlationId,
  })));
}
