import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction, sql } from '../../db/client.ts';
import { appendAudit } from '../../db/repositories/audit.ts';
import { openTasks } from '../../db/repositories/approvals.ts';
import { openException } from '../../db/repositories/exceptions.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithDatabase } from '../support/services.ts';
import type { ApiClient } from './client.ts';
import { conforms, openApi, type ApiHouse } from './house.ts';

const hash = 'a'.repeat(64);

describeWithDatabase('inbox, exceptions, audit and figures, without a process engine', () => {
  let api: ApiHouse;
  let lead: ApiClient;
  let karl: ApiClient;
  let caseId: string;

  beforeAll(async () => {
    api = await openApi();
    [lead, karl] = await Promise.all([api.as('lars.thoma'), api.as('karl.brandt')]);
    caseId = (await submit(api.db, billed({ lines: [{ quantity: '1', price: '100.00' }] }))).caseId;
  });
  afterAll(() => api.dispose());

  async function task(changes: { role?: string; dueInHours?: number; case?: string; title?: string } = {}): Promise<string> {
    const id = `${changes.case ?? caseId}-t-${randomUUID().slice(0, 8)}`;
    const dueAt = new Date(Date.now() + (changes.dueInHours ?? 300) * 3_600_000).toISOString();
    await inTransaction(api.db, (trx) =>
      openTasks(trx, [
        { id, entity: 'DE01', case: changes.case ?? caseId, workflowId: `ap-invoice/DE01/${caseId}`, kind: 'approval', step: '1-team-lead', candidateRole: changes.role ?? 'team-lead', candidatePersons: [], dueAt, why: 'Up to 1000 EUR the team lead approves.', policyVersion: 'matrix@1', title: changes.title ?? 'Invoice', documentHash: hash, decisionHash: hash, documentVersion: 1, amount: { currency: 'EUR', minor: '11900' } },
      ]),
    );
    return id;
  }

  async function exception(changes: { entity?: string; case?: string } = {}): Promise<string> {
    const id = `x-${randomUUID().slice(0, 8)}`;
    const dueAt = new Date(Date.now() + 3_600_000).toISOString();
    await inTransaction(api.db, (trx) =>
      openException(trx, { id, entity: changes.entity ?? 'DE01', origin: changes.case ? 'process' : 'intake', code: 'price-variance', reasonCode: 'PRI', title: 'Above the order', findings: [], ownerRole: 'buyer', dueAt, ...(changes.case ? { case: changes.case, workflowId: `ap-invoice/DE01/${changes.case}` } : {}) }),
    );
    return id;
  }

  it('the inbox shows what is mine by urgency, counts it by due state, and pages without a gap or a repeat while rows arrive', async () => {
    const ids = [await task({ dueInHours: -5 }), await task({ dueInHours: 100 }), await task({ dueInHours: 400 }), await task({ dueInHours: 401 })];
    await task({ role: 'controller' });
    const first = await karl.get('/v1/inbox?limit=2&type=approval');
    conforms(api.operations, 'listInbox', first);
    expect(first.body.counts).toEqual({ overdue: 1, today: 0, week: 1, later: 2 });
    await task({ dueInHours: -6 });
    const second = await karl.get(`/v1/inbox?limit=2&type=approval&cursor=${String(first.body.next)}`);
    expect([...first.body.items, ...second.body.items].map((item: { id: string }) => item.id)).toEqual(ids);
    expect(second.body.next).toBeUndefined();
    expect((await karl.get('/v1/inbox?due=overdue')).body.items).toHaveLength(2);
    expect((await (await api.as('emma.price')).get('/v1/inbox')).body.items).toEqual([]);
  });

  it('claim, release, forward, snooze and ask: by those to whom it is offered, each recorded once', async () => {
    const id = await task();
    const nora = await api.as('nora.falk');
    const at = (verb: string) => `/v1/approvals/${id}/${verb}`;
    expect(await (await api.as('petra.lang')).post(at('claim'))).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
    expect(await (await api.as('emma.price')).post(at('claim'))).toMatchObject({ status: 404 });
    const claimed = await karl.post(at('claim'));
    conforms(api.operations, 'claimApproval', claimed);
    expect(claimed).toMatchObject({ status: 200, body: { assignee: 'karl.brandt' } });
    expect((await nora.post(at('claim'))).status).toBe(403);
    expect((await karl.post(at('snooze'), { body: { until: new Date(Date.now() + 7_200_000).toISOString() } })).status).toBe(200);
    expect((await karl.get('/v1/inbox')).body.items.map((item: { id: string }) => item.id)).not.toContain(id);
    expect((await karl.post(at('snooze'), { body: { until: '2020-01-01T00:00:00Z' } })).status).toBe(400);
    const asked = await karl.post(at('comments'), { body: { body: 'Did you order this?', asks: 'ines.koch' } });
    conforms(api.operations, 'commentApproval', asked);
    expect((await karl.post(at('comments'), { body: { body: 'Hello', asks: 'emma.price' } })).status).toBe(400);
    expect((await karl.post(at('forward'), { body: { to: 'emma.price' } })).status).toBe(400);
    expect(await karl.post(at('forward'), { body: { to: 'nora.falk', comment: 'You know this supplier' } })).toMatchObject({ status: 200, body: { assignee: 'nora.falk' } });
    expect((await nora.post(at('release'))).status).toBe(409);
    expect((await karl.post(at('release'))).status).toBe(403);

    const page = await nora.get(`/v1/approvals/${id}`);
    conforms(api.operations, 'getApproval', page);
    expect(page.body).toMatchObject({ mine: { offered: true, onBehalfOf: [] }, amount: { minor: '11900' }, document: { seller: 'Stahlwerk Nordheim GmbH' } });
    expect(page.body.comments.map((entry: { body: string }) => entry.body)).toEqual(['Did you order this?', 'You know this supplier']);
    const actions = await sql<{ action: string }>(api.db, `select action from audit_events where action like 'task.%' order by seq`);
    expect(actions.map(({ action }) => action)).toEqual(['task.claimed', 'task.snoozed', 'task.asked', 'task.forwarded']);
  });

  it('a decision that nobody can judge is kept: 202 with its place; the same key and the same word meet the same decision', async () => {
    const id = await task();
    const asked = { body: { decision: 'approve', decisionHash: hash }, key: randomUUID() };
    const kept = await karl.post(`/v1/approvals/${id}/decision`, asked);
    conforms(api.operations, 'decideApproval', kept);
    expect(kept).toMatchObject({ status: 202, body: { state: 'proposed', person: 'karl.brandt' } });
    const location = kept.headers.get('location') as string;
    expect(location).toBe(`/v1/decisions/${String(kept.body.id)}`);
    const told = await karl.get(location);
    conforms(api.operations, 'getDecision', told);
    expect(told.body.state).toBe('proposed');
    expect((await karl.post(`/v1/approvals/${id}/decision`, asked)).headers.get('idempotency-replayed')).toBe('true');
    const [message] = await sql<{ state: string; key: string }>(api.db, `select state, key from outbox where kind = 'update-workflow' and key = :id`, { id: kept.body.id });
    expect(message?.state).toBe('waiting');
    expect((await (await api.as('emma.price')).get(location)).status).toBe(404);

    await sql(api.db, `delete from requests where key = :key`, { key: asked.key }); // the process died before it answered
    const repeated = await karl.post(`/v1/approvals/${id}/decision`, asked);
    expect(repeated).toMatchObject({ status: 202, body: { id: kept.body.id } });
    expect(repeated.headers.get('idempotency-replayed')).toBe('true');
    expect(await karl.post(`/v1/approvals/${id}/decision`, { ...asked, body: { ...asked.body, decision: 'reject', reasonCode: 'PRI', target: 'supplier' } })).toMatchObject({ status: 422 });
    expect(await sql(api.db, `select 1 from decisions where task_id = :id`, { id })).toHaveLength(1);
  });

  it('F9: one key may be used for two resources: what is asked of the second is done and answered, not what was answered for the first', async () => {
    const key = randomUUID();
    const claims = [await task(), await task()].map((id) => [id, `/v1/approvals/${id}/claim`, { assignee: 'karl.brandt' }] as const);
    const decisions = [await task(), await task()].map((id) => [id, `/v1/approvals/${id}/decision`, { approval: id }] as const);
    const assignments = [await exception({ case: caseId }), await exception({ case: caseId })].map((id) => [id, `/v1/exceptions/${id}/assign`, { id, ownerPerson: 'ines.koch' }] as const);
    for (const [who, body, steps] of [[karl, undefined, claims], [karl, { decision: 'approve', decisionHash: hash }, decisions], [lead, { person: 'ines.koch' }, assignments]] as const) {
      for (const [id, path, answered] of steps) {
        const answer = await who.post(path, { body, key });
        expect([answer.headers.get('idempotency-replayed'), answer.body], path).toEqual([null, expect.objectContaining(answered)]);
        expect(answer.text, path).toContain(id);
      }
    }
    const claimed = await sql<{ assignee: string | null }>(api.db, `select assignee from tasks where id = any (:ids::text[])`, { ids: claims.map(([id]) => id) });
    expect(claimed).toEqual([{ assignee: 'karl.brandt' }, { assignee: 'karl.brandt' }]);
  });

  it('a batch answers each item for itself', async () => {
    const good = await task();
    const answer = await karl.post('/v1/decisions:batch', { body: { items: [{ approval: good, decision: 'approve', decisionHash: hash }, { approval: 'nothing', decision: 'approve', decisionHash: hash }, { approval: await task(), decision: 'approve', decisionHash: 'b'.repeat(64) }] } });
    conforms(api.operations, 'decideBatch', answer);
    expect(answer.body.results).toMatchObject([{ status: 202, receipt: { approval: good } }, { status: 404, problem: { code: 'unknown-resource' } }, { status: 409, problem: { code: 'stale-version' } }]);
    expect(await karl.post('/v1/decisions:batch', { body: { items: [1, 2].map(() => ({ approval: good, decision: 'approve', decisionHash: hash })) } })).toMatchObject({ status: 400 });
  });

  it('exceptions: listed, counted, assigned by those who hand out work, invisible to another company', async () => {
    const id = await exception({ case: caseId });
    for (const [operation, path] of [['listExceptions', '/v1/exceptions?limit=1'], ['countExceptions', '/v1/exceptions:counts'], ['getException', `/v1/exceptions/${id}`]] as const) conforms(api.operations, operation, await lead.get(path));
    expect((await (await api.as('emma.price')).get(`/v1/exceptions/${id}`)).status).toBe(404);
    expect((await (await api.as('emma.price')).post(`/v1/exceptions/${id}/retry`, { body: {} })).status).toBe(404);
    expect((await (await api.as('felix.ott')).post(`/v1/exceptions/${id}/assign`, { body: { person: 'ines.koch' } })).status).toBe(403);
    const assigned = await lead.post(`/v1/exceptions/${id}/assign`, { body: { person: 'ines.koch' } });
    conforms(api.operations, 'assignException', assigned);
    expect(assigned.body.ownerPerson).toBe('ines.koch');
    expect((await lead.post(`/v1/exceptions/${id}/assign`, { body: { person: 'emma.price' } })).status).toBe(400);
    await sql(api.db, `update persons set active = false where id = 'ines.koch'`);
    const gone = await lead.post(`/v1/exceptions/${id}/assign`, { body: { person: 'ines.koch' } });
    expect([gone.status, gone.body.detail]).toEqual([400, expect.stringContaining('not active')]);
    await sql(api.db, `update persons set active = true where id = 'ines.koch'`);
    expect((await lead.post(`/v1/exceptions/${id}/assign`, { body: { person: null } })).body.ownerPerson).toBeUndefined();
    expect(await lead.post(`/v1/exceptions/${id}/resolution`, { body: { resolution: 'override', reason: 'Agreed by phone' } })).toMatchObject({ status: 202 });
    expect(await lead.post(`/v1/exceptions/${id}/resolution`, { body: { resolution: 'override', reason: 'Agreed by phone', decisionHash: hash } })).toMatchObject({ status: 409, body: { code: 'stale-version' } });
  });

  it('what the bank said has no process: its owner, or who hands out work, says what was done, and nobody else', async () => {
    const id = `DE01-bank-${'m'.repeat(70)}-${randomUUID().slice(0, 8)}`;
    const dueAt = new Date(Date.now() + 3_600_000).toISOString();
    await inTransaction(api.db, (trx) => openException(trx, { id, entity: 'DE01', origin: 'payment', code: 'status-unmatched', reasonCode: 'PAY', title: 'A status of nobody', findings: [], ownerRole: 'treasurer', dueAt }));
    const done = { body: { reason: 'The bank took it back by phone' } };
    expect(await (await api.as('ines.koch')).post(`/v1/exceptions/${id}/retry`, done)).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
    expect((await lead.post(`/v1/exceptions/${id}/assign`, { body: { person: 'ines.koch' } })).status).toBe(200);
    expect((await (await api.as('ines.koch')).post(`/v1/exceptions/${id}/assign`, { body: { person: 'petra.lang' } })).status, 'to have it is not to hand it on').toBe(403);
    expect(await lead.post(`/v1/exceptions/${id}/retry`, done)).toMatchObject({ status: 200, body: { state: 'resolved', resolvedBy: 'lars.thoma' } });
    expect((await lead.get('/v1/exceptions?origin=payment')).status).toBe(200);
  });

  it('what an ERP told and nobody can read has no process either: its owner says what was done', async () => {
    const id = `DE01-erp-unread-${randomUUID().slice(0, 8)}`;
    const dueAt = new Date(Date.now() + 3_600_000).toISOString();
    await inTransaction(api.db, (trx) => openException(trx, { id, entity: 'DE01', origin: 'technical', code: 'counterpart-unreadable', reasonCode: 'OTH', title: 'Changes', findings: [], ownerRole: 'operator', dueAt }));
    const operator = await api.as('mira.sanders');
    expect(await operator.post(`/v1/exceptions/${id}/retry`, { body: { reason: 'The feed is mended' } })).toMatchObject({ status: 200, body: { state: 'resolved', resolvedBy: 'mira.sanders' } });
  });

  it('the refused delivery has no process: it is rejected here, never overridden', async () => {
    const id = await exception();
    expect(await lead.post(`/v1/exceptions/${id}/resolution`, { body: { resolution: 'override', reason: 'Take it anyway' } })).toMatchObject({ status: 422, body: { code: 'override-not-allowed' } });
    expect((await lead.post(`/v1/exceptions/${id}/retry`, { body: {} })).status).toBe(404);
    const closed = await lead.post(`/v1/exceptions/${id}/resolution`, { body: { resolution: 'reject', reason: 'Not readable', reasonCode: 'UNR', target: 'supplier' } });
    conforms(api.operations, 'resolveException', closed);
    expect(closed.body).toMatchObject({ state: 'resolved', resolution: 'reject', resolvedBy: 'lars.thoma' });
    expect(await lead.post(`/v1/exceptions/${id}/resolution`, { body: { resolution: 'reject', reason: 'Not readable', reasonCode: 'UNR', target: 'supplier' } })).toMatchObject({ status: 409 });
  });

  it('invoices: detail, progress, document, list and counts have their form; another company sees nothing (S4)', async () => {
    const paths: [string, string][] = [
      ['getInvoice', `/v1/invoices/${caseId}`],
      ['getInvoiceProgress', `/v1/invoices/${caseId}/progress`],
      ['getInvoiceDocument', `/v1/invoices/${caseId}/document`],
      ['listInvoices', '/v1/invoices?limit=1'],
      ['countInvoices', '/v1/invoices:counts'],
      ['whoAmI', '/v1/me'],
    ];
    const abroad = await api.as('emma.price');
    for (const [operation, path] of paths) {
      const answer = await lead.get(path);
      expect(answer.status, path).toBe(200);
      conforms(api.operations, operation, answer);
      if (path.includes(caseId)) {
        const other = await abroad.get(path);
        const nothing = await abroad.get(path.replace(caseId, 'DE01-26-999999'));
        expect([other.status, other.body.detail], path).toEqual([404, nothing.body.detail]);
      }
    }
    expect((await abroad.get('/v1/invoices')).body.items).toEqual([]);
    expect((await abroad.get('/v1/invoices?entity=DE01')).body.items).toEqual([]);
    const document = { ...billed({ lines: [{ quantity: '1', price: '7.00' }] }) };
    expect((await abroad.post('/v1/invoices?entity=DE01', { body: document })).status).toBe(403);
    expect((await lead.get(`/v1/invoices/${caseId}/document?form=original`)).text).toContain('Stahlwerk');
  });

  it('lists page through everything once, in every order', async () => {
    for (let index = 0; index < 5; index += 1) await submit(api.db, billed({ lines: [{ quantity: '1', price: `${10 + index}.00` }] }));
    const all = (await lead.get('/v1/invoices?limit=200')).body.items.map((item: { id: string }) => item.id) as string[];
    for (const order of ['newest', 'due', 'amount']) {
      const seen: string[] = [];
      let cursor = '';
      do {
        const page = await lead.get(`/v1/invoices?limit=2&order=${order}${cursor}`);
        seen.push(...page.body.items.map((item: { id: string }) => item.id));
        cursor = page.body.next ? `&cursor=${String(page.body.next)}` : '';
        if (seen.length === 2) await submit(api.db, billed({ lines: [{ quantity: '1', price: '9999.00' }] }));
      } while (cursor !== '');
      expect(new Set(seen).size, order).toBe(seen.length);
      expect([...all].every((id) => seen.includes(id)), order).toBe(true);
    }
  });

  it('a cursor goes on with its own list and filters alone; the size of a page may change', async () => {
    for (let index = 0; index < 3; index += 1) await submit(api.db, billed({ lines: [{ quantity: '1', price: `${20 + index}.00` }] }));
    const first = await lead.get('/v1/invoices?limit=1&order=due');
    const next = `cursor=${String(first.body.next)}`;
    for (const same of [`limit=1&order=due&${next}`, `${next}&order=due&limit=2`, `order=due&${next}`]) {
      const answer = await lead.get(`/v1/invoices?${same}`);
      expect([answer.status, answer.body.items.length > 0], same).toEqual([200, true]);
      expect(answer.body.items[0].id, same).not.toBe(first.body.items[0].id);
    }
    const others = [`/v1/invoices?${next}`, `/v1/invoices?order=amount&${next}`, `/v1/invoices?order=due&entity=DE01&${next}`, `/v1/exceptions?${next}`, `/v1/inbox?${next}`, `/v1/payment-runs?${next}`];
    for (const other of others) {
      const answer = await lead.get(other);
      expect([answer.status, answer.body.code, answer.body.place], other).toEqual([400, 'request-invalid', { path: 'cursor' }]);
    }
  });

  it('audit: events of a case with their hashes, paged over several chains, and a verdict that a planted change turns', async () => {
    const auditor = await api.as('arne.holt');
    expect((await karl.get('/v1/audit')).status).toBe(403);
    const ofCase = await auditor.get(`/v1/audit?case=${caseId}`);
    conforms(api.operations, 'listAudit', ofCase);
    expect(ofCase.body.items.at(-1).event).toMatchObject({ action: 'intake.accepted', case: caseId, actor: 'person:anna.berg' });
    const seen: string[] = [];
    for (let cursor = '', more = true; more; ) {
      const page = await auditor.get(`/v1/audit?limit=7${cursor}`);
      seen.push(...page.body.items.map(({ hash: own }: { hash: string }) => own));
      more = page.body.next !== undefined;
      cursor = `&cursor=${String(page.body.next)}`;
    }
    const [{ count } = { count: 0 }] = await sql<{ count: number }>(api.db, `select count(*)::int as count from audit_events`);
    expect([seen.length, new Set(seen).size]).toEqual([count, count]);

    const good = await auditor.get('/v1/audit/verify');
    conforms(api.operations, 'verifyAudit', good);
    expect(good.body).toMatchObject({ ok: true, chainFaults: [] });
    await sql(api.db, `alter table audit_events disable trigger user`);
    await sql(api.db, `update audit_events set event = replace(event, 'person:anna.berg', 'person:anna.borg') where case_id = :caseId and seq = (select min(seq) from audit_events where case_id = :caseId)`, { caseId });
    expect((await auditor.get('/v1/audit/verify')).body).toMatchObject({ ok: false, chainFaults: [{ entity: 'DE01', fault: 'altered' }] });
    await sql(api.db, `update audit_events set event = replace(event, 'person:anna.borg', 'person:anna.berg')`);
    await sql(api.db, `alter table audit_events enable trigger user`);
    conforms(api.operations, 'listCheckpoints', await auditor.get('/v1/audit/checkpoints'));
  });

  it('what a supplier wrote to look like something else is shown escaped, and is the same text to a parser', async () => {
    const name = 'Stahlwerk \u202eHbmG\u2066\u200b';
    const { caseId: disguised } = await submit(api.db, { ...billed({ lines: [{ quantity: '1', price: '101.00', name }], seller: { name } }), number: `RE\u202e${randomUUID()}` });
    const id = await task({ case: disguised, title: `119.00 EUR to ${name}` });
    const raw = /[\u200b\u202e\u2066]/;
    const page = await karl.get(`/v1/approvals/${id}`);
    expect(page.body).toMatchObject({ task: { title: `119.00 EUR to ${name}` }, document: { seller: name } });
    expect(page.text).not.toMatch(raw);
    expect(page.text).toContain('Stahlwerk \\u202eHbmG\\u2066\\u200b');
    expect(page.headers.get('content-type')).toBe('application/json; charset=utf-8');
    for (const path of [`/v1/invoices/${disguised}/document`, `/v1/invoices/${disguised}`, '/v1/inbox?limit=200']) {
      const answer = await karl.get(path);
      expect([path, answer.status, raw.test(answer.text), answer.text.includes('\\u202e')]).toEqual([path, 200, false, true]);
    }
    const refused = await karl.post(`/v1/approvals/${id}/decision`, { body: { decision: 'approve', decisionHash: hash, 'admin\u202e': true } });
    expect(refused).toMatchObject({ status: 400, body: { detail: expect.stringContaining('admin\u202e') } });
    expect(refused.text).not.toMatch(raw);
  });

  it('figures and metrics count what is there', async () => {
    const kpis = await lead.get('/v1/kpis');
    conforms(api.operations, 'getKpis', kpis);
    expect(kpis.body.invoices.accepted).toBeGreaterThan(5);
    expect(kpis.body.invoices.straightThroughRate).toBeNull();
    expect(kpis.body.approvals.find(({ role }: { role: string }) => role === 'team-lead').open).toBeGreaterThan(3);
    expect((await lead.get('/v1/kpis?from=2026-12-01T00:00:00Z&to=2026-01-01T00:00:00Z')).status).toBe(400);
    const metrics = await api.stranger.get('/metrics');
    expect(metrics.body.toString()).toMatch(/kontor_http_request_duration_seconds_count\{operation="getKpis",status="200"\} 1/);
    expect(metrics.body.toString()).toMatch(/kontor_outbox_waiting \d/);
    expect(metrics.body.toString()).toMatch(/kontor_exceptions_open\{code="price-variance",owner_role="buyer"\} \d/);
  });

  it('health, readiness without an engine, and a reference that needs nobody else', async () => {
    expect((await api.stranger.get('/healthz')).body).toEqual({ alive: true });
    const ready = await api.stranger.get('/readyz');
    conforms(api.operations, 'readiness', ready);
    expect(ready).toMatchObject({ status: 503, body: { ready: false, parts: { database: { ok: true }, engine: { ok: false } } } });
    const page = await api.stranger.get('/docs');
    expect(page.text).toContain('/v1/approvals/{id}/decision');
    expect(page.text).not.toMatch(/<script|https?:\/\//);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'self'/);
    expect(page.headers.get('x-powered-by')).toBeNull();
  });

  it('the log carries ids and paths, never tokens, bodies or queries', () => {
    expect(api.log()).toContain('/v1/inbox');
    expect(api.log()).not.toMatch(/Bearer|Stahlwerk|eyJ[\w-]{10,}|cursor=/);
  });
});
