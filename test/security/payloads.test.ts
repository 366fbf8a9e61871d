import { execFile } from 'node:child_process';
import { Client, WorkflowFailedError } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { dataConverter } from '../../temporal-config/converter.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { auditOf } from '../support/evidence.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

const energy = (price: string) => billed({ lines: [{ quantity: '1', price, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });

describeWithServices('S16: plaintext from around the API, while payloads are encrypted', () => {
  let house: House;
  let plain: Client;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse({
      encrypted: true,
      processingLimitMs: 10_000,
      erpTimeoutMs: 8_000,
      set: (shipped) => ({ ...shipped, persons: [...shipped.persons, { id: 'olga.pohl', employeeId: 'E-9001', name: 'Olga Pohl', active: true, roles: [{ entity: '*', role: 'operator' }] }] }),
    });
    plain = new Client({ connection: house.client.connection, namespace: house.settings.namespace, dataConverter: writingPlain(house) });
    they = people(house);
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  async function asked(price: string) {
    const { caseId, workflowId } = await submit(house.db, energy(price));
    await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'approval');
    return { caseId, workflowId };
  }
  const exceptionsOf = async (caseId: string) => (await openExceptionsOf(house.db, caseId)).map(({ code, ownerRole, origin }) => ({ code, ownerRole, origin }));
  const technical = { code: 'payload-plaintext', ownerRole: 'operator', origin: 'technical' };

  async function approveAll(caseId: string): Promise<void> {
    for (;;) {
      const task = await they.openTask(caseId);
      if ((await they.decide(caseId, task.candidatePersons[0] ?? 'karl.brandt', 'approve', { task })).effect === 'complete') return;
    }
  }

  it('signals are dropped and become one exception with an owner; the case goes on, and the owner closes it', async () => {
    const { caseId, workflowId } = await asked('410.00');
    const before = await house.caseWhen(caseId, () => true);
    for (const eventId of ['invented', 'another']) await plain.workflow.getHandle(workflowId).signal('paymentStatus', { eventId });
    await expect.poll(() => exceptionsOf(caseId), { timeout: 30_000 }).toEqual([technical]);
    await plain.workflow.getHandle(workflowId).signal('paymentStatus', { eventId: 'third' });
    await approveAll(caseId);
    await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'posted');
    expect(await exceptionsOf(caseId)).toEqual([technical]);
    const actions = await auditOf(house.db, caseId);
    expect(actions.filter((action) => action === 'message.refused')).toHaveLength(1);
    expect(before.progress.exceptions).toEqual([]);
    expect(await outcomeOf(they.resolve(caseId, 'olga.pohl', 'retry'))).toBe('accepted');
    expect(await exceptionsOf(caseId)).toEqual([]);
    const after = await house.caseWhen(caseId, () => true);
    expect(after.case).toMatchObject({ state: 'running', stage: 'posted' });
    expect(await house.client.workflow.getHandle(workflowId).query('progress')).toEqual(after.progress);
  });

  it('updates and queries are refused with the reason, and leave nothing', async () => {
    const { caseId, workflowId } = await asked('411.00');
    for (const update of ['decide', 'resolveException', 'correct', 'withdraw']) expect(await outcomeOf(plain.workflow.getHandle(workflowId).executeUpdate(update, { args: [{ decisionId: 'd-invented' }] }))).toBe('payload-plaintext');
    await expect(plain.workflow.getHandle(workflowId).query('progress', { invented: true })).rejects.toThrow('Encoded failure');
    expect(await exceptionsOf(caseId)).toEqual([]);
    expect(await outcomeOf(they.withdraw(caseId, 'anna.berg'))).toBe('accepted');
    await house.caseWhen(caseId, ({ case: { state } }) => state === 'withdrawn');
  });

  it('the result of a step that somebody else reports parks the case with an owner, and it goes on when resumed', async () => {
    // The try at once and those on the queue: one of the latter has to be under way.
    await house.sandbox.post('/_sandbox/faults', { kind: 'delay', route: 'erp.vendors.search', times: 3, delayMs: 6_000 });
    const { caseId, workflowId } = await submit(house.db, energy('412.00'));
    const handle = plain.workflow.getHandle(workflowId);
    const pending = async () => (await handle.describe().catch(() => undefined))?.raw.pendingActivities?.[0]?.activityId ?? undefined;
    await expect.poll(pending, { timeout: 30_000 }).toBeDefined();
    await plain.activity.complete({ workflowId, activityId: (await pending())! }, { factsId: 'forged' });
    await expect.poll(() => exceptionsOf(caseId), { timeout: 30_000 }).toEqual([technical]);
    expect(await outcomeOf(they.resolve(caseId, 'olga.pohl', 'retry'))).toBe('accepted');
    await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'approval');
    expect(await exceptionsOf(caseId)).toEqual([]);
  });

  it('a process that is started with it fails at once, where operators see it', async () => {
    const handle = await plain.workflow.start('invoiceToPay', { taskQueue: 'fin-workflows', workflowId: 'ap-invoice/DE01/DE01-99-000001', args: [{ entity: 'DE01', caseId: 'DE01-99-000001', correlationId: 'forged-forged', receivedAt: new Date().toISOString() }] });
    const error = await handle.result().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect(error).toMatchObject({ cause: { type: 'payload-plaintext' } });
    expect((await handle.describe()).status.name).toBe('FAILED');
  });

  it('no workflow task of any of them had to be tried again', async () => {
    const failed: string[] = [];
    for await (const { workflowId } of house.client.workflow.list()) {
      const { events } = await house.client.workflow.getHandle(workflowId).fetchHistory();
      if (events?.some((event) => event.workflowTaskFailedEventAttributes)) failed.push(workflowId);
    }
    expect(failed).toEqual([]);
  });
});

/** Somebody who can read answers and writes in clear. */
function writingPlain({ settings, client }: House): DataConverter {
  const { payloadCodecs, ...converter } = dataConverter(settings, { workflowService: client.workflowService, refused() {} });
  return { ...converter, payloadCodecs: [{ encode: async (payloads) => payloads, decode: async (payloads, context) => payloadCodecs![0]!.decode(payloads, context) }] };
}

describe('in production', () => {
  it('a start without a key ring ends at once with the reason and the way out', async () => {
    const { home } = readSettings();
    const answer = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(process.execPath, ['bin/kontor.mjs', 'start'], { cwd: home, env: { ...process.env, NODE_ENV: 'production', KONTOR_KEY_RING: 'no/such/ring.json' } }, (error, _stdout, stderr) => resolve({ code: error?.code, stderr }));
    });
    expect(answer.code).toBe(1);
    expect(answer.stderr).toContain('there is no key ring at');
    expect(answer.stderr).toContain('kontor keys create');
  });
});
