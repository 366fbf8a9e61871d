import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '../../db/client.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';
import { apiClient, tokenOf, type ApiClient } from './client.ts';

describeWithServices('intake while the database is away', () => {
  let house: House;
  let clerk: ApiClient;
  beforeAll(async () => {
    house = await openHouse({ ownServices: true });
    const api = await house.startApi();
    clerk = apiClient(`http://127.0.0.1:${String(api.ready['port'])}`, await tokenOf(house.settings.stateDir, 'anna.berg'));
    expect((await clerk.post('/v1/invoices', { body: invoice('warm') })).status).toBe(202);
  });
  afterAll(() => house?.dispose());

  const invoice = (number: string) => billed({ number, lines: [{ quantity: '1', price: '30.00' }] });

  it('F5: answers 503 with Retry-After and keeps nothing; callers that come again with their key end with one case each', async () => {
    await house.services?.postgres?.kill();
    const documents = Array.from({ length: 10 }, (_, index) => ({ key: randomUUID(), body: invoice(`away-${index}`) }));
    const refusals = (await Promise.all(documents.map(({ key, body }) => insist(key, body)))).flat();
    expect(refusals.length).toBeGreaterThan(0);
    for (const refused of refusals) expect(refused).toEqual({ status: 503, code: 'database-unavailable', retryAfter: expect.stringMatching(/^[1-9]\d*$/) as string });
    const found = await sql<{ number: string; count: number }>(house.db, `select document_number as number, count(*)::int as count from cases where document_number like 'away-%' group by 1`);
    expect(found.map(({ count }) => count)).toEqual(documents.map(() => 1));
  });

  /** As a caller should: waits as long as it is told and sends the same again; answers what it was refused with until then. */
  async function insist(key: string, body: unknown): Promise<{ status: number; code: unknown; retryAfter: string | null }[]> {
    const refusals = [];
    for (let tries = 0; tries < 60; tries += 1) {
      const answer = await clerk.post('/v1/invoices', { body, key });
      if (answer.status === 202) return refusals;
      const retryAfter = answer.headers.get('retry-after');
      refusals.push({ status: answer.status, code: answer.body.code, retryAfter });
      await sleep(Number(retryAfter ?? 1) * 1_000);
    }
    throw new Error('the database did not come back');
  }
});
