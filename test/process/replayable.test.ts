import { afterAll, beforeAll, expect, it } from 'vitest';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { tellInvoices, type PaymentNews } from '../../activities/payments/tell-invoices.ts';
import { inTransaction, sql } from '../../db/client.ts';
import { bundleWorkflows } from '../../workers/bundle.ts';
import { keepIfMissing, recordedRun, replay } from '../support/histories.ts';
import { openHouse, type House } from '../support/house.ts';
import { billed, submit, type BilledLine } from '../support/invoices.ts';
import { people } from '../support/people.ts';
import { describeWithServices } from '../support/services.ts';

const pipes = (quantity: string, price = '36.00'): BilledLine => ({ orderNumber: '4500000116', orderLine: '10', quantity, price });
const energy = () => billed({ lines: [{ quantity: '1', price: '400.00', name: 'Strom' }], seller: { name: 'Stadtwerke Musterstadt GmbH', vatId: 'DE142900886' }, iban: 'DE21500999000010000106' });

/** Each way through the process is run for real and replayed at once; a way without a kept history gets one. */
describeWithServices('every way through invoice to pay can be replayed', () => {
  let house: House;
  let they: ReturnType<typeof people>;
  let code: string;
  let broken: { caseId: string; workflowId: string };

  beforeAll(async () => {
    [house, { code }] = await Promise.all([openHouse(), bundleWorkflows()]);
    they = people(house);
    broken = await submit(house.db, billed({ lines: [pipes('2')] }));
    await sql(house.db, `update documents set document = '{}' where case_id = :caseId`, { caseId: broken.caseId });
    await house.startWorker();
    await house.firstPoll('DE01');
  });
  afterAll(() => house.dispose());

  const stage = (caseId: string, name: string) => house.stage(caseId, name);
  const entered = (...lines: BilledLine[]) => submit(house.db, billed({ lines }));
  async function replays(name: string, workflowId: string): Promise<void> {
    const run = await recordedRun(house.client, workflowId);
    expect(await replay(code, [{ workflowId, history: historyFromJSON(run) }])).toEqual([undefined]);
    keepIfMissing(name, run);
  }

  it('touchless, then corrected after posting', async () => {
    const { caseId, workflowId } = await entered(pipes('4'));
    await stage(caseId, 'posted');
    await replays('touchless', workflowId);
    await they.correct(caseId, 'lars.thoma', { dueDate: '2026-12-31' });
    await house.caseWhen(caseId, ({ progress }) => progress.postings.some(({ key, status }) => key.endsWith(':post:2') && status === 'posted'));
    await replays('correction', workflowId);
  });

  it('duplicate', async () => {
    const invoice = billed({ lines: [pipes('3')] });
    const first = await submit(house.db, invoice);
    await stage(first.caseId, 'posted');
    const second = await submit(house.db, { ...invoice, notes: ['sent again'] });
    await house.ended(second.caseId, 'duplicate');
    await replays('duplicate', second.workflowId);
  });

  it('exception and override', async () => {
    const { caseId, workflowId } = await entered(pipes('2', '44.00'));
    await stage(caseId, 'exception');
    await they.resolve(caseId, 'lars.thoma', 'override');
    await house.caseWhen(caseId, ({ case: found }) => found.stage !== 'exception');
    await replays('override', workflowId);
  });

  it('approval', async () => {
    const { caseId, workflowId } = await submit(house.db, energy());
    await stage(caseId, 'approval');
    for (let task = await they.openTask(caseId); (await they.decide(caseId, task.candidatePersons[0] ?? 'karl.brandt', 'approve', { task })).effect !== 'complete'; ) task = await they.openTask(caseId);
    await stage(caseId, 'posted');
    await replays('approval', workflowId);
  });

  it('awaiting receipt', async () => {
    const sheets = (quantity: string) => ({ orderNumber: '4500000102', orderLine: '10', quantity, price: '10.00' });
    await stage((await entered(sheets('60'))).caseId, 'posted');
    const { caseId, workflowId } = await entered(sheets('40'));
    await stage(caseId, 'awaiting-receipt');
    await house.sandbox.post('/erp/DE01/material-documents', { movementType: '101', orderNo: '4500000102', itemNo: '10', qty: '40', postingDate: '2026-11-20', postedBy: 'petra.lang' });
    await stage(caseId, 'posted');
    await replays('awaiting-receipt', workflowId);
  });

  it('posted blocked, then corrected before its approval', async () => {
    const order = { orderNo: '4600000911', vendorNo: '200001', currencyCode: 'USD', orderDate: '2026-10-01', purchaser: 'grace.miller', requisitioner: 'omar.haddad' };
    const item = { itemNo: '10', text: 'Anchor', orderedQty: '100', netPrice: '20.00', commodityGroup: 'PARTS', glAccount: '140100', costCenter: 'CC-2100', plantCode: '2000', goodsRecipient: 'dana.cole' };
    await house.sandbox.post('/_sandbox/seed', { companyCode: 'US01', orders: [{ ...order, items: [item] }], movements: [{ movementType: '101', orderNo: order.orderNo, itemNo: '10', qty: '100', postingDate: '2026-11-16', postedBy: 'dana.cole' }] });
    const invoice = billed({
      currency: 'USD', rate: '0', lines: [{ orderNumber: order.orderNo, orderLine: '10', quantity: '100', price: '20.20' }],
      seller: { name: 'Great Lakes Fasteners LLC', vatId: undefined, taxNumber: '38-0000201' }, buyer: { name: 'Sample Industries Inc.', vatId: undefined },
    });
    const { caseId, workflowId } = await submit(house.db, { ...invoice, payment: { ...invoice.payment, means: [{ code: '30', account: { id: '000300201' } }] } }, { submitter: 'person:emma.price' });
    await stage(caseId, 'approval');
    await they.correct(caseId, 'emma.price', { lines: [{ line: '1', costCentre: 'CC-2200' }] });
    await house.caseWhen(caseId, ({ case: found, progress }) => found.stage === 'approval' && progress.postings.some(({ key, status }) => key.endsWith(':post:2') && status === 'posted'));
    await replays('given-way', workflowId);
  });

  it('paid', async () => {
    const { caseId, workflowId } = await entered(pipes('5'));
    await stage(caseId, 'posted');
    await inTransaction(house.db, (trx) => tellInvoices(trx, { entity: 'DE01' }, [{ instruction: { endToEndId: 'E2E-1', instruction: { items: [caseId] } as PaymentNews['instruction']['instruction'] }, status: 'confirmed', reference: 'ENTRY-1' }]));
    await house.ended(caseId, 'paid');
    await house.client.workflow.getHandle(workflowId).result();
    await replays('paid', workflowId);
  });

  it('parked', async () => {
    await stage(broken.caseId, 'parked');
    await replays('parked', broken.workflowId);
  });
});
