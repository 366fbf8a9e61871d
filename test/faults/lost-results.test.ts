import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { bolts, orderOfBolts, receiptOfBolts } from '../support/bolts.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { payments } from '../support/payments.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { judge } from './invariants.ts';
import { dieAfterStep } from './lost-step.ts';
import { plant } from './plant.ts';
import { pause } from './workday.ts';

/**
 * F2 for every step: the worker dies exactly between the commit of a step and the moment when the process hears of it. The
 * next worker carries the step out again; it has to answer what was recorded, so that the process goes on as if nothing
 * had been, and shows the same as the lists do.
 */
const never = '';
/** Orders whose invoices are posted blocked, with their prices and the ones that are invoiced: equal amounts would be taken for the same document. */
const released = ['4600000921', '20.00', '20.20'] as const;
const reversed = ['4600000922', '30.00', '30.30'] as const;

describeWithServices('a worker that dies between the commit of a step and its end', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  let copy: ReturnType<typeof plant>;
  /** Names the step after which the worker dies. */
  let order: string;
  let worker: ReadyNodeProcess;
  const start = () => house.startWorker({ DIES_AFTER: order }, copy.home);
  const accepted: string[] = [];
  let price = 400;

  beforeAll(async () => {
    copy = plant(dieAfterStep);
    house = await openHouse({ processingLimitMs: 800, erpTimeoutMs: 600 });
    they = people(house);
    order = join(house.settings.stateDir, 'dies-after');
    writeFileSync(order, never);
    worker = await start();
    const orders = [released, reversed];
    await house.sandbox.post('/_sandbox/seed', { companyCode: 'US01', orders: orders.map(([number, price]) => orderOfBolts(number, price)), movements: orders.map(([number]) => receiptOfBolts(number, '100')) });
    await house.firstPoll('DE01');
    await house.firstPoll('US01');
  });
  afterAll(async () => {
    await house.dispose();
    copy.remove();
  });
  afterEach(async () => {
    const { broken } = await judge(house, accepted, 20_000);
    expect(broken).toEqual([]);
  });

  /** The worker dies after its next such step, which `go` sets off, and another one takes its place when `meanwhile` is over. */
  async function dying<Result>(step: string, go: () => Promise<Result>, meanwhile?: () => Promise<unknown>): Promise<Result> {
    writeFileSync(order, step);
    const under = go();
    under.catch(() => undefined);
    expect(await worker.ended).toBe('signal SIGKILL');
    writeFileSync(order, never);
    await meanwhile?.();
    worker = await start();
    return under;
  }
  const enter = async (more = 0) => {
    const { caseId } = await submit(house.db, billed({ lines: [{ quantity: '1', price: `${(price += 7) + more}.00`, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' }));
    accepted.push(caseId);
    return caseId;
  };
  const stage = (id: string, name: string) => house.stage(id, name, 60_000);
  const blockedInApproval = async ([orderNumber, , invoiced]: typeof released | typeof reversed) => {
    const { caseId } = await submit(house.db, bolts(orderNumber, invoiced), { submitter: 'person:emma.price' });
    accepted.push(caseId);
    await stage(caseId, 'approval');
    return caseId;
  };
  const inApproval = async () => {
    const id = await enter();
    await stage(id, 'approval');
    return id;
  };
  const decide = async (id: string, decision: 'approve' | 'reject') => {
    const task = await they.openTask(id);
    return they.decide(id, task.candidatePersons[0]!, decision, { task });
  };
  const shownEverywhere = async (id: string) => {
    const { case: { workflowId }, progress } = await house.caseWhen(id, () => true);
    await expect.poll(() => house.client.workflow.getHandle(workflowId).query('progress'), { timeout: 30_000 }).toEqual(progress);
  };

  it('recordAssessment', async () => {
    const id = await dying('recordAssessment', () => enter());
    await stage(id, 'approval');
    await shownEverywhere(id);
    expect(await decide(id, 'approve')).toMatchObject({ effect: 'complete' });
    await stage(id, 'posted');
    await shownEverywhere(id);
  });

  it('recordAssessment, while the first of two approvers answers already: only the other is asked then', async () => {
    let id = '';
    let said: ReturnType<typeof decide> | undefined;
    await dying('recordAssessment', async () => (id = await enter(1_500)), async () => {
      said = decide(id, 'approve');
      said.catch(() => undefined);
      await pause(500); // it waits at the engine
    });
    expect(await said).toMatchObject({ effect: 'recorded' });
    await shownEverywhere(id);
    expect(await decide(id, 'approve')).toMatchObject({ effect: 'complete' });
    await stage(id, 'posted');
    await shownEverywhere(id);
  });

  it.each([
    ['an approval', 'approve', 'complete', 'posted'],
    ['a rejection', 'reject', 'rejected', 'ended'],
  ] as const)('verifyAndRecordDecision of %s', async (_what, decision, effect, end) => {
    const id = await inApproval();
    expect(await dying('verifyAndRecordDecision', () => decide(id, decision))).toMatchObject({ effect });
    await stage(id, end);
    await shownEverywhere(id);
  });

  it('verifyAndRecordDecision of two people whose answers come in one task: what the first one said counts, once', async () => {
    const id = await inApproval();
    const task = await they.openTask(id);
    const person = task.candidatePersons[0]!;
    const yes = await they.propose(id, { update: 'decide', decision: 'approve', person, task });
    const no = await they.propose(id, { update: 'decide', decision: 'reject', person, task, reasonCode: 'PRI', payload: { target: 'supplier' } });
    await worker.stop();
    const first = they.carry(yes);
    first.catch(() => undefined);
    await pause(500);
    const said = Promise.all([first, outcomeOf(they.carry(no))]);
    said.catch(() => undefined);
    await pause(500); // both wait at the engine, in this order
    writeFileSync(order, 'verifyAndRecordDecision:2');
    worker = await start();
    expect(await worker.ended).toBe('signal SIGKILL');
    writeFileSync(order, never);
    worker = await start();
    const [accepted, other] = await said;
    expect([accepted.effect, other]).toEqual(['complete', 'already-decided']);
    await stage(id, 'posted');
    await shownEverywhere(id);
  });

  it('recordEnd', async () => {
    const id = await inApproval();
    await dying('recordEnd', () => they.withdraw(id, 'anna.berg'));
    await house.ended(id, 'withdrawn');
    await shownEverywhere(id);
  });

  it('postSupplierInvoice', async () => {
    const id = await inApproval();
    await dying('postSupplierInvoice', () => decide(id, 'approve'));
    await stage(id, 'posted');
    await shownEverywhere(id);
  });

  it('postSupplierInvoice that the ERP refuses, and takes when it is asked again: nobody is left with the refusal', async () => {
    const id = await inApproval();
    await house.sandbox.post('/_sandbox/faults', { kind: 'refuse', route: 'erp.invoices.post', times: 1 });
    await dying('postSupplierInvoice', () => decide(id, 'approve'), async () => {
      expect((await house.stage(id, 'refused-by-erp')).progress.exceptions).toMatchObject([{ code: 'counterpart-rejected' }]);
    });
    await stage(id, 'posted');
    await shownEverywhere(id);
    expect(await openExceptionsOf(house.db, id)).toEqual([]);
    expect((await house.caseWhen(id, () => true)).progress.exceptions).toEqual([]);
  });

  it('recordProposal: whoever approves before the run has heard of it is asked to wait, and shown what counts', async () => {
    const pay = payments(house, they);
    accepted.push(await pay.posted('3'));
    const runId = await dying('recordProposal', async () => {
      const opened = await pay.open();
      await stage(opened, 'approval');
      return opened;
    });
    const task = await they.openTask(runId);
    const approves = () => outcomeOf(they.say(runId, { update: 'decide', decision: 'approve', person: 'clara.winter', task }));
    expect(await approves()).toBe('step-in-progress');
    await expect.poll(approves, { timeout: 60_000, interval: 500 }).toBe('accepted');
    await shownEverywhere(runId);
    await they.say(runId, { update: 'cancel', decision: 'cancel', person: 'anna.berg', payload: { reason: 'Only looked' } });
    await house.ended(runId, 'cancelled');
  });

  it('releaseSupplierInvoice', async () => {
    const id = await blockedInApproval(released);
    await dying('releaseSupplierInvoice', async () => {
      while ((await decide(id, 'approve')).effect !== 'complete');
    });
    await house.caseWhen(id, ({ progress }) => progress.postings.some(({ status }) => status === 'released'), 60_000);
    await shownEverywhere(id);
  });

  it('reverseSupplierInvoice', async () => {
    const id = await blockedInApproval(reversed);
    await dying('reverseSupplierInvoice', () => decide(id, 'reject'));
    await house.ended(id, 'rejected', 60_000);
    await shownEverywhere(id);
  });
});
