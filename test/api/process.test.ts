import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed } from '../support/invoices.ts';
import { describeWithServices, freePort } from '../support/services.ts';
import { apiClient, tokenOf, type ApiClient } from './client.ts';

const invoice = () => billed({ lines: [{ quantity: '1', price: '30.00' }] });

describeWithServices('the API process', () => {
  let house: House;
  let clerk: ApiClient;
  beforeAll(async () => void (house = await openHouse()));
  afterAll(() => house.dispose());

  async function reach(api: ReadyNodeProcess): Promise<ApiClient> {
    return (clerk = apiClient(`http://127.0.0.1:${String(api.ready['port'])}`, await tokenOf(house.settings.stateDir, 'anna.berg')));
  }

  it('starts and takes documents in without a Temporal server; readiness says what is missing; SIGTERM ends it', async () => {
    const api = await house.startApi({ TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` });
    await reach(api);
    const accepted = await clerk.post('/v1/invoices', { body: invoice() });
    expect(accepted, accepted.text).toMatchObject({ status: 202, body: { accepted: 'new' } });
    expect(await clerk.get('/readyz')).toMatchObject({ status: 503, body: { parts: { database: { ok: true }, engine: { ok: false } } } });
    await api.stop();
    expect(await api.ended).toMatch(/0/);
  });

  it('F7: killed right after the commit, the same key gets the answer of the one case from the next process', async () => {
    const first = await house.startApi();
    await reach(first);
    const document = invoice();
    const key = randomUUID();
    const accepted = await clerk.post('/v1/invoices', { body: document, key });
    await first.kill();
    await reach(await house.startApi());
    const again = await clerk.post('/v1/invoices', { body: document, key });
    expect(again).toMatchObject({ status: 202, body: accepted.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await clerk.get('/readyz')).status).toBe(200);
  });
});
