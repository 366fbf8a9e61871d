import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import type { ReadyNodeProcess } from '../../bin/services/node-process.ts';
import { takeIn } from '../../api/intake/take-in.ts';
import { sql } from '../../db/client.ts';
import { readInvoice } from '../../documents/invoice/read-invoice.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { describeWithServices } from '../support/services.ts';
import { people } from '../support/people.ts';
import { orderWithoutEnd } from './round.ts';

/** F18: poison from channels where nobody waits for an answer: each is a row with an owner, no process, and the next document goes through. */
const ubl = 'urn:oasis:names:specification:ubl:schema:xsd:Invoice-2';
/** Each of another amount: equal amounts of one supplier would rightly be questioned (D5). */
let quantity = 298;
const orderNumber = '45-poison';
const good = () => billed({ lines: [{ orderNumber, orderLine: '10', quantity: String((quantity += 3)), price: '0.01' }] });
const entities = Array.from({ length: 12 }, (_, level) => `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`).join('');
const poison: [string, () => Buffer][] = [
  ['XML that breaks off', () => Buffer.from(`<Invoice xmlns="${ubl}"><ID>1</ID`)],
  ['XML of another namespace', () => Buffer.from('<Invoice xmlns="urn:nobody"><ID>1</ID></Invoice>')],
  ['an entity bomb', () => Buffer.from(`<!DOCTYPE x [<!ENTITY e0 "ha">${entities}]><Invoice xmlns="${ubl}"><ID>&e12;</ID></Invoice>`)],
  ['an external entity', () => Buffer.from(`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><Invoice xmlns="${ubl}"><ID>&e;</ID></Invoice>`)],
  ['elements in elements, ten thousand deep', () => Buffer.from(`<Invoice xmlns="${ubl}">${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}</Invoice>`)],
  ['50 MB', () => Buffer.alloc(50 * 1024 * 1024, 0x20)],
  ['an amount that is no number', () => Buffer.from(JSON.stringify(good()).replace(/"minor":"\d+"/, '"minor":"NaN"'))],
  ['an amount beyond all numbers', () => Buffer.from(JSON.stringify(good()).replace(/"minor":"\d+"/, '"minor":1e400'))],
  ['a PDF without an invoice', () => Buffer.from('%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF')],
  ['nothing at all', () => Buffer.alloc(0)],
];

const rounds = readSettings().faultSeeds === undefined ? 6 : 40;

/** So much more than in its first half may be left over in the second one: sixty kilobytes a document of the long form would be found. */
const flatMegabytes = 12;
const collecting = { NODE_OPTIONS: `--import ${new URL('../support/collect-garbage.mjs', import.meta.url).href}` };

