import { afterAll, beforeAll, expect, it } from 'vitest';
import { paymentEventSource } from '../../db/repositories/payment-events.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { recordInbound } from '../../db/repositories/inbound.ts';
import { enqueueAll } from '../../db/repositories/outbox.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people, untilTaken } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { judge } from './invariants.ts';

/**
 * F22: one document hears of thousands of events while it waits for its approver. Its process goes on in new histories, so
 * that no limit of the engine (51,200 events, 10,000 signals and 2,000 updates a history) ever ends it, and hears every one.
 */
const isLong = readSettings().faultSeeds !== undefined;
const size = isLong ? { signals: 10_000, updates: 2_100, byRelay: 500, longestHistory: 4_000 } : { signals: 400, updates: 40, byRelay: 40, longestHistory: 150 };
const atOnce = 16;
/** The engine takes no more than ten decisions at a time for one process. */
const decidedAtOnce = 8;

describeWithServices('F22 thousands of signals and decisions for one process', () => {
  let house: House;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse({ erpPollMs: 60_000 });
    they = people(house, { relayAfterMs: 100 });
  });
  afterAll(() => house.dispose());

  it('loses none, hears none twice, and stays within the limits', async () => {
    const { caseId: id } = await submit(house.db, billed({ lines: [{ quantity: '1', price: '470.00', name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' }));
    await sql(house.db, `update outbox set payload = jsonb_set(payload, '{input,longestHistory}', to_jsonb(:events::int)) where case_id = :id and kind = 'start-workflow'`, { id, events: size.longestHistory });
    await house.startWorker();
    const { case: { workflowId } } = await house.stage(id, 'approval');
    const handle = house.client.workflow.getHandle(workflowId);

    const ids = Array.from({ length: size.signals }, (_, index) => `event-${index}`);
    const [told, direct] = [ids.slice(0, size.byRelay), ids.slice(size.byRelay)];
    await inTransaction(house.db, async (trx) => {
      await recordInbound(trx, { source: paymentEventSource, entity: 'DE01', events: ids.map((event) => ({ id: event, kind: 'credited', payload: { caseId: id, status: 'credited', reference: event } })) });
      await enqueueAll(trx, told.map((event) => ({ entity: 'DE01', caseId: id, kind: 'signal-workflow' as const, key: `${paymentEventSource}/${event}`, workflowId, payload: { signal: 'paymentStatus', input: { eventId: event } } })));
    });
    await several(direct, (event) => handle.signal('paymentStatus', { eventId: event }));
    const answers: string[] = [];
    await several(Array.from({ length: size.updates }, (_, index) => `nobody-${index}`), async (decisionId) => {
      answers.push(await outcomeOf(untilTaken(handle, () => handle.executeUpdate('decide', { updateId: decisionId, args: [{ decisionId }] }))));
    }, decidedAtOnce);
    expect(answers.filter((answer) => answer !== 'accepted')).toHaveLength(size.updates);

    await expect.poll(async () => new Set(await heard(id)).size, { timeout: 1_800_000, interval: 1_000 }).toBe(size.signals);
    expect(await heard(id)).toHaveLength(size.signals);

    const task = await they.openTask(id);
    expect(await outcomeOf(they.say(id, { update: 'decide', decision: 'approve', person: task.candidatePersons[0] ?? 'oskar.lind', task }))).toBe('accepted');
    await house.stage(id, 'posted', 60_000);
    const histories: { status: string; events: number }[] = [];
    for await (const { status, historyLength } of house.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) histories.push({ status: status.name, events: historyLength });
    console.log(`F22: ${size.signals} signals and ${size.updates} refused decisions in ${histories.length} histories of at most ${Math.max(...histories.map(({ events }) => events))} events`);
    expect(histories.length).toBeGreaterThan(1);
    expect(new Set(histories.map(({ status }) => status))).toEqual(new Set(['CONTINUED_AS_NEW', 'RUNNING']));
    expect((await judge(house, [id])).broken).toEqual([]);
  }, 3_600_000);

  /** The events that the chain says were heard, with repeats. */
  const heard = async (id: string) => (await sql<{ event: string }>(house.db, `select event::jsonb #>> '{data,eventId}' as event from audit_events where case_id = :id and action = 'invoice.event-received'`, { id })).map(({ event }) => event);

  async function several<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>, callers = atOnce): Promise<void> {
    const rest = [...items];
    await Promise.all(Array.from({ length: callers }, async () => {
      for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
    }));
  }
});
