import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import { billed } from '../support/invoices.ts';
import { describeWithDatabase } from '../support/services.ts';
import type { ApiClient } from './client.ts';
import { openApi, type ApiHouse } from './house.ts';

const invoice = (number: string): string => JSON.stringify(billed({ number, lines: [{ quantity: '1', price: '50.00' }] }));
/** Text that no compression makes short enough for an index. */
const long = randomBytes(3_000).toString('hex');

interface Part {
  disposition: string;
  type?: string;
  body?: string;
}

function multipart(document: string, parts: Part[]): { raw: string; type: string } {
  const all: Part[] = [{ disposition: 'name="document"; filename="a.json"', type: 'application/json', body: document }, ...parts];
  const lines = all.map(({ disposition, type = 'application/pdf', body = 'a time sheet' }) => `--b\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: ${type}\r\n\r\n${body}\r\n`);
  return { raw: `${lines.join('')}--b--\r\n`, type: 'multipart/form-data; boundary=b' };
}

describeWithDatabase('what comes with an invoice over HTTP', () => {
  let api: ApiHouse;
  let clerk: ApiClient;
  let robot: ApiClient;
  beforeAll(async () => {
    api = await openApi();
    [clerk, robot] = await Promise.all([api.as('anna.berg'), api.as('intake.robot')]);
  });
  afterAll(() => api.dispose());

  const casesOf = (number: string) => sql<{ id: string }>(api.db, `select id from cases where document_number = :number order by number`, { number });
  const attachmentsOf = (number: string) =>
    sql<{ name: string; media_type: string }>(api.db, `select a.name, a.media_type from case_attachments a join cases c on c.id = a.case_id where c.document_number = :number order by a.name`, { number });
  const send = (number: string, query = '', by = clerk) => by.post(`/v1/invoices${query}`, { raw: invoice(number), type: 'application/json' });

  describe('texts that no table takes as they are', () => {
    it.each<[string, string, Part, RegExp]>([
      ['NUL', 'T-1', { disposition: `name="x"; filename*=UTF-8''a%00b.pdf` }, /^a\ufffdb\.pdf$/],
      ['6,000 characters', 'T-2', { disposition: `name="x"; filename="${long}.pdf"` }, /^[0-9a-f]{100,200}….*\.pdf$/],
      ['nothing but a blank', 'T-3', { disposition: `name="x"; filename*=UTF-8''%20` }, /^unnamed$/],
    ])('an attachment with a name of %s comes beside its invoice', async (_what, number, part, kept) => {
      const answer = await clerk.post('/v1/invoices', multipart(invoice(number), [part]));
      expect(answer.status, answer.text).toBe(202);
      expect(await attachmentsOf(number)).toMatchObject([{ name: expect.stringMatching(kept) }]);
    });

    const changed = (number: string, change: (given: ReturnType<typeof billed>) => void): string => {
      const given = billed({ number, lines: [{ quantity: '1', price: '50.00', orderNumber: '4500000118', orderLine: '10' }] });
      change(given);
      return JSON.stringify(given);
    };
    it.each<[string, string, (given: ReturnType<typeof billed>) => void]>([
      ['the number', '/number', (given) => Object.assign(given, { number: long })],
      ['the number, unfolded', '/number', (given) => Object.assign(given, { number: '\ufdfa'.repeat(199) })],
      ['the order', '/references/order', (given) => Object.assign(given.references, { order: long })],
      ['the order of a line', '/lines/0/orderNumber', (given) => Object.assign(given.lines[0]!, { orderNumber: long })],
      ['the order line', '/lines/0/orderLine', (given) => Object.assign(given.lines[0]!, { orderLine: long })],
      ['a preceding document', '/references/preceding/0/number', (given) => Object.assign(given.references, { preceding: [{ number: long }] })],
    ])('%s is longer than anything that is looked up by it: refused with its place', async (_what, path, change) => {
      const answer = await clerk.post('/v1/invoices', { raw: changed('T-4', change), type: 'application/json' });
      expect(answer, answer.text).toMatchObject({ status: 400, body: { code: 'invoice-field-malformed', place: { path } } });
    });

    it('a number of 200 characters is taken', async () => {
      expect((await send(long.slice(0, 200))).status).toBe(202);
    });

    it.each(['/v1/invoices?acceptedFrom=0000-01-01T00:00:00Z', '/v1/kpis?from=0000-01-01T00:00:00Z', '/v1/kpis?to=0001-01-01T00:00:00Z', '/v1/payment-runs?from=0000-01-01'])('%s: no such year is asked for', async (path) => {
      const answer = await (await api.as('david.stein')).get(path);
      expect(answer, answer.text).toMatchObject({ status: 400, body: { code: 'request-invalid', place: { path: expect.stringMatching(/acceptedFrom|from|to/) } } });
    });

    it('an invoice dated in a year that no calendar of ours has is refused with its place', async () => {
      const answer = await clerk.post('/v1/invoices', { raw: changed('T-5', (given) => Object.assign(given, { issueDate: '0000-02-01' })), type: 'application/json' });
      expect(answer, answer.text).toMatchObject({ status: 400, body: { code: 'invoice-field-malformed', place: { path: '/issueDate' } } });
    });
  });

  describe('the company that a delivery names', () => {
    const chains = () => sql<{ entity: string; seq: string }>(api.db, `select entity, seq from audit_heads order by entity`);
    const kept = () => sql<{ entity: string; n: number }>(api.db, `select entity, count(*)::int as n from blobs group by entity order by entity`);

    it('one that the caller may not enter: nothing is read, kept or written', async () => {
      const before = [await chains(), await kept()];
      for (const raw of ['not an invoice', invoice('C-1')]) expect(await clerk.post('/v1/invoices?entity=US01', { raw, type: 'text/plain' })).toMatchObject({ status: 403, body: { code: 'not-permitted' } });
      expect([await chains(), await kept()]).toEqual(before);
    });

    it.each(['XX99', '*', 'no"co,x'])('%s is none: nothing is written under its name', async (entity) => {
      const before = (await chains()).map((chain) => chain.entity).filter((name) => name !== '*');
      const query = `?entity=${encodeURIComponent(entity)}`;
      for (const raw of [`not an invoice for ${entity}`, invoice('C-2')])
        expect(await clerk.post(`/v1/invoices${query}`, { raw, type: 'text/plain' })).toMatchObject({ status: 422, body: { code: 'company-unknown', place: { path: 'entity' } } });
      expect((await chains()).map((chain) => chain.entity).filter((name) => name !== '*')).toEqual(before);
      expect((await kept()).map((blob) => blob.entity)).not.toContain(entity === '*' ? '' : entity);
      expect(await casesOf('C-2')).toEqual([]);
    });

    it('one that the caller may enter: what cannot be read is kept there', async () => {
      expect(await clerk.post('/v1/invoices?entity=DE01', { raw: 'not an invoice of ours', type: 'text/plain' })).toMatchObject({ status: 400, body: { code: 'document-format-unknown' } });
      expect(await sql(api.db, `select 1 from audit_events where entity = 'DE01' and action = 'intake.refused'`)).toHaveLength(1);
    });
  });

  describe('D3: message ids', () => {
    it('are the sender\'s own: another person\'s message 1 is another message', async () => {
      const first = await send('Q-1', '?messageId=1');
      const other = await send('Q-7', '?messageId=1', robot);
      expect(other).toMatchObject({ status: 202, body: { accepted: 'new' } });
      expect(other.body.id).not.toBe(first.body.id);
      expect(await casesOf('Q-7')).toHaveLength(1);
    });

    it('one that is used again for another document hides nothing: it is a case of its own', async () => {
      const first = await send('Q-2', '?messageId=2');
      const second = await send('Q-3', '?messageId=2');
      expect(second).toMatchObject({ status: 202, body: { accepted: 'new' } });
      expect(second.body.id).not.toBe(first.body.id);
      const again = await send('Q-3', '?messageId=2');
      expect(again.body).toMatchObject({ accepted: 'same-content', id: second.body.id });
    });

    it('the same document in other bytes under its message id is the case that it has, and its bytes are kept there', async () => {
      const first = await send('Q-4', '?messageId=4');
      const again = await clerk.post('/v1/invoices?messageId=4', { raw: `${invoice('Q-4')}\n`, type: 'application/json' });
      expect(again.body).toMatchObject({ accepted: 'same-message', id: first.body.id });
      expect(await sql(api.db, `select convert_from(b.bytes, 'UTF8') as text from case_attachments a join blobs b using (entity, sha256) where a.case_id = :id`, { id: first.body.id })).toEqual([{ text: `${invoice('Q-4')}\n` }]);
    });

    it('a document that comes again with a file that is new brings it to the case that it has', async () => {
      const first = await clerk.post('/v1/invoices', multipart(invoice('Q-5'), [{ disposition: 'name="x"; filename="one.pdf"' }]));
      const again = await clerk.post('/v1/invoices', multipart(invoice('Q-5'), [{ disposition: 'name="x"; filename="one.pdf"' }, { disposition: 'name="y"; filename="two.pdf"', body: 'another' }]));
      expect(again.body).toMatchObject({ accepted: 'same-content', id: first.body.id });
      expect((await attachmentsOf('Q-5')).map(({ name }) => name)).toEqual(['one.pdf', 'two.pdf']);
    });
  });
});
