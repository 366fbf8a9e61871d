import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { tellInvoices, type PaymentNews } from '../../activities/payments/tell-invoices.ts';
import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { decisionsOf } from '../../db/repositories/decisions.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { enqueue } from '../../db/repositories/outbox.ts';
import { paymentEventId } from '../../db/repositories/payment-events.ts';
import { auditOf } from '../support/evidence.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { dieAfterStep } from './lost-step.ts';
import { plant } from './plant.ts';

/**
 * P8: money comes back at the worst moment, when its document has just been recorded as paid and its process has not ended. Either that process hears of it or
 * the case is opened again; it never stays paid.
 */
describeWithServices('money that comes back', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  let copy: ReturnType<typeof plant>;
  let order: string;
  let worker: ReadyNodeProcess;
  let price = 700;
  const start = () => house.startWorker({ DIES_AFTER: order }, copy.home);

  beforeAll(async () => {
    copy = plant(dieAfterStep);
    house = await openHouse();
    they = people(house);
    order = join(house.settings.stateDir, 'dies-after');
    writeFileSync(order, '');
    worker = await start();
    await house.firstPoll('DE01');
  });
  afterAll(async () => {
    await house.dispose();
    copy.remove();
  });

  const posted = async () => {
    const { caseId } = await submit(house.db, billed({ lines: [{ quantity: '1', price: `${(price += 7)}.00`, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' }));
    await house.stage(caseId, 'approval');
    const task = await they.openTask(caseId);
    await they.decide(caseId, task.candidatePersons[0]!, 'approve', { task });
    await house.stage(caseId, 'posted');
    return caseId;
  };
  const tell = (id: string, status: PaymentNews['status'], endToEndId: string) =>
    inTransaction(house.db, (trx) => tellInvoices(trx, { entity: 'DE01' }, [{ instruction: { endToEndId, instruction: { items: [id] } as PaymentNews['instruction']['instruction'] }, status, reference: `ENTRY-${endToEndId}` }]));
  const shownEverywhere = async (id: string) => {
    await vi.waitFor(async () => {
      const { case: { workflowId }, progress } = await house.caseWhen(id, () => true); // anew each time: an assessment may be under way
      expect(await house.client.workflow.getHandle(workflowId).query('progress')).toEqual(progress);
    }, { timeout: 30_000, interval: 100 });
  };
  const paidAnew = async (id: string, endToEndId: string) => {
    await they.resolve(id, 'lars.thoma', 'retry');
    await house.stage(id, 'posted');
    await tell(id, 'confirmed', endToEndId);
    await house.ended(id, 'paid');
    await shownEverywhere(id);
  };
  /** What is told of a payment from now on breaks the form; answers what mends it. */
  const unreadable = async (endToEndId: string) => {
    await sql(house.db, `create function unreadable_news() returns trigger language plpgsql as $$ begin new.payload := new.payload || '{"unknown": true}'; return new; end $$`);
    await sql(house.db, `create trigger unreadable_news before insert on inbound_events for each row when (new.payload ->> 'endToEndId' = '${endToEndId}') execute function unreadable_news()`);
    return async () => {
      await sql(house.db, `update inbound_events set payload = payload - 'unknown' where payload ->> 'endToEndId' = :endToEndId`, { endToEndId });
      await sql(house.db, `drop trigger unreadable_news on inbound_events`);
      await sql(house.db, `drop function unreadable_news()`);
    };
  };
  const reopenings = async (id: string) => (await auditOf(house.db, id)).filter((action) => action === 'invoice.reopened').length;

  it('before the process of a document that was just recorded as paid has ended: it goes on, and is paid anew', async () => {
    const id = await posted();
    writeFileSync(order, 'recordPaymentEvent');
    await tell(id, 'confirmed', 'E2E-A1');
    expect(await worker.ended).toBe('signal SIGKILL');
    await house.ended(id, 'paid');
    await tell(id, 'returned', 'E2E-A1');
    writeFileSync(order, '');
    worker = await start();
    await house.stage(id, 'payment-returned');
    await shownEverywhere(id);
    await paidAnew(id, 'E2E-A2');
    expect(await reopenings(id)).toBe(1);
  });

  it('or does not come back: a process that hears twice of what it was paid with ends once', async () => {
    const id = await posted();
    writeFileSync(order, 'recordPaymentEvent');
    await tell(id, 'confirmed', 'E2E-D1');
    expect(await worker.ended).toBe('signal SIGKILL');
    const { case: { workflowId } } = await house.ended(id, 'paid');
    writeFileSync(order, '');
    worker = await start();
    await house.client.workflow.getHandle(workflowId).result();
    await shownEverywhere(id);
    expect((await auditOf(house.db, id)).filter((action) => action === 'invoice.ended')).toHaveLength(1);

    const { runId } = await house.client.workflow.getHandle(workflowId).describe();
    const startMessage = () => sql<{ state: string }>(house.db, `select state from outbox where case_id = :id and kind = 'start-workflow'`, { id });
    await sql(house.db, `update outbox set state = 'waiting', available_at = clock_timestamp() where case_id = :id and kind = 'start-workflow'`, { id });
    await expect.poll(startMessage, { timeout: 20_000 }).toEqual([{ state: 'done' }]);
    const after = await house.client.workflow.getHandle(workflowId).describe();
    expect([after.runId, after.status.name], 'a start that is delivered again starts nothing').toEqual([runId, 'COMPLETED']);
  });

  it('beside the news that it was paid, in whatever task the process hears of them', async () => {
    const id = await posted();
    await tell(id, 'confirmed', 'E2E-B1');
    await tell(id, 'returned', 'E2E-B1');
    await house.stage(id, 'payment-returned');
    await shownEverywhere(id);
    await paidAnew(id, 'E2E-B2');
  });

  it('after its process has ended: what was decided in its former life, brought once more, decides nothing in the next', async () => {
    const id = await posted();
    await they.correct(id, 'anna.berg', { creditKind: 'goodwill' });
    await house.caseWhen(id, ({ case: { stage }, progress }) => stage === 'posted' && progress.postings.length === 2);
    await tell(id, 'confirmed', 'E2E-E1');
    const { case: { workflowId }, progress: { postings } } = await house.ended(id, 'paid');
    await house.client.workflow.getHandle(workflowId).result();
    await tell(id, 'returned', 'E2E-E1');
    await house.stage(id, 'payment-returned');
    for (const { id: decisionId, update } of await decisionsOf(house.db, id, 'accepted')) {
      const brought = await house.client.workflow.getHandle(workflowId).executeUpdate(update, { updateId: `late-${decisionId}`, args: [{ decisionId }] });
      expect(brought).toMatchObject({ decisionId });
    }
    await paidAnew(id, 'E2E-E2');
    expect((await house.caseWhen(id, () => true)).progress.postings).toEqual(postings);
  });

  it('news of a payment that cannot be read park: people decide meanwhile, and its owner has it read again at once', async () => {
    const id = await posted();
    const readable = await unreadable('E2E-F1');
    await tell(id, 'confirmed', 'E2E-F1');
    const { progress: { exceptions } } = await house.stage(id, 'parked');
    expect(exceptions).toMatchObject([{ id: 'parked:recordPayment', owner: 'operator' }]);
    const early = they.say(id, { update: 'resolveException', decision: 'reject', person: 'anna.berg', exception: (await openExceptionsOf(house.db, id))[0]!.id, payload: { reason: 'x' } });
    expect(await outcomeOf(early), 'it is judged, and not kept waiting').toBe('decision-incomplete');
    await readable();
    expect(await they.resolve(id, 'mira.sanders', 'retry')).toMatchObject({ effect: 'resumed' });
    await house.ended(id, 'paid', 20_000);
    await shownEverywhere(id);
    expect(await openExceptionsOf(house.db, id)).toEqual([]);
  });

  it('a document that is taken back while the news that opened it again cannot be read is taken back in the ERP, too', async () => {
    const id = await posted();
    await tell(id, 'confirmed', 'E2E-G1');
    const { case: { workflowId } } = await house.ended(id, 'paid');
    await house.client.workflow.getHandle(workflowId).result();
    const readable = await unreadable('E2E-G1');
    await tell(id, 'returned', 'E2E-G1');
    await house.stage(id, 'parked');
    expect(await they.withdraw(id, 'anna.berg')).toMatchObject({ effect: 'withdrawn' });
    await readable();
    expect(await they.resolve(id, 'mira.sanders', 'retry')).toMatchObject({ effect: 'resumed' });
    const { progress: { postings } } = await house.ended(id, 'withdrawn', 20_000);
    expect(postings).toMatchObject([{ status: 'reversed' }]);
    const { documents } = await house.sandbox.ledger({ externalReference: postings[0]!.key });
    expect(documents.map(({ status }) => status)).toEqual(['REVERSED']);
    expect(await openExceptionsOf(house.db, id)).toEqual([]);
  });

  it('after its process has ended: the case is opened again, once, however often the news is delivered', async () => {
    const id = await posted();
    await tell(id, 'confirmed', 'E2E-C1');
    await house.ended(id, 'paid');
    const { case: { workflowId } } = await house.caseWhen(id, () => true);
    await house.client.workflow.getHandle(workflowId).result();
    await inTransaction(house.db, (trx) => enqueue(trx, { entity: 'DE01', caseId: id, kind: 'signal-workflow', key: `people/${id}`, workflowId, payload: { signal: 'peopleChanged' } })); // nobody hears it, and it holds nothing back
    await tell(id, 'returned', 'E2E-C1');
    await house.stage(id, 'payment-returned');
    await house.client.workflow.getHandle(workflowId).signal('paymentStatus', { eventId: paymentEventId({ endToEndId: 'E2E-C1', caseId: id, status: 'confirmed' }) }); // its first life heard it; this delivery was late
    await paidAnew(id, 'E2E-C2');
    await house.client.workflow.getHandle(workflowId).result();
    const again = async () => sql<{ state: string }>(house.db, `select state from outbox where case_id = :id and kind = 'signal-workflow' and payload #>> '{input,eventId}' like '%/returned'`, { id });
    await sql(house.db, `update outbox set state = 'waiting', available_at = clock_timestamp() where case_id = :id and kind = 'signal-workflow' and payload #>> '{input,eventId}' like '%/returned'`, { id });
    await expect.poll(again, { timeout: 20_000 }).toEqual([{ state: 'refused' }]);
    expect(await reopenings(id)).toBe(1);
    expect((await house.caseWhen(id, () => true)).case.state).toBe('paid');
  });
});
