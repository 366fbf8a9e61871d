import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSettings } from '../../temporal-config/settings.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { payments } from '../support/payments.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';
import { startTcpLine, type TcpLine } from '../support/tcp-proxy.ts';
import { judge } from './invariants.ts';
import { orderWithoutEnd } from './round.ts';
import { invoiceThere, openSecondCompany, withSecondCompany } from './second-company.ts';
import { bankThatSettles, readyToPay } from './workday.ts';

/**
 * F16: the bank of one company hangs. The work of another, whose bank answers, goes on until its money is booked, and so do the
 * first one's documents; what waits at the hanging bank is unknown, not failed, and goes once when the bank is back.
 */
const times = { processingLimitMs: 800, timeoutMs: 2_000 };
const { faultSeeds } = readSettings();
/** More runs than the bank's queue has slots for. */
const hanging = faultSeeds === undefined ? 2 : 10;
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
    await openSecondCompany(house);
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

    const other = await enter(invoiceThere('7'));
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