/** What the worker holds when everything that nobody needs is collected. */
async function residentMegabytes({ pid, logFile }: ReadyNodeProcess): Promise<number> {
  const said = () => readFileSync(logFile, 'utf8').match(/(?<=^\{"collected":true,"megabytes":)\d+(?=\}$)/gm) ?? [];
  const before = said().length;
  process.kill(pid, 'SIGUSR2');
  for (let tries = 0; said().length === before; tries += 1) {
    if (tries > 400) throw new Error('the worker does not say how much memory it holds');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return Number(said().at(-1));
}

describeWithServices('F18 poison documents', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  let worker: ReadyNodeProcess;

  beforeAll(async () => {
    house = await openHouse();
    they = people(house);
    await orderWithoutEnd(house, orderNumber);
    worker = await house.startWorker(collecting);
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const count = async (table: 'cases' | 'outbox' | 'exceptions') => (await sql<{ n: number }>(house.db, `select count(*)::int as n from ${table}`))[0]!.n;

  it.each(poison)('%s becomes a row with an owner and starts nothing', async (name, bytes) => {
    const before = { cases: await count('cases'), outbox: await count('outbox'), exceptions: await count('exceptions') };
    const [taken] = await takeIn(
      { db: house.db, read: (content) => readInvoice(content) },
      { channel: 'folder', messageId: `poison-${name}`, submitter: 'system:folder', correlationId: 'poison', bytes: bytes(), mediaType: 'application/octet-stream', attachments: [] },
      { mayEnter: () => true, queue: () => Promise.resolve({ ownerRole: 'ap-clerk', dueAt: new Date(Date.now() + 86_400_000).toISOString() }) },
    );
    expect(taken).toMatchObject({ ok: false, problem: { code: expect.any(String) } });
    expect({ cases: await count('cases'), outbox: await count('outbox') }).toEqual({ cases: before.cases, outbox: before.outbox });
    const [row] = await sql<{ origin: string; owner_role: string; case_id: string | null }>(house.db, `select origin, owner_role, case_id from exceptions order by number desc limit 1`);
    expect(await count('exceptions')).toBe(before.exceptions + 1);
    expect(row).toEqual({ origin: 'intake', owner_role: 'ap-clerk', case_id: null });
  });

  it('poison that is read and then judged becomes an exception at its first look, and the worker\'s memory stays flat', async () => {
    const poisoned: (() => Parameters<typeof submit>[1])[] = [
      () => ({ ...good(), notes: [`abc${String.fromCodePoint(0x202e)}def`.repeat(2_000)] }),
      () => ({ ...good(), totals: { ...good().totals, gross: { currency: 'EUR', minor: '1' } } }),
      () => billed({ number: 'N/A', lines: [{ quantity: '1', price: (quantity += 3).toFixed(2) }] }),
      () => billed({ lines: Array.from({ length: 400 }, (_, index) => ({ orderNumber: 'NONE', orderLine: String(index), quantity: '999999999', price: '99999999.99' })) }),
      () => billed({ lines: [{ quantity: '1', price: '90.00' }], seller: { name: 'x'.repeat(20_000), vatId: 'DE999999999' }, iban: 'DE02120300000000202051' }),
    ];
    const sizes: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const ids = await Promise.all(poisoned.flatMap((make) => [make(), make()]).map(async (invoice) => (await submit(house.db, invoice)).caseId));
      const ends = await Promise.all(ids.map((id) => house.caseWhen(id, ({ case: { stage } }) => stage !== 'received' && stage !== 'checked', 120_000)));
      expect(ends.map(({ case: { stage } }) => stage)).toEqual(ends.map(() => 'exception'));
      // What waits for people is kept at hand, up to a number that this would not reach; only what is over has to leave nothing.
      await Promise.all(ids.map((id) => they.withdraw(id, 'anna.berg')));
      await Promise.all(ids.map((id) => house.ended(id, 'withdrawn')));
      sizes.push(await residentMegabytes(worker));
    }
    const [settled, last] = [Math.max(...sizes.slice(1, rounds / 2)), sizes.at(-1)!];
    console.log(`F18: memory of the worker by round, MB: ${sizes.join(', ')}`);
    expect(last - settled).toBeLessThan(flatMegabytes);
  }, 900_000);

  it('poison that breaks a step is tried three times at most and then parked with an owner', async () => {
    await worker.stop();
    const { caseId, workflowId } = await submit(house.db, good());
    await sql(house.db, `update documents set document = '{}' where case_id = :caseId`, { caseId });
    worker = await house.startWorker();
    const found = await house.stage(caseId, 'parked', 120_000);
    expect(found.progress.exceptions).toMatchObject([{ code: 'internal-error', owner: 'operator' }]);
    const { events = [] } = await house.client.workflow.getHandle(workflowId).fetchHistory();
    expect(Math.max(...(events ?? []).map(({ activityTaskStartedEventAttributes }) => activityTaskStartedEventAttributes?.attempt ?? 0))).toBeLessThanOrEqual(3);
  });

  it('the next good document is posted as if nothing had been', async () => {
    const { caseId } = await submit(house.db, good());
    await house.stage(caseId, 'posted', 120_000);
  });
});
