import { afterAll, beforeAll, expect, it } from 'vitest';
import { latestAssessment } from '../../db/repositories/assessments.ts';
import { listExceptions } from '../../db/repositories/exceptions.ts';
import { exclusionsOf } from '../../db/repositories/payment-runs.ts';
import { queues } from '../../temporal-config/queues.ts';
import { reconcilePaymentLedgerWorkflow } from '../../workflows/contracts/reconcile-payment-ledger.ts';
import type { House } from '../support/house.ts';
import { billed, submit } from '../support/invoices.ts';
import { germanIban } from '../support/many-payables.ts';
import { describeWithServices } from '../support/services.ts';
import { workingHouse, type WorkingHouse } from '../support/working-house.ts';

const iban = germanIban(51);

describeWithServices('P1: a supplier whose bank account is not verified, on real parts', () => {
  let house: WorkingHouse['house'];
  let pay: WorkingHouse['pay'];
  let dispose: WorkingHouse['dispose'];

  beforeAll(async () => {
    ({ house, pay, dispose } = await workingHouse({ before: (opened) => supplierWith('U', opened) }));
  });
  afterAll(() => dispose());

  const supplierWith = async (state: 'U' | 'V', { sandbox }: House = house) => void (await sandbox.post('/_sandbox/seed?service=erp', {
    companyCode: 'DE01',
    vendors: [{ vendorNo: '800002', legalName: 'Wandel Ventile GmbH', countryCode: 'DE', currencyCode: 'EUR', vatRegNo: 'DE300000012', banking: [{ bankKey: 'B1', holder: 'Wandel Ventile GmbH', countryCode: 'DE', iban, state }] }],
    ...(state === 'U'
      ? {
          orders: [{ orderNo: '4800000002', vendorNo: '800002', currencyCode: 'EUR', orderDate: '2026-09-16', purchaser: 'ines.koch', requisitioner: 'lena.vogt', items: [{ itemNo: '10', text: 'Ventil', orderedQty: '9', netPrice: '10.00', commodityGroup: 'STEEL', glAccount: '400100', costCenter: 'CC-4100', taxRate: '19', plantCode: '1000', goodsRecipient: 'petra.lang' }] }],
          movements: [{ movementType: '101', orderNo: '4800000002', itemNo: '10', qty: '9', postingDate: '2026-10-02', postedBy: 'petra.lang' }],
        }
      : {}),
  }));
  const asked = async () => (await listExceptions(house.db, { entities: ['DE01'], code: 'account-unverified' }, { limit: 5 })).items;

  it('its document is posted and not blocked; a run leaves it out and somebody is asked; once the ERP has the account as verified the next run pays it', async () => {
    const { caseId } = await submit(house.db, billed({ seller: { name: 'Wandel Ventile GmbH', vatId: 'DE300000012' }, iban, lines: [{ orderNumber: '4800000002', orderLine: '10', quantity: '2', price: '10.00' }] }));
    const { case: { onHold }, progress } = await house.stage(caseId, 'posted');
    expect(onHold).toBe(false);
    expect((await latestAssessment(house.db, caseId))?.result.paymentBlock).toEqual({ blocked: false, reasons: ['bank-account'] });
    const { documents } = await house.sandbox.ledger({ externalReference: progress.postings[0]!.key });
    expect(documents.map(({ payBlock }) => payBlock)).toEqual(['']);

    await house.caseWhen(await pay.open({ dryRun: true }), ({ case: { closedAt } }) => closedAt !== undefined);
    expect(await asked(), 'a dry run asks nobody').toEqual([]);

    const empty = await pay.open();
    await house.ended(empty, 'cancelled');
    expect((await exclusionsOf(house.db, empty)).filter((one) => one.caseId === caseId).map(({ code, rule }) => [code, rule])).toEqual([['account-unverified', 'P1']]);
    expect(await asked()).toMatchObject([{ state: 'open', ownerRole: 'supplier-master', title: '1 document waits for bank account B1 of Wandel Ventile GmbH (800002), which is not verified: 23.80 EUR' }]);

    await house.client.workflow.execute(reconcilePaymentLedgerWorkflow, { workflowId: 'test-reconcile-unverified', taskQueue: queues.workflows, args: [{ entity: 'DE01' }] });
    expect((await asked()).map(({ state }) => state), 'the daily comparison says nothing of it').toEqual(['open']);

    await supplierWith('V');
    await pay.sent();
    expect(await asked()).toMatchObject([{ state: 'resolved', resolvedBy: 'system:payments' }]);
    await pay.bankDays(6);
    await house.ended(caseId, 'paid');
  });
});
