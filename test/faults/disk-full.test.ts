import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient, tokenOf, type ApiClient } from '../api/client.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed } from '../support/invoices.ts';
import { missingServices } from '../support/services.ts';
import { mountSmallDisk, whyNoDisk, type SmallDisk } from '../support/small-disk.ts';
import { judge } from './invariants.ts';
import { pause } from './workday.ts';

/**
 * F20: the disk of the database is full to the last byte. Whoever sends is refused and told to come again, nothing is kept by halves,
 * and everything goes on by itself as soon as there is space.
 */
const missing = missingServices ?? whyNoDisk();
const refusals = 6;

describe.skipIf(missing !== undefined)(`F20 the disk of the database is full${missing === undefined ? '' : ` (needs: ${missing})`}`, () => {
  let house: House;
  let disk: SmallDisk;
  let clerk: ApiClient;

  beforeAll(async () => {
    house = await openHouse({ ownServices: true, erpPollMs: 60_000, beforeServices: (folder) => void (disk = mountSmallDisk(join(folder, 'postgres'), 400)) });
    const api = await house.startApi();
    clerk = apiClient(`http://127.0.0.1:${String(api.ready['port'])}`, await tokenOf(house.settings.stateDir, 'anna.berg'));
    await house.startWorker();
  });
  afterAll(async () => {
    await house?.dispose();
    disk?.remove();
  });

  it('fails closed, loses nothing that was acknowledged, and goes on when space returns', async () => {
    let quantity = 1;
    const next = () => ({ key: randomUUID(), body: billed({ lines: [{ orderNumber: '4500000118', orderLine: '10', quantity: String((quantity += 2)), price: '1.00' }] }) });
    const accepted: string[] = [];
    const refused: ReturnType<typeof next>[] = [];
    const send = async (document: ReturnType<typeof next>) => {
      const answer = await clerk.post('/v1/invoices', document);
      if (answer.status === 202) accepted.push(String(answer.body.id));
      return answer;
    };
    for (let count = 0; count < 3; count += 1) expect((await send(next())).status).toBe(202);
    for (const id of accepted) await house.stage(id, 'posted', 60_000);

    disk.fill();
    for (let sent = 0; refused.length < refusals && sent < 600; sent += 1) {
      const document = next();
      const { status, body, headers } = await send(document);
      if (status === 202) continue;
      expect({ status, code: body.code, comeAgain: headers.get('retry-after') }).toEqual({ status: 503, code: 'database-unavailable', comeAgain: expect.stringMatching(/^[1-9]/) as string });
      refused.push(document);
    }
    expect(refused).toHaveLength(refusals);
    await pause(3_000); // steps under way meet the full disk as well

    disk.free();
    for (const document of refused) {
      await expect.poll(async () => (await send(document)).status, { timeout: 120_000, interval: 1_000 }).toBe(202);
    }
    for (const id of accepted) await house.stage(id, 'posted', 180_000);
    console.log(`F20: ${accepted.length} accepted, ${refused.length} refused while the disk was full`);
    expect((await judge(house, accepted)).broken).toEqual([]);
  }, 900_000);
});
