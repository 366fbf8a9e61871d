import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { earlierContentHash } from '../../api/middleware/content-hash.ts';
import { sql } from '../../db/client.ts';
import { beginRequest } from '../../db/repositories/requests.ts';
import { billed } from '../support/invoices.ts';
import { describeWithDatabase } from '../support/services.ts';
import type { ApiClient } from './client.ts';
import { openApi, type ApiHouse } from './house.ts';

const invoice = (price: string, number = `N-${randomUUID().slice(0, 8)}`) => billed({ number, lines: [{ quantity: '1', price, orderNumber: '4500000116', orderLine: '10' }] });

describeWithDatabase('Idempotency-Key', () => {
  let api: ApiHouse;
  let clerk: ApiClient;
  beforeAll(async () => {
    api = await openApi();
    clerk = await api.as('anna.berg');
  });
  afterAll(() => api.dispose());

  const casesOf = async (number: string) => (await sql<{ count: number }>(api.db, `select count(*)::int as count from cases where document_number = :number`, { number }))[0]!.count;
  const startsOf = async (id: string) => (await sql<{ count: number }>(api.db, `select count(*)::int as count from outbox where kind = 'start-workflow' and key = :id`, { id }))[0]!.count;

  it.each([null, '', 'short', 'with space in it', `x${'y'.repeat(200)}`])('a write with the key %j is 400', async (key) => {
    const answer = await clerk.post('/v1/invoices', { body: invoice('10.00'), key });
    expect(answer).toMatchObject({ status: 400, body: { code: 'idempotency-key-missing' } });
  });

  it('the same key and body is answered from the store, marked, with one case and one start', async () => {
    const document = invoice('11.00');
    const key = randomUUID();
    const first = await clerk.post('/v1/invoices', { body: document, key });
    const again = await clerk.post('/v1/invoices', { body: document, key });
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect([await casesOf(document.number), await startsOf(first.body.id as string)]).toEqual([1, 1]);
  });

  it('F9: the same key with another amount is 422, recorded, and nothing starts', async () => {
    const key = randomUUID();
    const first = invoice('12.00');
    await clerk.post('/v1/invoices', { body: first, key });
    const other = invoice('9999.00');
    const refused = await clerk.post('/v1/invoices', { body: other, key });
    expect(refused).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    expect(await casesOf(other.number)).toBe(0);
    const events = await sql(api.db, `select 1 from audit_events where action = 'request.key-reused' and correlation_id = :id`, { id: refused.body.correlationId });
    expect(events).toHaveLength(1);
  });

  it.each([
    ['another company', '?entity=DE01', '?entity=US01'],
    ['another message', '?entity=DE01&messageId=1', '?entity=DE01&messageId=2'],
    ['no company', '?entity=DE01', ''],
    ['a company, named only then', '', '?entity=DE01'],
  ])('F9: the same key and body for %s is 422, and nothing starts', async (_, first, second) => {
    const [robot, key, document] = [await api.as('intake.robot'), randomUUID(), invoice('12.50')];
    expect(await robot.post(`/v1/invoices${first}`, { body: document, key })).toMatchObject({ status: 202, body: { entity: 'DE01' } });
    expect(await robot.post(`/v1/invoices${second}`, { body: document, key })).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    expect(await casesOf(document.number)).toBe(1);
  });

  it('the same form sent again with a boundary of its own is the same request; with another attachment it is not', async () => {
    const key = randomUUID();
    const document = JSON.stringify(invoice('12.75'));
    const form = async (attachment: string) => {
      const data = new FormData();
      data.append('document', new Blob([document], { type: 'application/json' }), 'invoice.json');
      data.append('attachment', new Blob([attachment], { type: 'text/plain' }), 'note.txt');
      const sent = new Response(data);
      return { raw: Buffer.from(await sent.arrayBuffer()), type: sent.headers.get('content-type')!, key };
    };
    const [first, again] = [await form('delivered on Monday'), await form('delivered on Monday')];
    expect(again.type).not.toBe(first.type);
    const accepted = await clerk.post('/v1/invoices', first);
    const replayed = await clerk.post('/v1/invoices', again);
    expect(replayed, replayed.text).toMatchObject({ status: 202, body: accepted.body });
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
    expect(await sql(api.db, `select 1 from audit_events where action = 'request.key-reused' and correlation_id = :id`, { id: replayed.headers.get('x-correlation-id') })).toEqual([]);
    expect(await clerk.post('/v1/invoices', await form('delivered on Tuesday'))).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('a request that an earlier version accepted is known again, whatever its query; one of this version is not known by that', async () => {
    const [robot, key, document] = [await api.as('intake.robot'), randomUUID(), invoice('12.60')];
    const body = { raw: JSON.stringify(document), type: 'application/json', key };
    const hash = earlierContentHash({ bytes: Buffer.from(body.raw), mediaType: body.type, query: {}, body: undefined });
    const first = await robot.post('/v1/invoices?entity=DE01', body);
    expect(await robot.post('/v1/invoices', body)).toMatchObject({ status: 422 });

    await sql(api.db, `update requests set body_hash = :hash where key = :key`, { hash, key });
    const replayed = await robot.post('/v1/invoices?entity=DE01', body);
    expect(replayed, replayed.text).toMatchObject({ status: 202, body: first.body });
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
    expect(await sql(api.db, `select 1 from audit_events where action = 'request.key-reused' and correlation_id = :id`, { id: replayed.headers.get('x-correlation-id') })).toEqual([]);
    expect(await robot.post('/v1/invoices?entity=DE01', { ...body, raw: JSON.stringify(invoice('12.61')) })).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('F8: 50 at once with one key are one case: one or more 202 with its id, the others 409', async () => {
    const document = invoice('13.00');
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => clerk.post('/v1/invoices', { body: document, key })));
    const ids = new Set(answers.filter(({ status }) => status === 202).map(({ body }) => body.id as string));
    expect(ids.size).toBe(1);
    for (const { status, body, headers } of answers.filter((answer) => answer.status !== 202)) {
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'idempotency-in-flight' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await casesOf(document.number)).toBe(1);
  });

  it('F7: an answer that was lost after the commit is the stored one; a process that died before it gives the key back', async () => {
    const document = invoice('14.00');
    const key = randomUUID();
    const first = await clerk.post('/v1/invoices', { body: document, key });
    expect(await sql(api.db, `select state from requests where key = :key`, { key })).toEqual([{ state: 'done' }]);

    const dead = randomUUID();
    const scope = { principal: 'kontor-development|anna.berg', method: 'post', route: '/v1/invoices', key: dead };
    const hash = (await sql<{ body_hash: string }>(api.db, `select body_hash from requests where key = :key`, { key }))[0]!.body_hash;
    await beginRequest(api.db, scope, { entity: '*', bodyHash: hash, leaseMs: 60_000 });
    expect(await clerk.post('/v1/invoices', { body: document, key: dead })).toMatchObject({ status: 409, body: { code: 'idempotency-in-flight' } });
    await sql(api.db, `update requests set lease_until = clock_timestamp() where key = :dead`, { dead });
    expect(await clerk.post('/v1/invoices', { body: document, key: dead })).toMatchObject({ status: 202, body: { id: first.body.id, accepted: 'same-content' } });
  });

  it('the key of one person is not the key of another', async () => {
    const key = randomUUID();
    const mine = await clerk.post('/v1/invoices', { body: invoice('15.00'), key });
    const theirs = await (await api.as('lars.thoma')).post('/v1/invoices', { body: invoice('16.00'), key });
    expect([mine.status, theirs.status]).toEqual([202, 202]);
    expect(mine.body.id).not.toBe(theirs.body.id);
  });

  it('a refused document is refused the same way again, from the store', async () => {
    const key = randomUUID();
    const asked = { raw: '<a/>', type: 'application/xml', key };
    const first = await clerk.post('/v1/invoices', asked);
    const again = await clerk.post('/v1/invoices', asked);
    expect(first.body.code).toBe('xml-namespace');
    expect(again).toMatchObject({ status: first.status, body: first.body });
    expect(again.headers.get('content-type')).toContain('application/problem+json');
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });
});
