import { afterAll, beforeAll, expect, it } from 'vitest';
import { billed, submit } from '../support/invoices.ts';
import { openHouse, type House } from '../support/house.ts';
import { describeWithServices } from '../support/services.ts';

describeWithServices('invoice to pay, on the real server, database and counterpart', () => {
  let house: House;

  beforeAll(async () => {
    house = await openHouse();
    await house.startWorker();
  });
  afterAll(() => house.dispose());

  it('a matched invoice is posted once without anybody, and waits for its payment', async () => {
    const { caseId } = await submit(house.db, billed({ lines: [{ orderNumber: '4500000116', orderLine: '10', quantity: '20', price: '36.00' }] }));
    const found = await house.caseWhen(caseId, ({ case: { stage } }) => stage === 'posted');
    expect(found.progress.exceptions).toEqual([]);
    const [posting] = found.progress.postings;
    const { documents } = await house.sandbox.ledger({ externalReference: posting!.key });
    expect(documents).toHaveLength(1);
  });
});
