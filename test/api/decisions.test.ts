import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import type { Invoice } from '../../domain/model/invoice.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';
import { unzip } from '../support/zip.ts';
import type { ApiClient } from './client.ts';
import { conforms, serveApi, type ServedApi } from './house.ts';

const consulting = (price: string): Invoice => billed({ lines: [{ quantity: '1', price, costCentre: 'CC-6000', name: 'Web hosting' }] });

describeWithServices('decisions over HTTP, on the real server and worker', () => {
  let house: House;
  let api: ServedApi;
  const as = (person: string): Promise<ApiClient> => api.as(person);

  beforeAll(async () => {
    house = await openHouse();
    api = await serveApi({ db: house.db, client: house.client, stateDir: house.settings.stateDir });
    await house.startWorker();
  });
  afterAll(async () => {
    api.close();
    await house.dispose();
  });

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
    const page = await approver.get(`/v1/approvals/${task.id}`);
    conforms(api.operations, 'getApproval', page);
    expect(page.body).toMatchObject({ mine: { offered: true }, checked: { payee: { account: { status: 'verified' } }, coding: [{ costCentre: 'CC-6000' }] } });
    expect(page.body.checked.payee.daysSinceChange).toBeGreaterThan(0);

    expect(await approver.post(path, { body: { ...shown, decisionHash: '0'.repeat(64) } })).toMatchObject({ status: 409, body: { code: 'stale-version' } });
    expect(await (await as('anna.berg')).post(path, { body: shown })).toMatchObject({ status: 403 });
    const key = randomUUID();
    const first = await approver.post(path, { body: shown, key });
    expect(first, first.text).toMatchObject({ status: 200, body: { state: 'accepted', decision: 'approve', approval: task.id, case: id } });
    conforms(api.operations, 'decideApproval', first);
    const replayed = await approver.post(path, { body: shown, key });
    expect(replayed).toMatchObject({ status: 200, body: first.body });
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
    expect(await approver.post(path, { body: shown })).toMatchObject({ status: 200, body: { id: first.body.id, effect: 'recorded' } });
    expect(await approver.post(path, { body: { ...shown, reason: 'Checked with the cost centre' } }), 'with another comment').toMatchObject({ status: 200, body: { id: first.body.id, effect: 'recorded' } });
    expect(await (await as('nora.falk')).post(path, { body: shown }), 'a colleague who says the same').toMatchObject({ status: 409, body: { code: 'already-decided', detail: 'This was decided in the meantime.' } });
    expect(await (await as('nora.falk')).post(path, { body: shown, key }), 'a colleague who happens to use the same key').toMatchObject({ status: 409, body: { code: 'already-decided' } });
    expect(await approver.post(path, { body: { ...shown, onBehalfOf: 'nora.falk' } }), 'now for somebody else').toMatchObject({ status: 409, body: { code: 'already-decided' } });
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
    expect(await (await as('ines.koch')).post(path, { body }), 'a colleague who says the same').toMatchObject({ status: 409, body: { code: 'already-decided' } });
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

  it('F12: approve and reject in the same moment, many times: exactly one counts, the other hears 409', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, (_, index) => submitted(consulting(`${200 + index}.00`))));
    const approver = await as('karl.brandt');
    const rounds = await Promise.all(
      ids.map(async (id) => {
        await awaiting(id, 'approval');
        const task = await openTask(id);
        const path = `/v1/approvals/${task.id}/decision`;
        const said = [{ decision: 'approve', decisionHash: task.decisionHash }, { decision: 'reject', decisionHash: task.decisionHash, reasonCode: 'PRI', target: 'supplier' }];
        return Promise.all(said.map((body) => approver.post(path, { body })));
      }),
    );
    for (const answers of rounds) expect(answers.map(({ status }) => status).sort(), JSON.stringify(answers.map(({ body }) => body))).toEqual([200, 409]);
  });

  it('a batch is judged item by item', async () => {
    const ids = await Promise.all([submitted(consulting('310.00')), submitted(consulting('311.00'))]);
    const tasks = await Promise.all(ids.map(async (id) => awaiting(id, 'approval').then(() => openTask(id))));
    const answer = await (await as('karl.brandt')).post('/v1/decisions:batch', { body: { items: tasks.map(({ id, decisionHash }) => ({ approval: id, decision: 'approve', decisionHash })) } });
    conforms(api.operations, 'decideBatch', answer);
    expect(answer.body.results.map(({ status }: { status: number }) => status)).toEqual([200, 200]);
  });

  it('the evidence pack verifies offline with its own public key, and holds what was decided', async () => {
    const id = await submitted(consulting('420.00'));
    await awaiting(id, 'approval');
    const task = await openTask(id);
    await (await as('karl.brandt')).post(`/v1/approvals/${task.id}/decision`, { body: { decision: 'approve', decisionHash: task.decisionHash } });
    await awaiting(id, 'posted');
    const auditor = await as('arne.holt');
    expect((await (await as('petra.lang')).get(`/v1/invoices/${id}/evidence`)).status).toBe(403);
    const answer = await auditor.get(`/v1/invoices/${id}/evidence`);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.headers.get('content-type')).toBe('application/zip');
    const files = unzip(answer.body as Buffer);
    expect([...files.keys()]).toEqual(expect.arrayContaining(['README.txt', 'manifest.json', 'audit.json', 'audit.pub', 'decisions.json', 'document/v1/original', 'document/v1/canonical.json', 'postings.json']));
    expect(JSON.parse(files.get('decisions.json')!.toString())[0]).toMatchObject({ person: 'karl.brandt', state: 'accepted', envelope: expect.stringMatching(/^eyJ/) });
    const folder = mkdtempSync(join(tmpdir(), 'kontor-evidence-'));
    for (const name of ['audit.json', 'audit.pub']) writeFileSync(join(folder, name), files.get(name)!);
    const verdict = JSON.parse(execFileSync(process.execPath, ['bin/kontor.mjs', 'audit', 'verify', join(folder, 'audit.json'), '--key', join(folder, 'audit.pub')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as { ok: boolean; events: number; proven: number };
    expect(verdict.ok).toBe(true);
    expect(verdict.proven).toBe(verdict.events);
    rmSync(folder, { recursive: true });
  });
});
