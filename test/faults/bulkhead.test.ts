import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SandboxSet } from '../../db/seed.ts';
import { readEntity } from '../../documents/policy/read-policy.ts';
import { readSettings } from '../../temporal-config/settings.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { payments } from '../support/payments.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { startTcpLine, type TcpLine } from '../support/tcp-proxy.ts';
import { judge } from './invariants.ts';
import { orderWithoutEnd } from './round.ts';
import { bankThatSettles, readyToPay } from './workday.ts';

/**
 * F16: the bank of one company hangs. The work of another, whose bank answers, goes on until its money is booked, and so do the
 * first one's documents; what waits at the hanging bank is unknown, not failed, and goes once when the bank is back.
 */
const times = { processingLimitMs: 800, timeoutMs: 2_000 };
const { faultSeeds, home } = readSettings();
/** More runs than the bank's queue has slots for. */
const hanging = faultSeeds === undefined ? 2 : 10;
const account = 'DE89370400440532013000';
const orderNumber = '45-bulkhead';

describeWithServices('F16 a bank that hangs', () => {
  let house: House;
  let line: TcpLine;
  let pay: ReturnType<typeof payments>;
  const accepted: string[] = [];

  beforeAll(async () => {
    line = await startTcpLine(() => new URL(house.sandbox.url).host);
    house = await openHouse({ processingLimitMs: times.processingLimitMs, erpTimeoutMs: 600, set: (shipped) => withSecondCompany(readyToPay(times)(shipped), `http://${line.address}/bank/`) });
    pay = payments(house, people(house));
    await house.sandbox.post('/_sandbox/seed', secondCompanyInErp());
    await house.sandbox.post('/_sandbox/seed?service=bank', { accounts: [{ number: account, holder: 'Zweite Firma GmbH', currency: 'EUR', bic: 'BYLADEM1001', opening: '100000000' }] });
    await orderWithoutEnd(house, orderNumber);
    await bankThatSettles(house);
    await house.startWorker();
    await house.firstPoll('DE02');
  });
  afterAll(async () => {
    await house.dispose();
    await line.close();
  });

  const enter = async (invoice: ReturnType<typeof billed>) => {
    const { caseId } = await submit(house.db, invoice, { submitter: 'system:edi' });
    accepted.push(caseId);
    await house.stage(caseId, 'posted', 120_000);
    return caseId;
  };
  const here = (index: number) => billed({ lines: [{ orderNumber, orderLine: '10', quantity: String(298 + 3 * index), price: '0.01' }] });
  const there = (quantity: string) => billed({ lines: [{ orderNumber: 'DE02-1', orderLine: '10', quantity, price: '10.00' }], buyer: { name: 'Zweite Firma GmbH', vatId: undefined } });
  const released = async (entity: string) => {
    const runId = await pay.proposed(entity);
    await pay.release(runId);
    return runId;
  };

  it('the other company pays and is told so, while payments of the first wait as unknown', async () => {
    line.part();
    const stuck: string[] = [];
    for (let index = 0; index < hanging; index += 1) {
      await enter(here(index));
      stuck.push(await released('DE01'));
    }
    for (const runId of stuck) await house.stage(runId, 'posting-outcome-unknown', 120_000);

    const other = await enter(there('7'));
    const paid = await released('DE02');
    await house.ended(paid, 'confirmed', 180_000);
    await house.ended(other, 'paid', 60_000);
    await enter(here(hanging));
    const { files } = await house.sandbox.bankLedger();
    expect(files.map(({ messageId }) => messageId), 'nothing has reached the hanging bank').toEqual([paid]);
    for (const runId of stuck) expect((await house.caseWhen(runId, () => true)).case.stage).toBe('posting-outcome-unknown');

    line.heal();
    for (const runId of stuck) await house.ended(runId, 'confirmed', 180_000);
    expect((await judge(house, accepted)).broken).toEqual([]);
  }, 900_000);
});

/** A second company from the file of the first, with a bank account of its own; the first one's bank is behind the line. */
function withSecondCompany(set: SandboxSet, behindLine: string): SandboxSet {
  const text = readFileSync(join(home, 'policies/entities/DE01.yaml'), 'utf8')
    .replaceAll('DE01', 'DE02').replace('Muster Maschinenbau GmbH', 'Zweite Firma GmbH').replaceAll('Muster Maschinenbau GmbH', 'Zweite Firma GmbH')
    .replace(/aliases: .*/, 'aliases: []').replace(/vatIds: .*/, 'vatIds: []').replace(/buyerIds: .*/, 'buyerIds: []').replaceAll('DE02120300000000202051', account);
  const first = set.entities.find(({ id }) => id === 'DE01')!;
  const second = { ...readEntity(text, 'DE02.yaml') };
  const settings = first.bank!.settings as { transport: Record<string, unknown> };
  const bankOf = (more: Record<string, unknown>) => ({ ...settings, transport: { ...settings.transport, ...more } });
  return {
    ...set,
    entities: [
      ...set.entities.map((entity) => (entity.id === 'DE01' ? { ...entity, bank: { ...entity.bank!, settings: bankOf({ baseUrl: behindLine }) } } : entity)),
      { ...second, erp: { ...second.erp, settings: { ...first.erp.settings, ...second.erp.settings } }, bank: { ...second.bank!, settings: bankOf({ account }) } },
    ],
    persons: set.persons.map((person) => (/^(anna.berg|clara.winter)$/.test(person.id) ? { ...person, roles: person.roles.map((role) => ({ ...role, entity: '*' })) } : person)),
  };
}

function secondCompanyInErp(): object {
  const first = JSON.parse(readFileSync(join(home, 'sandbox/seed/DE01.json'), 'utf8')) as { vendors: { vendorNo: string }[] };
  return {
    companyCode: 'DE02', company: { name: 'Zweite Firma GmbH', countryCode: 'DE', currencyCode: 'EUR' },
    vendors: first.vendors.filter(({ vendorNo }) => vendorNo === '100001'),
    orders: [{ orderNo: 'DE02-1', vendorNo: '100001', currencyCode: 'EUR', orderDate: '2026-10-01', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Halter', orderedQty: '100', netPrice: '10.00', commodityGroup: 'PARTS', glAccount: '400100', costCenter: 'CC-4100', plantCode: '1000', goodsRecipient: 'petra.lang' }] }],
    movements: [{ movementType: '101', orderNo: 'DE02-1', itemNo: '10', qty: '100', postingDate: '2026-11-16', postedBy: 'petra.lang' }],
  };
}
