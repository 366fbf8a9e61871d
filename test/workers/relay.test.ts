import { WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, RetryState } from '@temporalio/common';
import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { inTransaction, sql } from '../../db/client.ts';
import { enqueue, type Message } from '../../db/repositories/outbox.ts';
import { startRelay } from '../../workers/relay.ts';
import { aCase, useDatabase } from '../db/fixtures.ts';
import { describeWithDatabase } from '../support/services.ts';

/** The engine as the relay meets it: what each process answers to an update is the test's to say. */
function engine(answer: (workflowId: string, updateId: string) => Promise<unknown>) {
  const started: string[] = [];
  const asked: string[] = [];
  const client = {
    withDeadline: (_deadline: number, work: () => Promise<unknown>) => work(),
    workflow: {
      start: (_type: string, { workflowId }: { workflowId: string }) => Promise.resolve(void started.push(workflowId)),
      getHandle: (workflowId: string) => ({ signal: () => Promise.resolve(), executeUpdate: (_name: string, { updateId }: { updateId: string }) => (asked.push(updateId), answer(workflowId, updateId)) }),
    },
  };
  return { client: client as unknown as Client, started, asked };
}

describeWithDatabase('the relay', () => {
  const own = useDatabase();
  const message = (kind: Message['kind'], key: string): Message => ({ entity: 'DE01', kind, key, workflowId: `w-${key}`, payload: kind === 'update-workflow' ? { update: 'decide', input: {} } : { workflow: 'invoiceToPay', queue: 'q', input: {} } });
  const send = (...messages: Message[]) => inTransaction(own.db, async (trx) => {
    for (const one of messages) await enqueue(trx, one);
  });
  const states = async () => Object.fromEntries((await sql<{ key: string; state: string }>(own.db, `select key, state from outbox`)).map(({ key, state }) => [key, state]));
  const parts = (client: Client) => ({ db: own.db, databaseUrl: own.url, client, logger: pino({ enabled: false }) });

  it('a process that does not answer holds up its own decision only', async () => {
    let answers: () => void = () => undefined;
    const silence = new Promise<void>((resolve) => (answers = resolve));
    const { client, started } = engine(() => silence);
    const relay = await startRelay(parts(client));
    await send(message('update-workflow', 'stuck'));
    await vi.waitFor(async () => expect((await sql<{ attempts: number }>(own.db, `select attempts from outbox where key = 'stuck'`))[0]!.attempts).toBe(1));
    await send(message('start-workflow', 'new'));
    await vi.waitFor(async () => expect(await states()).toMatchObject({ new: 'done', stuck: 'waiting' }), 5_000);
    expect(started).toEqual(['w-new']);
    answers();
    await vi.waitFor(async () => expect(await states()).toMatchObject({ stuck: 'done' }), 5_000);
    await relay.stop();
  });

  it('a decision whose step could not be recorded for minutes is not refused: nobody knows yet what became of it, and it is asked again under another id', async () => {
    const failed = new WorkflowUpdateFailedError('failed', new ActivityFailure('the database was away', 'verifyAndRecordDecision', undefined, RetryState.MAXIMUM_ATTEMPTS_REACHED, undefined, ApplicationFailure.retryable('away', 'database-unavailable')));
    const { client, asked } = engine((_workflow, updateId) => (updateId === 'unsettled' ? Promise.reject(failed) : Promise.resolve({ effect: 'recorded' })));
    const relay = await startRelay(parts(client));
    await send(message('update-workflow', 'unsettled'));
    await vi.waitFor(async () => expect(await states()).toMatchObject({ unsettled: 'done' }), 5_000);
    expect(asked.map((id) => id.split('/')[0])).toEqual(['unsettled', 'unsettled']);
    await relay.stop();
  });

  it('one whose judging fails for a reason that lasts is refused, so that its person hears so and the next one is heard', async () => {
    const failed = new WorkflowUpdateFailedError('failed', new ActivityFailure('a fault', 'verifyAndRecordDecision', undefined, RetryState.NON_RETRYABLE_FAILURE, undefined, ApplicationFailure.nonRetryable('gone', 'unknown-resource')));
    const { client, asked } = engine(() => Promise.reject(failed));
    const relay = await startRelay(parts(client));
    await send(message('update-workflow', 'faulty'));
    await vi.waitFor(async () => expect(await states()).toMatchObject({ faulty: 'refused' }), 5_000);
    expect(asked).toEqual(['faulty']);
    await relay.stop();
  });

  it('one whose judging fails for a reason that nobody knows, as in a failover, is brought again some times before that', async () => {
    const failed = new WorkflowUpdateFailedError('failed', new ActivityFailure('a fault', 'verifyAndRecordDecision', undefined, RetryState.NON_RETRYABLE_FAILURE, undefined, ApplicationFailure.nonRetryable('read only', 'internal-error')));
    let isAway = true;
    const { client } = engine(() => (isAway ? Promise.reject(failed) : Promise.resolve({ effect: 'recorded' })));
    const relay = await startRelay(parts(client));
    await send(message('update-workflow', 'failover'));
    await vi.waitFor(async () => expect((await sql<{ attempts: number }>(own.db, `select attempts from outbox where key = 'failover'`))[0]!.attempts).toBeGreaterThan(0));
    expect(await states()).toMatchObject({ failover: 'waiting' });
    isAway = false;
    await vi.waitFor(async () => expect(await states()).toMatchObject({ failover: 'done' }), 10_000);
    await relay.stop();
  });

  it('what the process refused is refused', async () => {
    const caseId = await aCase(own.db, 'refused');
    await sql(own.db, `update outbox set state = 'done' where state = 'waiting'`);
    const { client } = engine(() => Promise.reject(new WorkflowUpdateFailedError('failed', ApplicationFailure.nonRetryable('Too late.', 'already-decided'))));
    const relay = await startRelay(parts(client));
    await send({ ...message('update-workflow', 'late'), caseId });
    await vi.waitFor(async () => expect(await states()).toMatchObject({ late: 'refused' }), 5_000);
    await relay.stop();
  });
});
