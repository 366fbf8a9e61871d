import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import { billed, submit } from '../support/invoices.ts';
import { describeWithDatabase } from '../support/services.ts';
import { openApi, type ApiHouse } from './house.ts';

describeWithDatabase('what a process is started with', () => {
  let api: ApiHouse;
  beforeAll(async () => void (api = await openApi()));
  afterAll(() => api.dispose());

  it.each([
    ['RE-2026/0815', 'RE-2026/0815'],
    [`A\u202e1\u0007\u200b2`, 'A 1 2'],
    [`9${'0'.repeat(199)}`, `9${'0'.repeat(99)}`],
  ])('operators find it by the number of the document: %j as %j', async (number, shown) => {
    const { caseId } = await submit(api.db, { ...billed({ lines: [{ quantity: '1', price: '10.00', name: randomUUID() }] }), number });
    const [message] = await sql<{ attributes: Record<string, unknown> }>(api.db, `select payload -> 'searchAttributes' as attributes from outbox where case_id = :caseId`, { caseId });
    expect(message?.attributes).toMatchObject({ FinProcess: 'invoiceToPay', FinEntity: 'DE01', FinDocumentRef: shown });
  });

  it('and by its class, its currency and what is to be paid', async () => {
    const { caseId } = await submit(api.db, billed({ class: 'credit-note', preceding: ['RE-1'], lines: [{ quantity: '1', price: '10.00', name: randomUUID() }] }));
    const [message] = await sql<{ attributes: Record<string, unknown> }>(api.db, `select payload -> 'searchAttributes' as attributes from outbox where case_id = :caseId`, { caseId });
    expect(message?.attributes).toMatchObject({ FinDocumentClass: 'credit-note', FinCurrency: 'EUR', FinAmount: 11.9 });
  });
});
