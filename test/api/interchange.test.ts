import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import { describeWithDatabase } from '../support/services.ts';
import { transactionSet as set, x12 } from '../support/x12.ts';
import type { ApiClient } from './client.ts';
import { conforms, openApi, type ApiHouse } from './house.ts';

describeWithDatabase('an interchange with several invoices over HTTP', () => {
  let api: ApiHouse;
  let clerk: ApiClient;
  beforeAll(async () => {
    api = await openApi();
    clerk = await api.as('anna.berg');
  });
  afterAll(() => api.dispose());

  const send = async (raw: string, asked: { key?: string; query?: string } = {}) => {
    const answer = await clerk.post(`/v1/invoices${asked.query ?? '?entity=DE01'}`, { raw, type: 'application/edi-x12', ...(asked.key ? { key: asked.key } : {}) });
    if (answer.status === 202) conforms(api.operations, 'submitInvoice', answer);
    return answer;
  };
  const cases = async () => (await sql<{ n: number }>(api.db, `select count(*)::int as n from cases`))[0]!.n;

  it('each message is a case of its own; the answer acknowledges them one by one and names where they are', async () => {
    const answer = await send(x12('000000101', [set('0001', 'X-1'), set('0002', 'X-2').replace('ST*810', 'ST*850'), set('0003', 'X-3')]));
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({
      accepted: 2,
      refused: 1,
      messages: [
        { message: { position: 1, of: 3, reference: '0001', interchange: '000000101', sender: 'ACME' }, document: { accepted: 'new', entity: 'DE01' } },
        { message: { position: 2 }, problem: { code: 'document-not-an-invoice' } },
        { message: { position: 3 }, document: { accepted: 'new' } },
      ],
    });
    const listed = await clerk.get(answer.headers.get('location')!);
    expect((listed.body.items as { documentNumber: string }[]).map(({ documentNumber }) => documentNumber).sort()).toEqual(['X-1', 'X-3']);
    const kept = await sql<{ place: { position: number; of: number } }>(api.db, `select metadata -> 'message' as place from documents order by metadata -> 'message' ->> 'position'`);
    expect(kept.map(({ place }) => place)).toMatchObject([{ position: 1, of: 3 }, { position: 3, of: 3 }]);
  });

  it('sent again, each message gives the case that it has; what was missing is added', async () => {
    const file = x12('000000102', [set('0001', 'Y-1'), set('0002', 'Y-2')]);
    const first = await send(file, { key: 'interchange-once' });
    const before = await cases();
    const replayed = await send(file, { key: 'interchange-once' });
    expect(replayed.headers.get('idempotency-replayed')).toBe('true');
    expect(replayed.body).toEqual(first.body);
    const again = await send(file);
    const ids = (body: { messages: { document: { id: string } }[] }) => body.messages.map(({ document }) => document.id);
    expect(again.body.messages).toMatchObject([{ document: { accepted: 'same-content' } }, { document: { accepted: 'same-content' } }]);
    expect(ids(again.body)).toEqual(ids(first.body));
    expect(await cases()).toBe(before);
  });

  it.each([
    ['its envelope does not hold', x12('000000103', [set('0001', 'Z-1'), set('0002', 'Z-2')], 3), 400, 'edi-malformed', ''],
    ['none of its messages is for a company here', x12('000000104', [set('0001', 'Z-3', 'N1*BT*Nobody Ltd'), set('0002', 'Z-4', 'N1*BT*Nobody Ltd')]), 422, 'company-unknown', '?messageId=nobody'],
  ])('nothing is taken where %s', async (_why, file, status, code, query) => {
    const before = await cases();
    const answer = await send(file, { query });
    expect(answer).toMatchObject({ status, body: { code, remedy: expect.any(String) } });
    expect(await cases()).toBe(before);
  });

  it('a person enters the messages of the own company only', async () => {
    const elsewhere = await api.as('anna.berg');
    const answer = await elsewhere.post('/v1/invoices?entity=US01', { raw: x12('000000105', [set('0001', 'W-1'), set('0002', 'W-2')]), type: 'application/edi-x12' });
    expect(answer.status).toBe(403);
  });
});
