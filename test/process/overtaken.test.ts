import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { sql } from '../../db/client.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

/** Longer than the try at once, whose end lets the process hear a decision. */
const slowMs = 4_000;

/** What people decide, and what changes in the ERP, between a judgement and its posting. */
describeWithServices('a judgement that is overtaken', () => {
  let house: House;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse({ processingLimitMs: 20_000, erpTimeoutMs: 15_000 });
    they = people(house);
    await house.sandbox.post('/_sandbox/seed', {
      companyCode: 'DE01',
      orders: ['4500000931', '4500000932'].map((orderNo) => ({ orderNo, vendorNo: '100001', currencyCode: 'EUR', orderDate: '2026-10-01', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Blech', orderedQty: '100', netPrice: '10.00', commodityGroup: 'STEEL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }] })),
      movements: ['4500000931', '4500000932'].map((orderNo) => ({ movementType: '101', orderNo, itemNo: '10', qty: '100', postingDate: '2026-11-16', postedBy: 'petra.lang' })),
    });
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const sheets = (orderNumber: string, quantity: string) => submit(house.db, billed({ lines: [{ orderNumber, orderLine: '10', quantity, price: '10.00' }] }));

  const booked = async () => ((await house.sandbox.ledger()) as { documents: { documentNo: string }[] }).documents.map(({ documentNo }) => documentNo);

  it('by its withdrawal while the ERP was asked for the facts: nothing is posted', async () => {
    await house.sandbox.post('/_sandbox/faults', { kind: 'delay', route: 'erp.orders.read', times: 3, delayMs: slowMs });
    const { caseId } = await sheets('4500000931', '100');
    const before = await booked();
    await vi.waitUntil(async () => (await sql(house.db, `select from outbox where case_id = :caseId and kind = 'start-workflow' and state = 'done'`, { caseId })).length > 0, { timeout: slowMs, interval: 20 });
    expect((await they.withdraw(caseId, 'anna.berg')).effect).toBe('withdrawn');
    const { progress } = await house.ended(caseId, 'withdrawn');
    expect(progress.postings).toEqual([]);
    expect(await booked()).toEqual(before);
    await house.sandbox.clearFaults();
  });

  it('M19: by goods that went back while the ERP took no posting for long: it is judged anew, and not posted as it was', async () => {
    await house.sandbox.post('/_sandbox/faults', { kind: 'throttle', route: 'erp.invoices.post', probability: 1, seed: 1, retryAfterSeconds: 1 });
    const { caseId } = await sheets('4500000932', '90');
    await vi.waitUntil(async () => (await sql(house.db, `select from effects where case_id = :caseId and state = 'idle'`, { caseId })).length > 0, { timeout: 60_000, interval: 100 });
    await house.sandbox.post('/erp/DE01/material-documents', { movementType: '122', orderNo: '4500000932', itemNo: '10', qty: '100', postingDate: '2026-11-17', postedBy: 'petra.lang' });
    await vi.waitUntil(async () => (await sql(house.db, `select from inbound_events where source = 'erp/DE01' and payload ->> 'orderNumber' = '4500000932' and created_at > (select max(created_at) from assessments where case_id = :caseId)`, { caseId })).length > 0, { timeout: 60_000, interval: 100 });
    await sql(house.db, `update assessments set created_at = created_at - interval '2 minutes' where case_id = :caseId`, { caseId });
    await house.sandbox.clearFaults();
    const { progress } = await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'awaiting-receipt' || stage === 'posted');
    expect(progress.postings).toEqual([]);
    expect(progress.awaiting).toMatchObject([{ what: 'receipt of 4500000932 line 10', person: 'petra.lang' }]);
  });
});
