import { afterAll, beforeAll, expect, it } from 'vitest';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { openExceptionsOf } from '../../db/repositories/exceptions.ts';
import { addMoney, negateMoney } from '../../domain/rules/money.ts';
import { queues } from '../../temporal-config/queues.ts';
import { reconcilePaymentLedgerWorkflow } from '../../workflows/contracts/reconcile-payment-ledger.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit, type BilledLine } from '../support/invoices.ts';
import { describeWithServices } from '../support/services.ts';

/** Documents that are accepted and then need a person, or that need no payment. */
const pipes = (quantity: string): BilledLine => ({ orderNumber: '4500000116', orderLine: '10', quantity, price: '36.00' });
/** The test signature of malware, in two parts so that no scanner takes this file for it. */
const malware = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', '-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

describeWithServices('documents that are accepted and then looked at', () => {
  let house: House;

  beforeAll(async () => {
    house = await openHouse();
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const exceptionsOf = async (caseId: string) => {
    await house.stage(caseId, 'exception');
    return openExceptionsOf(house.db, caseId);
  };

  it('F1: totals that do not foot are an exception with an owner and a due date; the amounts of the sender stay as they are', async () => {
    const invoice = billed({ lines: [pipes('2')] });
    const wrong = { ...invoice, totals: { ...invoice.totals, gross: { currency: 'EUR', minor: '9000' }, payable: { currency: 'EUR', minor: '9000' } } };
    const { caseId } = await submit(house.db, wrong);
    const exceptions = await exceptionsOf(caseId);
    expect(exceptions.length).toBeGreaterThan(0);
    expect(exceptions.every(({ ownerRole, dueAt }) => ownerRole !== '' && Date.parse(dueAt) > Date.now())).toBe(true);
    expect((await latestAssessment(house.db, caseId))?.result.payable).toEqual({ currency: 'EUR', minor: '9000' });
  });

  it.each([
    ['direction marks', 0x202e],
    ['control characters', 0x08],
  ])('%s in a text are an exception with an owner', async (_what, mark) => {
    const quantity = mark === 0x08 ? '3' : '4';
    const { caseId } = await submit(house.db, { ...billed({ lines: [{ ...pipes(quantity), name: `Rohr${String.fromCodePoint(mark)}1.4301` }] }) });
    expect(await exceptionsOf(caseId)).toMatchObject([{ code: 'suspicious-text', ownerRole: 'ap-clerk' }]);
  });

  it('an attachment with the signature of malware is quarantined and its document is an exception with an owner', async () => {
    const { caseId } = await submit(house.db, billed({ lines: [pipes('5')] }), { attachments: [{ name: 'timesheet.txt', mediaType: 'text/plain', bytes: Buffer.from(malware) }] });
    const exceptions = await exceptionsOf(caseId);
    expect(exceptions.flatMap(({ findings }) => (findings as { code: string }[]).map(({ code }) => code))).toContain('attachment-quarantined');
    expect(exceptions.every(({ ownerRole }) => ownerRole !== '')).toBe(true);
  });

  it('F2: a document that was prepaid in full is posted and ends with nothing to pay', async () => {
    const invoice = billed({ lines: [pipes('6')] });
    const { caseId } = await submit(house.db, { ...invoice, totals: { ...invoice.totals, prepaid: invoice.totals.gross, payable: { currency: 'EUR', minor: '0' } } });
    const found = await house.ended(caseId, 'paid');
    const { documents } = await house.sandbox.ledger({ externalReference: found.progress.postings[0]!.key });
    expect(documents).toMatchObject([{ docType: 'INV', status: 'POSTED', payableValue: '0.00' }]);
  });

  it('F2: an invoice on which too much was prepaid is posted; no payment takes it, and the daily comparison asks somebody to get the rest back', async () => {
    const invoice = billed({ lines: [pipes('7')] });
    const owed = { currency: 'EUR', minor: '-22514' };
    const { caseId } = await submit(house.db, { ...invoice, totals: { ...invoice.totals, prepaid: addMoney(invoice.totals.gross, negateMoney(owed)), payable: owed } });
    await house.stage(caseId, 'posted');
    for (const round of ['first', 'second']) {
      await house.client.workflow.execute(reconcilePaymentLedgerWorkflow, { workflowId: `test-reconcile-${round}`, taskQueue: queues.workflows, args: [{ entity: 'DE01' }] });
      expect(await openExceptionsOf(house.db, caseId), round).toMatchObject([{ code: 'erp-over-prepaid', ownerRole: 'ap-lead', title: expect.stringContaining('owes 225.14 EUR') }]);
    }
  });

  it('M9: two documents of 60 on a receipt of 100: one is posted, the other sees the 40 that are left', async () => {
    await house.sandbox.post('/_sandbox/seed', {
      companyCode: 'DE01',
      orders: [{ orderNo: '4500000903', vendorNo: '100001', currencyCode: 'EUR', orderDate: '2026-10-01', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Blech', orderedQty: '100', netPrice: '10.00', commodityGroup: 'STEEL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }] }],
      movements: [{ movementType: '101', orderNo: '4500000903', itemNo: '10', qty: '100', postingDate: '2026-11-16', postedBy: 'petra.lang' }],
    });
    const sheets = (number: string, issueDate: string) => billed({ number, issueDate, lines: [{ orderNumber: '4500000903', orderLine: '10', quantity: '60', price: '10.00' }] });
    const cases = await Promise.all([submit(house.db, sheets('M9-A-778', '2026-05-04')), submit(house.db, sheets('Z-0041/2', '2026-11-16'))]);
    const ends = await Promise.all(cases.map(({ caseId }) => house.caseWhen(caseId, ({ case: { stage } }) => stage === 'posted' || stage === 'exception')));
    expect(ends.map(({ case: { stage } }) => stage).sort()).toEqual(['exception', 'posted']);
    const other = ends.find(({ case: { stage } }) => stage === 'exception')!;
    const findings = (await latestAssessment(house.db, other.case.id))?.result.findings;
    expect(findings).toContainEqual(expect.objectContaining({ code: 'quantity-variance', expected: '40', actual: '60', variance: '20', ownerPerson: 'petra.lang' }));
  });
});
