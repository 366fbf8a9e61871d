import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, WorkflowFailedError } from '@temporalio/client';
import { RawValue, type DataConverter } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { dataConverter } from '../../temporal-config/converter.ts';
import { createKeyRing } from '../../temporal-config/key-ring.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { bundleWorkflows } from '../../workers/bundle.ts';
import { auditOf } from '../support/evidence.ts';
import { replay } from '../support/histories.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { outcomeOf, people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

const energy = (price: string) => billed({ lines: [{ quantity: '1', price, name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });

describeWithServices('S16: plaintext and keys that nobody knows, from around the API, while payloads are encrypted', () => {
  let house: House;
  let plain: Client;
  let foreign: Client;
  let worker: ReadyNodeProcess;
  let code: string | undefined;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse({
      encrypted: true,
      processingLimitMs: 10_000,
      erpTimeoutMs: 8_000,
      set: (shipped) => ({ ...shipped, persons: [...shipped.persons, { id: 'olga.pohl', employeeId: 'E-9001', name: 'Olga Pohl', active: true, roles: [{ entity: '*', role: 'operator' }] }] }),
    });
    plain = new Client({ connection: house.client.connection, namespace: house.settings.namespace, dataConverter: writingPlain(house) });
    foreign = writingWithAnotherRing(house);
    they = people(house);
    worker = await house.startWorker();
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

  /** Somebody answers for the step that reads the facts, while the ERP is slow. */
  async function forgedResult(price: string, by: Client) {
    // The try at once and those on the queue: one of the latter has to be under way.
    await house.sandbox.post('/_sandbox/faults', { kind: 'delay', route: 'erp.vendors.search', times: 3, delayMs: 6_000 });
    const { caseId, workflowId } = await submit(house.db, energy(price));
    const pending = async () => (await house.client.workflow.getHandle(workflowId).describe().catch(() => undefined))?.raw.pendingActivities?.[0]?.activityId ?? undefined;
    await expect.poll(pending, { timeout: 30_000 }).toBeDefined();
    await by.activity.complete({ workflowId, activityId: (await pending())! }, { factsId: 'forged' });
    await house.sandbox.clearFaults();
    return { caseId, workflowId };
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
    const { caseId } = await forgedResult('412.00', plain);
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

  const unreadable = { ...technical, code: 'payload-key-unknown' };
  const replayed = async (workflowId: string) => {
    const converter = dataConverter(house.settings, { workflowService: house.client.workflowService, refused() {}, marks: true });
    code ??= (await bundleWorkflows(converter)).code;
    const history = await house.client.workflow.getHandle(workflowId).fetchHistory();
    return replay(code, [{ workflowId, history }], { namespace: house.settings.namespace, dataConverter: converter });
  };
  /** By a worker that has another ring alone. */
  const replayedElsewhere = async (workflowId: string) => {
    const converter = dataConverter({ ...house.settings, keyRingFile: foreignRing(house) }, { workflowService: house.client.workflowService, refused() {}, marks: true });
    const history = await house.client.workflow.getHandle(workflowId).fetchHistory();
    return replay(code ?? '', [{ workflowId, history }], { namespace: house.settings.namespace, dataConverter: converter });
  };
  const signalsOf = async (workflowId: string) => {
    const { events } = await house.client.workflow.getHandle(workflowId).fetchHistory();
    return events!.filter((event) => event.workflowExecutionSignaledEventAttributes).length;
  };

  /** As it was sent. */
  const lastSignalOf = async (workflowId: string) => {
    const { events } = await house.client.workflow.getHandle(workflowId).fetchHistory();
    return events!.flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => signal?.input?.payloads ?? []).at(-1)!;
  };

  it('signals under a key that nobody knows wait with one exception while the case goes on; the owner dismisses them with a reason', async () => {
    const { caseId, workflowId } = await asked('413.00');
    for (const eventId of ['invented', 'another']) await foreign.workflow.getHandle(workflowId).signal('paymentStatus', { eventId });
    await expect.poll(() => exceptionsOf(caseId), { timeout: 30_000 }).toEqual([unreadable]);
    await approveAll(caseId);
    await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'posted');
    await expect.poll(async () => (await openExceptionsOf(house.db, caseId))[0]?.source['messages'], { timeout: 30_000 }).toHaveLength(2);
    expect(await outcomeOf(they.resolve(caseId, 'olga.pohl', 'retry'))).toBe('message-unreadable');
    expect(await outcomeOf(they.resolve(caseId, 'anna.berg', 'override'))).toBe('not-permitted');
    expect(await exceptionsOf(caseId)).toEqual([unreadable]);
    expect(await outcomeOf(they.resolve(caseId, 'olga.pohl', 'override'))).toBe('accepted');
    expect(await exceptionsOf(caseId)).toEqual([]);
    expect(await auditOf(house.db, caseId)).toEqual(expect.arrayContaining(['message.refused', 'decision.refused', 'invoice.exception-closed']));
    expect(await signalsOf(workflowId)).toBe(2);
    expect(await replayed(workflowId)).toEqual([undefined]);
  });

  it('updates under such a key are refused and leave nothing; the result of a step under it parks the case', async () => {
    const { caseId, workflowId } = await asked('414.00');
    expect(await outcomeOf(foreign.workflow.getHandle(workflowId).executeUpdate('withdraw', { args: [{ decisionId: 'd-invented' }] }))).toBe('payload-key-unknown');
    expect(await exceptionsOf(caseId)).toEqual([]);
    const struck = await forgedResult('415.00', foreign);
    await expect.poll(() => exceptionsOf(struck.caseId), { timeout: 30_000 }).toEqual([unreadable]);
    expect(await outcomeOf(they.resolve(struck.caseId, 'olga.pohl', 'retry'))).toBe('accepted');
    await house.caseWhen(struck.caseId, ({ case: { stage } }) => stage === 'approval');
    expect(await replayed(struck.workflowId)).toEqual([undefined]);
  });

  it('a key that comes back changes nothing of what was done without it: processes go on, and a retry lets the message in', async () => {
    const { caseId, workflowId } = await asked('416.00');
    await foreign.workflow.getHandle(workflowId).signal('goodsReceived', { eventId: 'under the new key' });
    await expect.poll(() => exceptionsOf(caseId), { timeout: 30_000 }).toEqual([unreadable]);
    const struck = await forgedResult('417.00', foreign);
    await expect.poll(() => exceptionsOf(struck.caseId), { timeout: 30_000 }).toEqual([unreadable]);
    const copied = await asked('418.00');
    await plain.workflow.getHandle(copied.workflowId).signal('goodsReceived', RawValue.fromPayload(await lastSignalOf(workflowId)));
    await expect.poll(() => exceptionsOf(copied.caseId), { timeout: 30_000 }).toEqual([unreadable]);

    const ring = JSON.parse(readFileSync(house.settings.keyRingFile, 'utf8')) as { keys: unknown[] };
    const theirs = JSON.parse(readFileSync(foreignRing(house), 'utf8')) as { keys: unknown[] };
    writeFileSync(house.settings.keyRingFile, JSON.stringify({ ...ring, keys: [...theirs.keys, ...ring.keys] }));
    await worker.kill();
    worker = await house.startWorker();
    expect(await replayed(workflowId)).toEqual([undefined]);
    expect(await replayed(struck.workflowId)).toEqual([undefined]);
    expect(await replayed(copied.workflowId), 'its key opens it and shows that it is of another process').toEqual([undefined]);
    expect(await outcomeOf(they.resolve(copied.caseId, 'olga.pohl', 'retry'))).toBe('message-unreadable');
    expect(await outcomeOf(they.resolve(copied.caseId, 'olga.pohl', 'override'))).toBe('accepted');
    expect(await outcomeOf(they.resolve(caseId, 'olga.pohl', 'retry'))).toBe('accepted');
    await expect.poll(() => signalsOf(workflowId), { timeout: 30_000 }).toBe(2);
    await approveAll(caseId);
    await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'posted');
    expect(await exceptionsOf(caseId)).toEqual([]);
    expect(await outcomeOf(they.resolve(struck.caseId, 'olga.pohl', 'retry'))).toBe('accepted');
    await house.caseWhen(struck.caseId, ({ case: { stage } }) => stage === 'approval');
    for (const id of [workflowId, struck.workflowId]) expect(await replayed(id)).toEqual([undefined]);
    expect(await replayedElsewhere(workflowId)).toEqual([expect.stringContaining('workflow task failure')]);
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

const foreignRing = ({ settings }: House) => join(settings.stateDir, 'foreign-keys.json');

/** A ring that this installation does not have: of somebody else, or of a machine that got its new key first. */
function writingWithAnotherRing(house: House): Client {
  const { client: { connection, workflowService }, settings } = house;
  createKeyRing(foreignRing(house), { now: new Date(), switchedOnAt: new Date() });
  const theirs = dataConverter({ ...settings, keyRingFile: foreignRing(house) }, { workflowService, refused() {} }).payloadCodecs![0]!;
  const { payloadCodecs, ...converter } = dataConverter(settings, { workflowService, refused() {} });
  const codec = { encode: theirs.encode, decode: payloadCodecs![0]!.decode };
  return new Client({ connection, namespace: settings.namespace, dataConverter: { ...converter, payloadCodecs: [codec] } });
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
