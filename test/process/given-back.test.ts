import { afterAll, beforeAll, expect, it } from 'vitest';
import { billed, submit } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

const orders = ['4500000941', '4500000942', '4500000943', '4500000944', '4500000945'] as const;
const [stopped, posted, exchanged, before, after] = orders;
/** What came in for each, and is billed by the first document in full; no two are alike, because equal amounts of one supplier would be questioned (D5). */
const received: Record<string, string> = { [stopped]: '60', [posted]: '61', [exchanged]: '62', [before]: '63' };
const receipt = (orderNo: string, qty: string) => ({ movementType: '101', orderNo, itemNo: '10', qty, postingDate: '2026-11-16', postedBy: 'petra.lang' });

describeWithServices('M9: what one document gives back is told to those that wait for it', () => {
  let house: WorkingHouse['house'];
  let they: WorkingHouse['they'];
  let dispose: WorkingHouse['dispose'];

  beforeAll(async () => {
    ({ house, they, dispose } = await workingHouse({
      before: async ({ sandbox }) =>
        void (await sandbox.post('/_sandbox/seed', {
          companyCode: 'DE01',
          orders: orders.map((orderNo) => ({ orderNo, vendorNo: '100001', currencyCode: 'EUR', orderDate: '2026-10-01', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Blech', orderedQty: '100', netPrice: '10.00', commodityGroup: 'STEEL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }] })),
          movements: Object.entries(received).map(([order, quantity]) => receipt(order, quantity)),
        })),
    }));
  });
  afterAll(() => dispose());

  const bill = async (orderNumber: string, quantity: string, unknownOrder?: string) => {
    const beside = unknownOrder === undefined ? [] : [{ orderNumber: unknownOrder, orderLine: '10', quantity: '1', price: '5.00' }];
    return (await submit(house.db, billed({ lines: [{ orderNumber, orderLine: '10', quantity, price: '10.00' }, ...beside] }))).caseId;
  };
  /** Takes all that was received, and is stopped by an order that nobody knows where that is wanted; the next one waits. */
  const first = async (order: string, stage: 'exception' | 'posted') => {
    const caseId = await bill(order, received[order]!, stage === 'exception' ? '4599999999' : undefined);
    await house.stage(caseId, stage);
    const waiting = await bill(order, String(Number(received[order]) - 30));
    await house.stage(waiting, 'awaiting-receipt');
    return { caseId, waiting };
  };
  const goesOn = async (waiting: string) => expect((await house.stage(waiting, 'posted')).progress.decisions).toEqual([]);

  it('by its withdrawal before it was posted', async () => {
    const { caseId, waiting } = await first(stopped, 'exception');
    await they.withdraw(caseId, 'anna.berg');
    await house.ended(caseId, 'withdrawn');
    await goesOn(waiting);
  });

  it('by its withdrawal after that, when the ERP has confirmed the reversal', async () => {
    const { caseId, waiting } = await first(posted, 'posted');
    await they.withdraw(caseId, 'anna.berg');
    await house.ended(caseId, 'withdrawn');
    await goesOn(waiting);
  });

  it('by a correction that puts it onto another order', async () => {
    const { caseId, waiting } = await first(exchanged, 'exception');
    await they.correct(caseId, 'anna.berg', { lines: [{ line: '1', orderNumber: before, orderLine: '10' }] });
    await goesOn(waiting);
    await they.withdraw(caseId, 'anna.berg');
    await house.ended(caseId, 'withdrawn');
  });

  it('a document that was posted, corrected onto another order and reversed hears of the receipt that it waits for', async () => {
    const caseId = await bill(before, received[before]!);
    await house.stage(caseId, 'posted');
    await they.correct(caseId, 'anna.berg', { lines: [{ line: '1', orderNumber: after, orderLine: '10' }] });
    const { progress } = await house.stage(caseId, 'awaiting-receipt');
    expect(progress.postings.map(({ status }) => status)).toEqual(['reversed']);
    await house.sandbox.post('/erp/DE01/material-documents', receipt(after, '64'));
    const found = await house.stage(caseId, 'posted');
    expect(found.progress.postings.map(({ status }) => status)).toEqual(['reversed', 'posted']);
  });
});
