import { afterAll, beforeAll, expect, it } from 'vitest';
import { tasksOf } from '../../db/repositories/approvals.ts';
import { auditOf } from '../support/evidence.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

/** US01 posts at once, blocked for payment: approval and receipt lift the block, a rejection reverses the document. */
const order = (orderNo: string, netPrice: string) => ({
  orderNo, vendorNo: '200001', currencyCode: 'USD', orderDate: '2026-10-01', purchaser: 'grace.miller', requisitioner: 'omar.haddad',
  items: [{ itemNo: '10', text: 'Anchor', orderedQty: '100', netPrice, commodityGroup: 'PARTS', glAccount: '140100', costCenter: 'CC-2100', plantCode: '2000', goodsRecipient: 'dana.cole' }],
});
const receipt = (orderNo: string, qty: string) => ({ movementType: '101', orderNo, itemNo: '10', qty, postingDate: '2026-11-16', postedBy: 'dana.cole' });

const bolts = (orderNumber: string, price: string) => {
  const invoice = billed({
    currency: 'USD', rate: '0', lines: [{ orderNumber, orderLine: '10', quantity: '100', price }],
    seller: { name: 'Great Lakes Fasteners LLC', vatId: undefined, taxNumber: '38-0000201' }, buyer: { name: 'Sample Industries Inc.', vatId: undefined },
  });
  return { ...invoice, payment: { ...invoice.payment, means: [{ code: '30', account: { id: '000300201' } }] } };
};

describeWithServices('posted blocked, then approved', () => {
  let house: House;
  let they: ReturnType<typeof people>;

  beforeAll(async () => {
    house = await openHouse();
    they = people(house);
    await house.sandbox.post('/_sandbox/seed', {
      companyCode: 'US01',
      orders: [order('4600000901', '120.00'), order('4600000902', '30.00')],
      movements: [receipt('4600000901', '60'), receipt('4600000902', '100')],
    });
    await house.startWorker();
    await house.firstPoll('US01');
  });
  afterAll(() => house.dispose());

  const enter = async (orderNumber: string, price: string) => (await submit(house.db, bolts(orderNumber, price), { submitter: 'person:emma.price' })).caseId;
  const asked = (caseId: string) => house.stage(caseId, 'approval');
  const documentOf = async (caseId: string) => {
    const { progress } = await house.caseWhen(caseId, ({ progress: { postings } }) => postings.length > 0);
    const { documents } = await house.sandbox.ledger({ entity: 'US01', externalReference: progress.postings[0]!.key });
    expect(documents).toHaveLength(1);
    return documents[0]!;
  };

  it('R3, A8: ahead of its receipt it is posted blocked; approvals given before the goods came in stay, and the receipt releases it', async () => {
    const caseId = await enter('4600000901', '120.00');
    await asked(caseId);
    expect((await documentOf(caseId)).payBlock).toBe('R');
    expect((await they.decide(caseId, 'ruth.reed', 'approve')).effect).toBe('recorded');
    expect((await they.decide(caseId, 'julia.ross', 'approve')).effect).toBe('complete');
    await house.stage(caseId, 'awaiting-receipt');
    expect((await documentOf(caseId)).payBlock).toBe('R');

    await house.sandbox.post('/erp/US01/material-documents', receipt('4600000901', '40'));
    const found = await house.caseWhen(caseId, ({ progress }) => progress.postings.some(({ status }) => status === 'released'));
    expect(found.progress.decisions).toHaveLength(2);
    expect((await documentOf(caseId)).payBlock).toBeFalsy();
    const actions = await auditOf(house.db, caseId);
    expect(actions).toContain('invoice.approvals-kept');
    expect(actions).not.toContain('invoice.approvals-voided');
  });

  it('A8: a correction of the order that makes the variance larger voids the approval; the same person is asked again; a rejection reverses the document', async () => {
    const caseId = await enter('4600000902', '30.30');
    await asked(caseId);
    const [first] = await tasksOf(house.db, caseId, 'open');
    expect((await they.decide(caseId, 'ruth.reed', 'approve', { task: first! })).effect).toBe('recorded');

    await house.sandbox.post('/erp/US01/purchase-orders/4600000902/changes', { item: { itemNo: '10', netPrice: '29.80' } });
    await house.caseWhen(caseId, ({ progress }) => progress.awaiting.some(({ what, id }) => what === `approval ${first!.step}` && id !== first!.id));
    const again = await they.openTask(caseId);
    expect(again).toMatchObject({ step: first!.step });
    expect(again.decisionHash).not.toBe(first!.decisionHash);
    expect((await tasksOf(house.db, caseId, 'superseded')).find(({ id }) => id === first!.id)).toMatchObject({ decision: 'approve', decidedBy: 'ruth.reed' });
    expect(await auditOf(house.db, caseId)).toContain('invoice.approvals-voided');

    expect((await they.decide(caseId, 'ruth.reed', 'approve', { task: again })).effect).toBe('recorded');
    expect((await they.decide(caseId, 'julia.ross', 'reject')).effect).toBe('rejected');
    await house.ended(caseId, 'rejected');
    const { documents } = await house.sandbox.ledger({ entity: 'US01', externalReference: (await house.caseWhen(caseId, () => true)).progress.postings[0]!.key });
    expect(documents.map(({ status }) => status)).toEqual(['REVERSED']);
  });
});
