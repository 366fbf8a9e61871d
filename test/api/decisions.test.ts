import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';
import { apiClient, tokenOf, type ApiClient } from './client.ts';

const consulting = (price: string): Invoice => billed({ lines: [{ quantity: '1', price, costCentre: 'CC-6000', name: 'Web hosting' }] });

describeWithServices('decisions over HTTP, on the real server and worker', () => {
  let house: House;
  let url: string;
  const as = async (person: string): Promise<ApiClient> => apiClient(url, await tokenOf(house.settings.stateDir, person));

  beforeAll(async () => {
    house = await openHouse();
    const [api] = await Promise.all([house.startApi(), house.startWorker()]);
    url = `http://127.0.0.1:${String(api.ready['port'])}`;
  });
  afterAll(() => house.dispose());

  async function submitted(invoice: Invoice): Promise<string> {
    const answer = await (await as('anna.berg')).post('/v1/invoices', { body: invoice });
    expect(answer.status, answer.text).toBe(202);
    return answer.body.id as string;
  }
  const awaiting = (id: string, stage: string) => house.caseWhen(id, (found) => found.case.stage === stage);
  const openTask = async (id: string) => (await tasksOf(house.db, id, 'open'))[0]!;

  it('an approver decides on the version that was shown; the same again changes nothing, another version and a conflicting word are 409', async () => {
    const id = await submitted(consulting('400.00'));
    await awaiting(id, 'approval');
    const task = await openTask(id);
    const approver = await as(task.candidatePersons[0] ?? 'karl.brandt');
    const path = `/v1/approvals/${task.id}/decision`;
    const shown = { decision: 'approve', decisionHash: task.decisionHash };

    expect(await approver.post(path, { body: { ...shown, decisionHash: '0'.repeat(64) } })).toMatchObject({ status: 409, body: { code: 'stale-version' } });
    expect(await (await as('anna.berg')).post(path, { body: shown })).toMatchObject({ status: 403 });
    const key = randomUUID();
    const first = await approver.post(path, { body: shown, key });
    expect(first, first.text).toMatchObject({ status: 200, body: { state: 'accepted', decision: 'approve', approval: task.id, case: id } });
    const replayed = await approver.post(path, { body: shown, key });
    expect(replayed).toMatchObject({ status: 200, body: first.body });
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
    expect(await approver.post(path, { body: shown })).toMatchObject({ status: 200, body: { id: first.body.id, effect: 'recorded' } });
    expect(await approver.post(path, { body: { ...shown, decision: 'reject', reasonCode: 'PRI', target: 'supplier' } })).toMatchObject({ status: 409, body: { code: 'already-decided' } });
    expect(await approver.get(`/v1/decisions/${String(first.body.id)}`)).toMatchObject({ status: 200, body: { state: 'accepted' } });
    expect((await approver.get('/v1/decisions')).body.items.map((entry: { id: string }) => entry.id)).toContain(first.body.id);
  });

  it('an exception is overridden with a reason by somebody who may; a stranger is refused and the case goes on', async () => {
    const id = await submitted(billed({ lines: [{ orderNumber: '4500000116', orderLine: '10', quantity: '2', price: '44.00' }] }));
    await awaiting(id, 'exception');
    const exception = (await openExceptionsOf(house.db, id))[0]!;
    const path = `/v1/exceptions/${exception.id}/resolution`;
    const body = { resolution: 'override', reason: 'Agreed with the supplier by phone' };
    expect(await (await as('anna.berg')).post(path, { body })).toMatchObject({ status: 403, body: { code: 'duties-conflict' } });
    const lead = await as('lars.thoma');
    expect(await lead.post(path, { body })).toMatchObject({ status: 200, body: { effect: 'resumed' } });
    await house.caseWhen(id, ({ case: { stage } }) => stage === 'approval' || stage === 'posted');
    expect(await lead.post(path, { body: { ...body, reason: 'Another reason' } })).toMatchObject({ status: 409, body: { code: 'already-decided' } });
  });

  it('a correction is for the version that was seen; a withdrawal ends the case', async () => {
    const id = await submitted(consulting('410.00'));
    const found = await awaiting(id, 'approval');
    const clerk = await as('anna.berg');
    expect(await clerk.post(`/v1/invoices/${id}/correction`, { body: { documentHash: 'f'.repeat(64), correction: { dueDate: '2026-12-31' } } })).toMatchObject({ status: 409, body: { code: 'stale-version' } });
    expect(await clerk.post(`/v1/invoices/${id}/correction`, { body: { documentHash: found.case.documentHash, correction: { dueDate: '2026-12-31' } } })).toMatchObject({ status: 200, body: { effect: 'corrected' } });
    await house.caseWhen(id, ({ case: { dueDate, stage } }) => dueDate === '2026-12-31' && stage === 'approval');
    expect(await clerk.post(`/v1/invoices/${id}/withdrawal`, { body: { documentHash: found.case.documentHash } })).toMatchObject({ status: 200, body: { effect: 'withdrawn' } });
    await house.caseWhen(id, ({ case: { state } }) => state === 'withdrawn');
    expect(await clerk.post(`/v1/invoices/${id}/withdrawal`, { body: { documentHash: found.case.documentHash } })).toMatchObject({ status: 200, body: { effect: 'recorded' } });
  });
});
