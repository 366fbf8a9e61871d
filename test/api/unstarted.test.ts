import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithDatabase, describeWithServices } from '../support/services.ts';
import { openApi, serveApi, type ApiHouse, type ServedApi } from './house.ts';

const consulting = (price: string) => billed({ lines: [{ quantity: '1', price, costCentre: 'CC-6000', name: 'Web hosting' }] });

describeWithServices('a decision on what the relay has not started yet, or what nobody runs any more', () => {
  let house: House;
  let api: ServedApi;

  beforeAll(async () => {
    house = await openHouse();
    api = await serveApi({ db: house.db, client: house.client, stateDir: house.settings.stateDir, patienceMs: 300 });
  });
  afterAll(async () => {
    api.close();
    await house.dispose();
  });

  const messageOf = async (decision: string) => (await sql<{ state: string; attempts: number; last_error: string | null }>(house.db, `select state, attempts, last_error from outbox where kind = 'update-workflow' and key = :decision`, { decision }))[0]!;

  /** The message is due, after so many tries; answers it as the relay left it. */
  async function carriedOn(decision: string, attempts: number) {
    await sql(house.db, `update outbox set attempts = :attempts, last_error = null, available_at = now() where kind = 'update-workflow' and key = :decision`, { decision, attempts });
    await expect.poll(async () => (await messageOf(decision)).last_error, { timeout: 30_000 }).not.toBeNull();
    return messageOf(decision);
  }

  it('is kept while no worker runs, and counts once there is one: nothing is posted, nothing is paid', async () => {
    const clerk = await api.as('anna.berg');
    const accepted = await clerk.post('/v1/invoices', { body: consulting('440.00') });
    const opened = await clerk.post('/v1/payment-runs', { body: { entity: 'DE01' } });
    expect([accepted.status, opened.status]).toEqual([202, 202]);
    const { id, documentHash } = accepted.body as { id: string; documentHash: string };
    const { id: run } = opened.body as { id: string };
    const withdrawn = await clerk.post(`/v1/invoices/${id}/withdrawal`, { body: { documentHash } });
    const cancelled = await clerk.post(`/v1/payment-runs/${run}/cancellation`, { body: { reason: 'Opened on the wrong day' } });
    for (const answer of [withdrawn, cancelled]) {
      expect(answer, answer.text).toMatchObject({ status: 202, body: { state: 'proposed' } });
      expect(await messageOf(answer.body.id as string)).toMatchObject({ state: 'waiting' });
    }
    await house.startWorker();
    await house.ended(id, 'withdrawn');
    await house.ended(run, 'cancelled');
    for (const answer of [withdrawn, cancelled]) expect(await clerk.get(answer.headers.get('location')!)).toMatchObject({ body: { state: 'accepted' } });
    expect(await sql(house.db, `select 1 from audit_events where case_id = :id and event like '%"invoice.posting"%'`, { id })).toEqual([]);
  });

  it('is refused in the end, and told of, when its process is gone though its case is open; but not while a start waits', async () => {
    const clerk = await api.as('anna.berg');
    const { id, documentHash } = (await clerk.post('/v1/invoices', { body: consulting('441.00') })).body as { id: string; documentHash: string };
    const { case: found } = await house.stage(id, 'approval');
    await house.client.workflow.getHandle(found.workflowId).terminate('the test');
    const kept = await clerk.post(`/v1/invoices/${id}/withdrawal`, { body: { documentHash } });
    expect(kept, kept.text).toMatchObject({ status: 202, body: { state: 'proposed' } });
    const decision = kept.body.id as string;

    expect(await carriedOn(decision, 0)).toMatchObject({ state: 'waiting' });
    await sql(house.db, `insert into outbox (entity, case_id, kind, key, workflow_id, payload, available_at) values ('DE01', :id, 'start-workflow', 'again', :workflowId, '{}', now() + interval '1 hour')`, { id, workflowId: found.workflowId });
    expect(await carriedOn(decision, 50)).toMatchObject({ state: 'waiting', attempts: 51 });
    await sql(house.db, `delete from outbox where key = 'again'`);
    await carriedOn(decision, 50);
    await expect.poll(async () => (await messageOf(decision)).state, { timeout: 30_000 }).toBe('refused');
    expect(await clerk.get(kept.headers.get('location')!)).toMatchObject({ body: { state: 'refused', refusal: { code: 'process-missing' } } });
    const [told] = readFileSync(join(house.processes.folder, 'logs', 'worker.log'), 'utf8').split('\n').filter((line) => line.includes('its process is gone'));
    expect(JSON.parse(told!)).toMatchObject({ caseId: id, workflowId: found.workflowId, correlationId: kept.headers.get('x-correlation-id') });
  });
});

describeWithDatabase('a decision that the process engine knows no process for', () => {
  let api: ApiHouse;
  let served: ServedApi;
  let meanwhile: () => Promise<unknown>;

  beforeAll(async () => {
    api = await openApi();
    const missing = { executeUpdate: () => meanwhile().then(() => Promise.reject(new WorkflowNotFoundError('workflow not found', 'w', undefined))) };
    const client = { options: { namespace: 'none' }, withDeadline: (_: number, work: () => unknown) => work(), workflow: { getHandle: () => missing } } as unknown as Client;
    served = await serveApi({ db: api.db, client, stateDir: api.stateDir, patienceMs: 300 });
  });
  afterAll(async () => {
    served.close();
    await api.dispose();
  });

  async function withdrawal(closes: boolean) {
    const { caseId, documentHash } = await submit(api.db, consulting('442.00'));
    await sql(api.db, `update outbox set state = 'done' where case_id = :caseId and kind = 'start-workflow'`, { caseId });
    meanwhile = () => sql(api.db, `update cases set closed_at = :at where id = :caseId`, { caseId, at: closes ? new Date().toISOString() : null });
    return (await served.as('lars.thoma')).post(`/v1/invoices/${caseId}/withdrawal`, { body: { documentHash } });
  }

  it('is kept while its case is open', async () => {
    expect(await withdrawal(false)).toMatchObject({ status: 202, body: { state: 'proposed' } });
  });

  it('is refused at once when its case has been closed meanwhile', async () => {
    expect(await withdrawal(true)).toMatchObject({ status: 409, body: { code: 'already-decided' } });
  });
});
