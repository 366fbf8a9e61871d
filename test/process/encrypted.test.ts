import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyIdField } from '../../temporal-config/payload-codec.ts';
import { readKeyRing, rotateKeyRing } from '../../temporal-config/key-ring.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

const iban = 'DE21500999000010000106';
const supplier = 'Stadtwerke Musterstadt GmbH';
const energy = (price: string) => billed({ lines: [{ quantity: '1', price, name: 'Strom November' }], seller: { name: supplier, vatId: 'DE142900886' }, iban });

describeWithServices('with the payload codec switched on', () => {
  let house: House;

  beforeAll(async () => {
    house = await openHouse({ encrypted: true });
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  it('S15, S17: an invoice is approved and posted across a rotation, and its history shows nothing', async () => {
    const { caseId, workflowId } = await submit(house.db, energy('400.00'));
    await house.stage(caseId, 'approval');
    rotateKeyRing(house.settings.keyRingFile, { now: new Date(), encryptsFrom: new Date() });
    await approveAll(house, caseId);
    const found = await house.stage(caseId, 'posted');
    expect(await house.client.workflow.getHandle(workflowId).query('progress')).toEqual(found.progress);

    const { payloads, seen } = await everythingIn(house, workflowId);
    expect(payloads.length).toBeGreaterThan(10);
    const sealed = payloads.filter(({ encoding }) => encoding === 'binary/encrypted');
    expect(payloads.filter((payload) => !sealed.includes(payload) && !ofTheSdk.test(payload.text))).toEqual([]);
    expect(new Set(sealed.map(({ keyId }) => keyId))).toEqual(new Set(readKeyRing(house.settings.keyRingFile)!.keys.map(({ id }) => id)));
    const canaries = [iban, supplier, 'Strom November', '"caseId"', '"transitions"', '"entity"', 'Post to the ERP', 'karl.brandt', 'tarek.aydin', 'approve'];
    expect(canaries.filter((canary) => seen.includes(canary))).toEqual([]);
  });
});

/** What the SDK notes beside a local activity's result, and never passes to a codec. */
const ofTheSdk = /^{"seq":\d+,"attempt":\d+,"activity_id":"\d+","activity_type":"\w+","complete_time":{[^{}]*},"backoff":null,"original_schedule_time":{[^{}]*}}$/;

/** Karl approves where nobody in particular is asked, until nobody is left to ask. */
async function approveAll(house: House, caseId: string): Promise<void> {
  const they = people(house);
  for (;;) {
    const task = await they.openTask(caseId);
    if ((await they.decide(caseId, task.candidatePersons[0] ?? 'karl.brandt', 'approve', { task })).effect === 'complete') return;
  }
}

interface Seen {
  payloads: { encoding: string; keyId: string; text: string }[];
  /** Every text and every byte of the history, search attributes apart: they are in clear by decision. */
  seen: string;
}

async function everythingIn(house: House, workflowId: string): Promise<Seen> {
  const { events } = await house.client.workflow.getHandle(workflowId).fetchHistory();
  const all: Seen = { payloads: [], seen: '' };
  const walk = (value: unknown): void => {
    if (value instanceof Uint8Array) all.seen += `${Buffer.from(value).toString('latin1')}\n`;
    else if (typeof value === 'string') all.seen += `${value}\n`;
    else if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null) walkObject(value as Record<string, unknown>);
  };
  const walkObject = (object: Record<string, unknown>): void => {
    if (object['metadata'] && 'data' in object) {
      const { encoding, [keyIdField]: keyId } = object['metadata'] as Record<string, Uint8Array | undefined>;
      all.payloads.push({ encoding: Buffer.from(encoding ?? []).toString(), keyId: Buffer.from(keyId ?? []).toString(), text: Buffer.from(object['data'] as Uint8Array).toString() });
    }
    for (const [name, value] of Object.entries(object)) {
      if (name === 'searchAttributes' || name === 'identity' || value == null) continue;
      walk(value);
    }
  };
  walk(events);
  return all;
}
